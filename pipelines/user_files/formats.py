"""FORMATS that a user's file may have, and the search of a folder for such files. A new format needs a row.

Python alone looks at the files here. GDAL chooses its driver by content, so the first bytes decide whether a
file is what its name says, and GDAL gets no other driver.
"""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from layers.errors import UsageError

__all__ = ["FORMATS", "SUFFIXES", "Format", "UserFile", "as_user_file", "find", "refused"]

MAX_BYTES = 2_000_000_000  # a convention: a file of this size is no list of places


@dataclass(frozen=True, slots=True)
class Format:
    """A format: suffixes, the first bytes of such a file (one of them), and the drivers of GDAL it needs.

    `beside` are suffixes of other files that belong to it. Formats that are texts have no first bytes.
    """

    id: str
    suffixes: tuple[str, ...]
    begins: tuple[bytes, ...] = ()
    drivers: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


FORMATS: tuple[Format, ...] = (
    Format("shapefile", (".shp",), (b"\x00\x00\x27\x0a",), ("ESRI Shapefile",),
           (".shx", ".dbf", ".prj", ".cpg")),
    Format("csv", (".csv", ".tsv")),
    Format("xlsx", (".xlsx",), (b"PK\x03\x04",)),
    Format("geopackage", (".gpkg",), (b"SQLite format 3\0",), ("GPKG",), (".gpkg-wal", ".gpkg-journal")),
    Format("geojson", (".geojson", ".json"), (b"{",)),
    Format("flatgeobuf", (".fgb",), (b"fgb\x03fgb",), ("FlatGeobuf",)),
    Format("kml", (".kml",), (b"<",)),
    Format("geoparquet", (".parquet", ".geoparquet"), (b"PAR1",)),
    # A zip holds a shapefile, or files of the other formats; a .kmz holds a KML.
    Format("zip", (".zip", ".kmz"), (b"PK\x03\x04",), ("ESRI Shapefile", "GPKG", "FlatGeobuf")),
)  # fmt: skip
_BY_SUFFIX = {suffix: row for row in FORMATS for suffix in row.suffixes}
SUFFIXES = tuple(_BY_SUFFIX)
# Files that programs write beside data: styles, indices, metadata, locks. They are passed over in silence.
_BESIDE = re.compile(
    r"\.(?:qmd|qml|qgs~|qix|qpj|sld|lyr|lyrx|cpg|cst|sbn|sbx|fbn|fbx|ain|aih|atx|idm|ind|mxs|ixs|shx|dbf|prj|wld|csvt|"
    r"gpkg-(?:wal|shm|journal)|aux\.xml|shp\.xml|xml|lock|tmp|bak)$|^(?:desktop\.ini|thumbs\.db|~\$.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UserFile:
    """A file of the user with its format, the files that belong to it, and the place of its description."""

    path: Path
    format: Format
    beside: tuple[Path, ...]
    toml: Path

    @property
    def name(self) -> str:
        """The name of the file, for messages."""
        return self.path.name


def refused(what: str, expected: str, found: object, remedy: str) -> UsageError:
    """The error for a folder or file of the user that cannot be used, in one line."""
    from maps.text import visible  # noqa: PLC0415  the sandbox needs no maps

    text = visible(" ".join(f"expected {expected}, found {found}: {remedy}".split()))
    return UsageError(f"--private, {visible(what)}: {text}")


def find(folder: Path) -> tuple[list[UserFile], list[str]]:
    """The files of the user in a folder and in its sub-folders one level down, sorted by name.

    The second list names files that are none and are passed over, which the user must be told.

    Raises
    ------
    UsageError
        If the folder cannot be read, has no such file, a file is not what its suffix says, leads out of the
        folder, or a description stands alone.
    """
    try:
        entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        # A folder of a shapefile is as good as the shapefile itself.
        inner = [(one, sorted(one.iterdir())) for one in entries if one.is_dir() and one.suffix != ".gdb"]
    except (OSError, ValueError) as error:
        kinds: dict[type[Exception], str] = {FileNotFoundError: "none", NotADirectoryError: "a file"}
        found = kinds.get(type(error)) or getattr(error, "strerror", None) or error
        raise refused(folder.name, "a folder", found, "name one") from error
    files, strange = _in_one_folder(folder, entries)
    for place, paths in inner:
        of_place, others = _in_one_folder(folder, [one for one in paths if not one.name.startswith(".")])
        around = place.with_name(f"{place.name}.toml")
        if len(of_place) == 1 and around.is_file():
            of_place = [UserFile(of_place[0].path, of_place[0].format, of_place[0].beside, around)]
        files += of_place
        strange += [f"{place.name}/{name}" for name in others]
    strange += [path.name for path in entries if path.is_dir() and path.suffix == ".gdb"]
    if not files:
        found = f"none of them in the folder{f', but {strange[0]}' if strange else ''}"
        raise refused(folder.name, f"a file {', '.join(SUFFIXES)}", found, "put one there")
    _must_not_stand_alone(files, [*entries, *(path for _, paths in inner for path in paths)])
    return files, strange


def _in_one_folder(root: Path, paths: list[Path]) -> tuple[list[UserFile], list[str]]:
    files, strange = [], []
    tomls = {path.stem for path in paths if path.suffix.lower() == ".toml"}
    for path in paths:
        suffix = path.suffix.lower()
        is_described = (
            suffix == ".txt" and path.stem in tomls
        )  # a text is a table where a description says so
        if suffix in _BY_SUFFIX or is_described:
            files.append(as_user_file(path, root))
        elif suffix != ".toml" and not path.is_dir() and not _BESIDE.search(path.name):
            strange.append(path.name)
    return files, strange


def as_user_file(path: Path, root: Path | None = None) -> UserFile:
    """The file at `path` as a file of the user, after a look at its first bytes.

    Raises
    ------
    UsageError
        If it is no plain file, is too large, leads out of the folder `root`, or is not what its suffix says.
    """
    form = _BY_SUFFIX.get(path.suffix.lower()) or (
        _BY_SUFFIX[".csv"] if path.suffix.lower() == ".txt" else None
    )
    if not form:
        raise refused(path.name, f"a file {', '.join(SUFFIXES)}", "another file", "convert it")
    beside = _parts_of(path, form)
    for part in (path, *beside):
        try:
            status = part.stat()
            inside = root is None or part.resolve().is_relative_to(root.resolve())
        except OSError as error:
            raise refused(part.name, "a readable file", error.strerror, "check it") from error
        if not stat.S_ISREG(status.st_mode):
            raise refused(part.name, "a plain file", "another kind", "move it away")
        # A link out of the folder would let a folder from elsewhere show what lies on this machine.
        if not inside:
            raise refused(part.name, "a file in the folder", "a link that leads out of it", "copy the file")
        if status.st_size > MAX_BYTES:
            raise refused(part.name, f"at most {MAX_BYTES:,} bytes", f"{status.st_size:,}", "cut it down")
    _sniff(path, form)
    return UserFile(path, form, beside, _toml_of(path))


def _parts_of(path: Path, form: Format) -> tuple[Path, ...]:
    """The other files that belong to a file: the same stem, in whatever case."""
    if not form.beside:
        return ()
    stem = path.stem.casefold()
    return tuple(
        other
        for other in sorted(path.parent.iterdir())
        if other.stem.casefold() == stem and other.suffix.lower() in form.beside
    )


def _toml_of(path: Path) -> Path:
    """The description beside a file, in whatever case."""
    return next(
        (other for other in sorted(path.parent.glob("*.[tT][oO][mM][lL]")) if other.stem == path.stem),
        path.with_suffix(".toml"),
    )


def _sniff(path: Path, form: Format) -> None:
    try:
        with path.open("rb") as stream:
            first = stream.read(64)
        if form.id in {"geojson", "kml"}:  # these can begin with a byte order mark and with spaces
            first = first.removeprefix(b"\xef\xbb\xbf").lstrip()
            is_wide = first[:2] in {b"\xff\xfe", b"\xfe\xff"}
        else:
            is_wide = False
        if form.begins and not is_wide and not first.startswith(form.begins):
            raise refused(path.name, f"what {path.suffix} stands for", "other bytes", "export it again")
        if form.id in {"xlsx", "zip"}:
            with zipfile.ZipFile(path) as box:
                box.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise refused(path.name, "a readable file", error, "export it again") from error


def _must_not_stand_alone(files: list[UserFile], paths: list[Path]) -> None:
    described = {one.toml for one in files}
    for path in paths:
        if path.suffix.lower() == ".toml" and path not in described:
            raise refused(path.name, "a layer of the same name beside it", "none", "rename one of them")
