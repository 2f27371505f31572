"""RO-Crate 1.1: files, sources and terms of the picture in one `ro-crate-metadata.json`.

The module does not use the library rocrate, because the import takes longer than to write the file
(decisions/0010). A test reads the file with the library. Specification: Soiland-Reyes et al. 2022,
doi:10.3233/DS-210053.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from maps import LOCAL
from maps.text import visible

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["write"]

_FILE = "ro-crate-metadata.json"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_TYPES = {
    ".parquet": "application/vnd.apache.parquet", ".nc": "application/x-netcdf", ".html": "text/html",
    ".gpkg": "application/geopackage+sqlite3", ".qgz": "application/zip", ".json": "application/json",
}  # fmt: skip


def write(picture: Picture, folder: Path) -> Path:
    """Write `ro-crate-metadata.json`, which describes the files in `folder`, and return its path.

    Symbolic links are left out, and so are files with private layers.
    """
    # Files that may hold private layers are not passed on.
    local = set(LOCAL.values()) if picture.left_out else set()
    files = sorted(
        p for p in folder.rglob("*")
        if p.is_file() and not p.is_symlink() and p.name != _FILE and p.name not in local
    )  # fmt: skip
    titles = {layer.id: layer.title for layer in picture.layers}
    parts = [_part(path, folder, titles) for path in files]
    sources = [_source(note) for note in picture.sources]
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Arctic picture: {picture.region.title}, {picture.scenario.title}",
        "description": " ".join(picture.caveats),
        "datePublished": picture.day.isoformat(),
        "creativeWorkStatus": picture.status,
        **({"expires": picture.expires.isoformat()} if picture.expires else {}),
        "license": {"@id": _LICENCE},
        "hasPart": [{"@id": part["@id"]} for part in parts],
        "isBasedOn": [{"@id": source["@id"]} for source in sources],
    }
    licence = {
        "@id": _LICENCE,
        "@type": "CreativeWork",
        "name": "CC BY 4.0 for our own tables; every source keeps its own terms",
    }
    about = {
        "@id": _FILE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    crate = {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [about, root, licence, *parts, *sources],
    }
    path = folder / _FILE
    text = json.dumps(crate, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _part(path: Path, folder: Path, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "@id": path.relative_to(folder).as_posix(),
        "@type": "File",
        "name": titles.get(path.stem, path.name),
        "encodingFormat": _TYPES.get(path.suffix, "application/octet-stream"),
        "contentSize": str(path.stat().st_size),
    }


def _source(note: Any) -> dict[str, Any]:
    return {
        "@id": f"#source-{note.id}",
        "@type": "CreativeWork",
        "name": visible(note.title),
        "publisher": visible(note.publisher),
        "license": visible(note.licence),
        "citation": visible(note.citation),
        "url": visible(note.homepage),
        "temporalCoverage": visible(note.as_of),
        "creativeWorkStatus": note.state,
    }
