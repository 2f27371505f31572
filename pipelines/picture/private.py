"""`--private DIR`: layers of the user that only the local outputs of one build show.

No data file of the picture has these layers, and no judgement reads them. A TOML file with the same stem
describes each file. This is a convenience and no protection: everybody can copy the outputs. Each file is
read in the sandbox (pipelines.user_files); what can be taken of it is taken, and the rest is counted.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.compose import within
from layers.crs import POLAR
from layers.errors import SchemaError
from layers.picture import SourceNote
from layers.redaction import audience
from layers.regions import REGIONS
from layers.schema import SPINE, Column, Layer, conform
from maps.text import visible
from pipelines.user_files.description import read_description
from pipelines.user_files.formats import find, refused
from pipelines.user_files.polar_parts import KINDS, OUTSIDE
from pipelines.user_files.raw_table import LeftOut
from pipelines.user_files.take import rows_in_words, take

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.picture import Picture
    from layers.regions import Region
    from pipelines.user_files.description import Description
    from pipelines.user_files.formats import UserFile
    from pipelines.user_files.take import UserTable

__all__ = ["PrivateLayer", "add_private", "cut_to", "notes_of", "passed_over", "read_private", "rows_text"]

_KIND_WORDS = {"point": "points", "line": "lines", "polygon": "areas"}
# Names with a meaning in a map, a database or a script; an attribute of that name gets an underscore.
_TAKEN = {
    *(column.name for column in SPINE), "fid", "geom", "geometry", "node_id", "region", "rowid", "oid",
    "_number", "_rowid_", "__proto__", "constructor", "prototype", "tostring", "valueof", "hasownproperty",
    "_row",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PrivateLayer:
    """One private layer with its table, the note on its owner, and the count of the rows of its file.

    `row` is the row in the file of each row of the table: a row with several points has several features.
    `number` is the number that its user knows it by. `left_out` counts the other rows by reason, `left_rows`
    has the numbers of the first of them, and `exchanged` counts those whose degrees look exchanged.
    `remark` is a sentence about the file.
    """

    layer: Layer
    table: gpd.GeoDataFrame
    note: SourceNote
    file: str = ""
    rows: int = 0
    row: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype="int64"))
    number: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype="int64"))
    left_out: Mapping[str, int] = field(default_factory=dict)
    left_rows: Mapping[str, list[int]] = field(default_factory=dict)
    exchanged: int = 0
    remark: str = ""

    @property
    def rows_taken(self) -> int:
        """The number of rows of the file that the table has."""
        return len(np.unique(self.row))


def add_private(picture: Picture, own: Sequence[PrivateLayer], seen_by: str) -> Picture:
    """The picture with the private layers that the audience `seen_by` may see, cut to the region.

    The other layers of `own` are counted in `withheld`. Note and layer say how many rows were taken.
    """
    visible_layers = [cut_to(one, picture.region) for one in own if audience(seen_by).may_see(one.layer)]
    layers = [replace(one.layer, note=f"{one.layer.note} {rows_text(one)}") for one in visible_layers]
    return replace(
        picture,
        layers=(*picture.layers, *layers),
        tables={**picture.tables, **{one.layer.id: one.table for one in visible_layers}},
        sources=(*picture.sources, *notes_of(visible_layers)),
        withheld=picture.withheld + len(own) - len(visible_layers),
        private_rows=(
            sum(one.rows_taken for one in visible_layers),
            sum(one.rows for one in visible_layers),
        ),
    )


def notes_of(own: Sequence[PrivateLayer]) -> list[SourceNote]:
    """The notes on private layers, which say how many rows of each file the layer has."""
    return [replace(one.note, remark=rows_text(one)) for one in own]


def cut_to(one: PrivateLayer, region: Region) -> PrivateLayer:
    """The private layer with the rows that touch a region; the others are counted as left out."""
    kept = within(one.table.assign(_row=one.row, _number=one.number), region)
    cut = replace(
        one,
        table=kept.drop(columns=["_row", "_number"]),
        row=kept["_row"].to_numpy(),
        number=kept["_number"].to_numpy(),
    )
    is_lost = ~np.isin(one.row, cut.row)
    left_out = LeftOut(Counter(one.left_out), dict(one.left_rows))
    left_out.add(OUTSIDE, np.unique(one.number[is_lost]))
    return replace(cut, left_out=dict(left_out.counts), left_rows=left_out.rows)


def rows_text(one: PrivateLayer) -> str:
    """How many rows of the file a private layer has, and why the others are left out, in one sentence."""
    return rows_in_words(one.rows_taken, one.rows, one.left_out, one.left_rows, one.exchanged, one.remark)


def passed_over(folder: Path) -> list[str]:
    """The names of files in a folder of private layers that are none, so that the user can be told."""
    return find(folder)[1]


def read_private(folder: Path) -> list[PrivateLayer]:
    """Read every private layer of a folder, sorted by the names of the files.

    A file with several layers, or with points, lines and areas together, becomes several layers.

    Raises
    ------
    UsageError
        If the folder has no layer, a file has no TOML file or the reverse, two layers have the same name or
        title, or a file cannot be used or has no row that can be taken.
    """
    files, _ = find(folder)
    described = [read_description(one.toml, one.name) for one in files]
    # A reader is a process of its own, so threads wait for several of them at a time.
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        tables = list(pool.map(lambda one, text: take(one, text.reading), files, described))
    own: list[PrivateLayer] = []
    for one, text, of_file in zip(files, described, tables, strict=True):
        layers = _layers(one, text, of_file)
        _must_reach_the_arctic(one, layers)
        own += layers
    for what in ("id", "title"):
        names = [getattr(one.layer, what).casefold() for one in own]
        for layer, name in zip(own, names, strict=True):
            if names.count(name) > 1:
                word = {"id": "name"}.get(what, what)
                raise refused(
                    layer.file, f"a {word} of its own", "another with the same", f"change the {word}"
                )
    return own


def _layers(one: UserFile, text: Description, tables: Sequence[UserTable]) -> list[PrivateLayer]:
    """The private layers of a file: one for each of its layers and kinds of geometry.

    Raises
    ------
    UsageError
        If no row of the file can be taken.
    """
    layers: list[PrivateLayer] = []
    for table in tables:
        kinds = [number for number in range(len(KINDS)) if (table.kind == number).any()]
        for place, number in enumerate(kinds):
            # Rows that are left out belong to no kind; they are counted once, with the first.
            layers.append(_own(one, text, table, number, is_split=len(kinds) > 1, is_first=not place))
    if not layers:
        _refuse(one, [table.in_words() for table in tables])
    # A layer without a row that can be taken is no layer of the picture, but its rows are not forgotten.
    bare = [table for table in tables if not len(table.row)]
    if bare:
        rest = "; ".join(table.in_words().rstrip(".") for table in bare)
        layers[0] = replace(layers[0], remark="; ".join(filter(None, (layers[0].remark, rest))))
    return layers


def _must_reach_the_arctic(one: UserFile, layers: Sequence[PrivateLayer]) -> None:
    """Refuse a file of which no row lies in the largest region; in a smaller region it may have none."""
    whole = [cut_to(layer, REGIONS[0]) for layer in layers]
    if not any(len(layer.table) for layer in whole):
        _refuse(one, [rows_text(layer) for layer in whole])


def _refuse(one: UserFile, sentences: Sequence[str]) -> NoReturn:
    """Refuse a file of which no row can be taken. `sentences` say why, one for each layer."""
    found = " ".join(sentences).rstrip(".")
    remedy = "exchange the two" if "look exchanged" in found else "mend the file"
    raise refused(one.name, "rows in the Arctic", found, remedy)


def _own(
    one: UserFile, text: Description, table: UserTable, kind: int, *, is_split: bool, is_first: bool
) -> PrivateLayer:
    """The private layer of the rows of one kind of geometry."""
    chosen = np.flatnonzero(table.kind == kind)
    words = [table.name, *([_KIND_WORDS[KINDS[kind]]] if is_split else [])]
    # The prefix keeps the id apart from the ids of the catalogue.
    name = "_".join(["private", *(_identifier(word) for word in (one.path.stem, *words) if word)])
    title = ": ".join([text.title, *(visible(word) for word in words if word)])
    columns, attributes = _attributes(table, chosen)
    layer = Layer(
        id=name,
        title=f"Private: {title}",
        pillar=text.pillar,
        geometry=KINDS[kind],  # type: ignore[arg-type]
        columns=columns,
        note=f"Private layer of {text.owner}, {text.licence}: keep it on this machine.",
        audience=text.audience,
        is_private=True,
    )
    ids = [f"{name}:{number + 1}" for number in range(len(chosen))]
    spine = {"feature_id": ids, "source_id": name, "as_of": text.as_of}
    frame = pd.DataFrame(attributes, index=range(len(chosen))).assign(**spine)
    try:
        shaped = conform(gpd.GeoDataFrame(frame, geometry=table.geometry[chosen], crs=POLAR), layer)
    except SchemaError as error:
        raise refused(one.name, "geometry of the north", error, "mend the file") from error
    note = SourceNote(
        id=name, feeds=name, title=title, publisher=text.owner, licence=text.licence, citation="",
        homepage="", as_of=text.as_of, state="private",
    )  # fmt: skip
    rows, order = table.row[chosen], pd.Index(ids).get_indexer(shaped["feature_id"])  # `conform` sorts
    return PrivateLayer(
        layer, shaped, note, one.name,
        rows=len(np.unique(rows)) + (sum(table.left_out.values()) if is_first else 0),
        row=rows[order], number=table.number[chosen][order],
        left_out=table.left_out if is_first else {}, left_rows=table.left_rows if is_first else {},
        exchanged=table.exchanged if is_first else 0,
        remark=visible(table.remark) if is_first else "",
    )  # fmt: skip


def _identifier(text: str) -> str:
    """A name for a table: small Latin letters and digits; a name in another script becomes a digest."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    lost = sum(letter.isalpha() and not letter.isascii() for letter in text)
    if plain and lost <= len(plain):
        return plain
    return f"x{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:8]}"


def _attributes(table: UserTable, chosen: Any) -> tuple[tuple[Column, ...], dict[str, list[str | None]]]:
    """Every attribute of the chosen parts, with its column of the schema. Missing values stay missing.

    The attribute that names the rows becomes the name of the feature. Names are made visible, because a name
    with a control character is no XML. An underscore is added to a name in use.
    """
    texts_by_name: dict[str, list[str | None]] = {}
    in_use = set(_TAKEN)
    for label, texts in table.attributes.items():
        if label == table.name_column:
            name = "name"
        else:
            name = " ".join(visible(label).split())[:200] or "column"
            while name.casefold() in in_use:
                name += "_"
        in_use.add(name.casefold())
        texts_by_name[name] = [texts[place] for place in chosen]
    columns = tuple(Column(name, "str", "as the file has it") for name in texts_by_name if name != "name")
    return columns, texts_by_name
