"""Who imports whom, what no file may do, and the rules every table of the project keeps."""

from __future__ import annotations

import ast
import inspect
import re
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import maps
from layers.catalog import GRIDS, LAYERS
from layers.regions import REGIONS
from layers.scenarios import SCENARIOS
from layers.schema import PILLARS
from pipelines.sources import FETCHABLE, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.schema import Column, Layer

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("layers", "maps", "pipelines")
    for path in sorted((ROOT / package).rglob("*.py"))
}
OURS = ("layers", "maps", "pipelines")
# What a derived layer may read besides the layers above it.
GIVEN = {"grids", "scenario", "day", "draws", "seed", "network_day", "source_order"}


def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def imports(module: str) -> set[str]:
    """Dotted names a module imports; `from a import b` is a.b where that is a module of ours, else a."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: a relative import hides who imports whom"
            base = node.module or ""
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                found.add(whole if whole in FILES else base)
    return found


def calls(module: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name as written, such as `pd.read_csv`; `.x` on an expression."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call):
            name, part = [], node.func
            while isinstance(part, ast.Attribute):
                name.append(part.attr)
                part = part.value
            name.append(part.id if isinstance(part, ast.Name) else "")
            yield ".".join(reversed(name)), node


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def modules(*packages: str) -> list[str]:
    return [name for name in FILES if within(name, *packages)]


def ours(module: str) -> set[str]:
    return {name for name in imports(module) if within(name, *OURS)}


def test_the_reading_of_imports_sees_them_all():
    assert "pipelines.sources.shipping.world_port_index" in imports(
        "pipelines.sources.reference.military_sites"
    )
    assert "prefect" in imports("pipelines.flows")
    assert "iris" in imports("pipelines.sources.climate.model_climate")  # one inside a function
    assert len(FILES) > 60


def test_no_import_goes_in_a_circle():
    """Imports inside functions and for types count too."""
    before = {module: ours(module) & set(FILES) for module in FILES}
    while free := [module for module, needs in before.items() if not needs & set(before) - {module}]:
        for module in free:
            del before[module]
    assert sorted(before) == []


@pytest.mark.parametrize("module", modules("layers"))
def test_layers_know_nothing_of_maps_and_pipelines(module):
    assert not {name for name in ours(module) if not within(name, "layers")}


@pytest.mark.parametrize("module", modules("maps"))
def test_maps_know_only_what_a_picture_is(module):
    # The anchors stand in code and are printed: they are data, as a layer's description is.
    allowed = ("maps", "layers.schema", "layers.picture", "layers.raster", "layers.regions", "layers.crs",
               "layers.errors", "layers.assessed.class_thresholds")  # fmt: skip
    assert not {name for name in ours(module) if not within(name, *allowed)}


IMPURE = {
    "pathlib", "os", "io", "shutil", "tempfile", "glob", "fcntl", "requests", "urllib", "urllib3", "http",
    "httpx", "aiohttp", "socket", "ssl", "ftplib", "subprocess", "multiprocessing", "threading", "asyncio",
    "time", "random", "secrets", "uuid", "prefect", "folium", "typer", "sqlite3", "pickle", "logging", "sys",
    "pyogrio", "fiona", "fsspec", "h5py", "h5netcdf", "importlib.resources",
}  # fmt: skip
READS = re.compile(
    r"^(?:open|input|print|breakpoint|__import__)$"
    r"|(?:^|\.)(?:read_(?:csv|file|parquet|feather|excel|json|sql\w*|table|pickle|fwf|hdf|xml|html|postgis)"
    r"|to_(?:csv|file|parquet|feather|excel|pickle|netcdf|hdf|sql|postgis)"
    r"|open_dataset|open_mfdataset|open_zarr|loadtxt|genfromtxt|savetxt|fromfile|tofile|memmap"
    r"|now|utcnow|today|localtime|gmtime)$"
    r"|^(?:np|numpy)\.(?:load|save|savez)$|^rasterio\.open$"
)


@pytest.mark.parametrize("module", modules("layers"))
def test_layers_touch_no_disk_network_or_clock(module):
    impure = {name for name in imports(module) if within(name, *IMPURE)}
    assert not impure
    assert not [f"line {node.lineno}: {name}" for name, node in calls(module) if READS.search(name)]


@pytest.mark.parametrize("module", modules("layers"))
def test_layers_take_no_generator_by_name(module):
    assert not {name for name in imports(module) if within(name, "numpy.random")}


@pytest.mark.parametrize("module", modules("layers"))
def test_layers_draw_no_number_without_a_seed(module):
    for name, node in calls(module):
        if not name.startswith(("np.random.", "numpy.random.", "default_rng")):
            continue
        last = name.rsplit(".", 1)[-1]
        assert last in {"default_rng", "Generator", "SeedSequence", "PCG64", "Philox", "SFC64"}, (
            f"line {node.lineno}: {name} is the global generator"
        )
        assert node.args or node.keywords, f"line {node.lineno}: {name}() without a seed"


@pytest.mark.parametrize("module", modules("layers.observed"))
def test_facts_know_only_the_schema_and_the_southern_edge(module):
    assert not {name for name in ours(module) if name not in {"layers.schema", "layers.regions"}}


@pytest.mark.parametrize("module", modules("layers.assessed"))
def test_judgements_get_tables_not_the_code_of_facts(module):
    assert not {name for name in ours(module) if within(name, "layers.catalog", "layers.compose")}
    # Of the facts they may know the words that a column chooses among, and nothing else.
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and within(node.module or "", "layers.observed"):
            for alias in node.names:
                words = getattr(import_module(str(node.module)), alias.name)
                assert isinstance(words, tuple), alias.name
                assert all(isinstance(word, str) for word in words), alias.name
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names if within(alias.name, "layers.observed")}


@pytest.mark.parametrize("module", modules("pipelines.sources"))
def test_sources_know_nothing_of_the_rest_of_the_pipelines(module):
    # Findings, ice fields and checks stand on the row of a source.
    on_rows = ("findings", "ice_fields", "name_checks", "permafrost_checks", "place_checks", "series_checks")
    allowed = (
        *("layers", "pipelines.source", "pipelines.read_helpers", "pipelines.sources"),
        "pipelines.shapes_agree",  # users' files are held to it as well, and their reader imports no source
        *(f"pipelines.intake.{name}" for name in on_rows),
    )
    assert not {name for name in ours(module) if not within(name, *allowed)}


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("prefect", ("pipelines.flows",)),
        ("folium", ("maps",)),
        # A folder of `tempfile` is left for ever by a killed process (pipelines.files.scratch_folder). The
        # archive of the ice record is unpacked by the command `snapshot` alone.
        ("tempfile", ("pipelines.files", "pipelines.sources.sea_ice.ice_presence")),
        ("typer", ("pipelines.cli", "pipelines.commands")),
        ("requests", ("pipelines.intake.fetch",)),
        (
            "urllib3",
            tuple(f"pipelines.intake.{name}" for name in ("fetch", "connections", "http_answers", "webhook")),
        ),
    ],
)
def test_a_library_is_imported_in_its_home_only(library, homes):
    users = {name for name in FILES if any(within(used, library) for used in imports(name))}
    assert {name for name in users if not within(name, *homes)} == set()


def test_nothing_imports_the_command_line_or_the_flows():
    for module in FILES:
        if module != "pipelines.__main__":
            assert not {"pipelines.cli", "pipelines.flows"} & ours(module), module
        if module != "pipelines.cli" and not within(module, "pipelines.commands"):
            assert not {name for name in ours(module) if within(name, "pipelines.commands")}, module


@pytest.mark.parametrize("module", FILES)
def test_no_file_opens_a_door(module):
    for name, node in calls(module):
        where = f"{module}, line {node.lineno}: {name}"
        assert name not in {"eval", "exec", "compile", "__import__"}, where
        assert not name.endswith((".extractall", "os.system", "os.popen", "pd.read_pickle", "yaml.load")), (
            where
        )
        assert name not in {"pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.loads"}, where
        for keyword in node.keywords:
            if isinstance(keyword.value, ast.Constant):
                assert (keyword.arg, keyword.value.value) not in {
                    ("verify", False), ("shell", True), ("allow_pickle", True), ("allow_nan", True),
                }, where  # fmt: skip


def test_rasterio_opens_no_archive():
    """Its GDAL on Python 3.11 unpacks Deflate64 with a known fault (decisions/0032)."""
    opened = [(module, node) for module in FILES for name, node in calls(module) if name == "rasterio.open"]
    assert opened
    for module, node in opened:
        drivers = {
            keyword.value.value
            for keyword in node.keywords
            if keyword.arg == "driver" and isinstance(keyword.value, ast.Constant)
        }
        assert drivers in ({"GTiff"}, {"COG"}), f"{module}, line {node.lineno}"
        assert "/vsi" not in FILES[module].read_text(encoding="utf-8"), module


def test_pickles_are_read_by_the_refusing_reader_only():
    users = [name for name in FILES if "pickle" in imports(name)]
    assert users == ["pipelines.sources.society.natural_earth"]
    used = [
        node
        for node in ast.walk(tree(users[0]))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pickle"
    ]
    assert {node.attr for node in used} == {"Unpickler"}
    classes = [node for node in ast.walk(tree(users[0])) if isinstance(node, ast.ClassDef)]
    refusing = [c for c in classes if any(ast.unparse(base) == "pickle.Unpickler" for base in c.bases)]
    assert len(refusing) == len(used) == 1
    methods = {node.name: node for node in refusing[0].body if isinstance(node, ast.FunctionDef)}
    assert isinstance(methods["find_class"].body[-1], ast.Raise)


def test_no_file_is_a_drawer_for_odds_and_ends():
    odd = {"utils", "util", "helpers", "common", "misc"}
    assert not [name for name in FILES if name.rsplit(".", 1)[-1] in odd]


@pytest.mark.parametrize("module", FILES)
def test_every_module_says_what_it_is(module):
    result = ast.get_docstring(tree(module))
    assert result
    assert result.split("\n", 1)[0].rstrip().endswith((".", ":", ")", "`")), result.split("\n", 1)[0]


# --- tables


@pytest.mark.parametrize(
    "ids",
    [
        [row.id for row in FETCHABLE], [row.id for row in LAYERS], list(maps.EXPORTS),
        [row.id for row in REGIONS], [row.id for row in SCENARIOS], list(GRIDS),
    ],
    ids=["SOURCES", "LAYERS", "EXPORTS", "REGIONS", "SCENARIOS", "GRIDS"],
)  # fmt: skip
def test_ids_are_unique_names(ids):
    assert ids
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in ids)


@pytest.mark.parametrize("source", SOURCES, ids=lambda row: row.id)
def test_every_source_feeds_something(source):
    grids = {row.feeds.removeprefix("grid:") for row in SOURCES if row.feeds.startswith("grid:")}
    if source.feeds.startswith("grid:"):
        assert source.feeds.removeprefix("grid:") in grids
    else:
        layer = {row.id: row for row in LAYERS}[source.feeds]
        # What is held feeds a layer of facts; what is wanted may name the judgement that lacks it.
        assert layer.derive is None or source.state == "not_held"
    for text in (
        source.title,
        source.publisher,
        source.licence,
        source.citation,
        source.homepage,
        source.made,
    ):
        assert text.strip()
    date.fromisoformat(source.as_of)


@pytest.mark.parametrize("source", SOURCES, ids=lambda row: row.id)
def test_a_source_is_read_exactly_when_it_is_held(source):
    assert source.state in {"embedded", "live", "user-supplied", "not_held"}
    assert (source.read is None) == (source.state == "not_held")
    for package in source.packages:
        assert re.fullmatch(r"[0-9a-f]{64}", package.sha256)
        assert not package.member.startswith(("/", "..")), "a member leads out of the cache"


def test_every_layer_of_facts_and_every_grid_has_a_source():
    fed = {row.feeds for row in SOURCES if row.state != "not_held"}
    assert {row.id for row in LAYERS if row.derive is None and not row.is_optional} <= fed
    assert {f"grid:{name}" for name in GRIDS} <= fed


@pytest.mark.parametrize("layer", LAYERS, ids=lambda row: row.id)
def test_a_layer_reads_only_layers_above_it(layer):
    above = {row.id for row in LAYERS[: LAYERS.index(layer)]}
    reads = set(inspect.signature(layer.derive).parameters) if layer.derive else set()
    assert reads <= above | GIVEN
    if layer.derive:
        assert reads & above or "grids" in reads, "a judgement on nothing"


@pytest.mark.parametrize("layer", LAYERS, ids=lambda row: row.id)
def test_a_layer_is_described(layer):
    assert layer.pillar in PILLARS
    assert len(PILLARS) == 4
    assert layer.title
    names = [column.name for column in layer.all_columns]
    assert len(names) == len(set(names))
    assert "geometry" not in names
    assert set(layer.key) <= set(names)
    required = {column.name for column in layer.all_columns if column.required}
    assert set(layer.key) - {"dimension", "group"} <= required
    for column in layer.all_columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert column.meaning.strip(), column.name
        if column.dtype == "bool":
            assert column.name.startswith(("is_", "has_", "in_")), column.name
        if column.low is not None and column.high is not None:
            assert column.low < column.high


SUFFIX = {
    "m": "_m", "km": "_km", "km2": "_km2", "million km2": "_million_km2", "degree": "_deg", "MW": "_mw",
    "months": "_months", "K K-1": "_ratio", "mm year-1": "_mm_per_year",
    "degC": "_degc", "day": "_days", "%": "_pct", "m a-1": "_m_per_year", "t": "_t", "years": "_years",
    "l": "_l", "l a-1": "_l_per_year",
}  # fmt: skip
# What may follow the unit of a time: which years, against which, and an end of the interval.
ENDS = re.compile(r"(_recent|_lost)?(_low|_high)?$")
# Unit -> columns that say it in their name in another way, and why.
SPOKEN = {
    # a place has a population; what is counted around a node ends in its unit
    "persons": {
        "population",
        "reached_persons",
        "captive_persons",
        "captive_place_persons",
        "captive_80_km_persons",
        "captive_120_km_persons",
        "captive_persons_all_borders",
    },
}
# Columns that measure with no unit of their own, and why.
UNITLESS = {
    ("bathymetry", "class_low"), ("bathymetry", "class_high"),  # the unit stands in the label
    ("permafrost", "class_low"), ("permafrost", "class_high"),  # share of ground
    ("warming", "class_low"), ("warming", "class_high"),  # degC, in the label
    ("mineral_production", "production"),  # unit in the column beside it
    ("standards", "value"),  # unit in the column beside it
    ("evidence", "value"), ("evidence", "zero_at"), ("evidence", "one_at"),  # unit in the column beside it
    ("evidence", "value_low"), ("evidence", "value_high"),
    ("exits", "value"), ("exits", "at"), ("exits", "gap"),
    ("climate_facts", "value"), ("climate_facts", "low"), ("climate_facts", "high"),
    ("substitutes", "amount_low"), ("substitutes", "amount_high"),  # unit in the column beside it
    ("interconnectors", "capacity"), ("backup_links", "room_low"), ("backup_links", "room_high"),
    ("evidence", "score"), ("evidence", "weight"),  # shares
}  # fmt: skip


def measures() -> list[tuple[Layer, Column]]:
    return [(layer, column) for layer in LAYERS for column in layer.all_columns if column.dtype == "float"]


@pytest.mark.parametrize(
    ("layer", "column"), measures(), ids=lambda row: getattr(row, "name", None) or row.id
)
def test_a_measure_ends_in_its_unit(layer: Any, column: Any):
    if (layer.id, column.name) in UNITLESS:
        assert column.unit == ""
    elif column.unit == "1":  # shares have bounds instead
        assert (column.low, column.high) == (0, 1)
    elif column.unit in SPOKEN:
        assert column.name in SPOKEN[column.unit]
    else:
        assert column.unit in SUFFIX, f"{layer.id}.{column.name}: a unit without a suffix"
        name = ENDS.sub("", column.name) if column.unit in ("months", "day") else column.name
        assert f"_{name}".endswith(SUFFIX[column.unit])


def test_no_column_ends_in_a_unit_it_is_not_in():
    for layer in LAYERS:
        for column in layer.all_columns:
            if column.name in SPOKEN.get(column.unit, ()):
                continue
            for unit, suffix in SUFFIX.items():
                if column.name.endswith(suffix) and column.dtype in {"float", "int"}:
                    longer = [
                        u for u, s in SUFFIX.items() if column.name.endswith(s) and len(s) > len(suffix)
                    ]
                    assert longer or column.unit == unit, f"{layer.id}.{column.name}"


def test_the_exceptions_are_still_there():
    here = {(layer.id, column.name) for layer, column in measures()}
    assert here >= UNITLESS


@pytest.mark.parametrize("name", maps.EXPORTS)
def test_an_export_is_a_module_with_write(name):
    write = import_module(maps.EXPORTS[name]).write
    assert list(inspect.signature(write).parameters)[:2] == ["picture", "folder"]


@pytest.mark.parametrize("region", REGIONS, ids=lambda row: row.id)
def test_a_region_is_an_area_of_the_snapshot(region):
    assert region.outline.is_valid
    assert region.outline.area > 0
    assert REGIONS[0].outline.buffer(1).covers(region.outline), "reaches south of what is embedded"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda row: row.id)
def test_a_scenario_says_its_basis(scenario):
    assert 0 < scenario.warming_degc < 6
    assert scenario.anchors is None, "one that is built in is judged at the printed anchors"
    assert scenario.basis
