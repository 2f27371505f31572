"""The cause of each changed row of evidence between two pictures, and of each changed class of a node.

A row of evidence has a content (value, interval, label, state), a citation (source, date) and a judgement
(unit, scale, anchors, weight, score). Unit, scale and anchors are its rule. The first of these rules that
applies gives the cause of a changed row (decisions/0021):

1. Content or citation differ and the source is renewed, that is, new, gone, or with other data, date or
   state. The cause is `WORLD` if the source measures and its date is later, else `SOURCE`. A row that only
   one picture has is never `WORLD`, and it counts here only if both pictures use its indicator.
2. The rule is the same, and another row of the same node, axis and group has a renewed source and another
   content. The cause is the cause of that row.
3. The cause is `METHOD` if the two pictures differ in a rule of judgement or in the code, else `SOURCE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.differences import METHOD, SOURCE, WORLD
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["AXIS_OF", "MEASURED", "Causes", "differ"]

# Sources that measure. A later value of such a source is a later state of the world.
MEASURED = frozenset(source.id for source in SOURCES if source.is_measured)
# Column of nodes -> the axis of evidence that it is read from.
AXIS_OF = {
    "hazard_class": "climate",
    "military_class": "military",
    "dependence_class": "civil",
    "dual_use_class": "dual_use",
}
_KEYS = ["node_id", "axis", "dimension", "group", "indicator"]
# The content of a row, and below the content with its citation.
_SAYS = ("value", "value_low", "value_high", "label", "state")
_STATEMENT = (*_SAYS, "source_id", "as_of")
_RULE = ("unit", "scale", "zero_at", "one_at")
_JUDGEMENT = (*_RULE, "weight", "score")
_CLOSE = 1e-9  # numbers closer than this are equal; a smaller difference is rounding
_ROWS_NAMED = 3  # rows of evidence that the reason of a cause names


def differ(a: pd.Series, b: pd.Series) -> NDArray[np.bool_]:
    """A mask of the rows in which two columns of the same length differ. Two missing values are equal."""
    if pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b):
        left, right = (np.asarray(x.astype("Float64").to_numpy(dtype=float, na_value=np.nan)) for x in (a, b))
        return np.asarray(~np.isclose(left, right, rtol=0, atol=_CLOSE, equal_nan=True))
    missing = a.isna().to_numpy() & b.isna().to_numpy()
    same = (a.astype("object").to_numpy() == b.astype("object").to_numpy()) & ~a.isna().to_numpy()
    return np.asarray(~(missing | same.astype(bool)))


@dataclass(frozen=True, slots=True)
class Causes:
    """The rows of evidence that differ between two pictures, each with its cause.

    `rows` has a row for each changed row of evidence, with the suffixes `_old` and `_new`. `at` maps a node
    to the positions of its rows in `rows`. `otherwise` is the cause, with its reason in words, of a change
    that no row explains.
    """

    rows: pd.DataFrame
    at: Mapping[str, NDArray[np.int64]]
    otherwise: tuple[str, str]

    @classmethod
    def between(
        cls,
        old: pd.DataFrame,
        new: pd.DataFrame,
        *,
        methods: Sequence[str],
        renewed: Sequence[str],
    ) -> Causes:
        """Compare the tables of evidence of an earlier picture (`old`) and a later one (`new`).

        `methods` are the rules that differ, in words. `renewed` are the ids of the sources that differ.
        """
        # Missing parts of the key become empty texts, so that rows can be paired and grouped by them.
        a, b = (t.assign(**{name: t[name].fillna("") for name in ("dimension", "group")}) for t in (old, new))
        pair = a.merge(b, on=_KEYS, how="outer", suffixes=("_old", "_new"), indicator="side")
        for name, columns in (("is_anew", _STATEMENT), ("is_other", _SAYS), ("is_rule", _RULE),
                              ("is_judged", _JUDGEMENT)):  # fmt: skip
            pair[name] = False
            for column in columns:
                if column in old and column in new:
                    pair[name] |= differ(pair[f"{column}_old"], pair[f"{column}_new"])
        pair = pair[pair["is_anew"] | pair["is_judged"]].reset_index(drop=True)
        one_sided = pair["side"] != "both"
        by_source = pair["source_id_old"].isin(renewed) | pair["source_id_new"].isin(renewed)
        # An indicator that one picture uses for no node is a change of method, not of a source.
        both = set(old["indicator"]) & set(new["indicator"])
        is_news = pair["is_anew"] & by_source & (~one_sided | pair["indicator"].isin(both))
        # Dates are ISO 8601, so their order as texts is their order in time.
        later = pair["as_of_new"].fillna("") > pair["as_of_old"].fillna("")
        is_world = is_news & later & ~one_sided & pair["source_id_new"].isin(MEASURED)
        pair["cause"] = np.select([is_world, is_news], [WORLD, SOURCE], "")
        pair["is_news"] = is_news & (pair["is_other"] | one_sided)
        otherwise = _otherwise(methods, renewed)
        _follow(pair, otherwise[0])
        # The swing is the change of the score; on the military axis it is multiplied by the weight.
        swing = (pair["score_new"].fillna(0) - pair["score_old"].fillna(0)).abs()
        weight = pair[["weight_old", "weight_new"]].max(axis=1).fillna(0)
        pair["swing"] = swing * weight.where(pair["axis"] == "military", 1.0)
        return cls(pair, pair.groupby("node_id", sort=False).indices, otherwise)

    def of(self, node: str, what: Sequence[str]) -> tuple[str, str]:
        """The cause of the changes of a node, and its reason in words.

        `what` are the axes to look at; an empty sequence means all axes. If there are several causes, the
        result is the cause whose rows change the scores most.
        """
        some = self.rows.iloc[self.at.get(node, [])]
        some = some[some["is_other"] | some["is_judged"]]
        if what:
            some = some[some["axis"].isin(what)]
        if some.empty:
            return self.otherwise
        weight = some.groupby("cause").agg(swing=("swing", "sum"), rows=("swing", "size"))
        cause = str(weight.sort_values(["swing", "rows"], ascending=False, kind="stable").index[0])
        top = (
            some[some["cause"] == cause]
            .sort_values("swing", ascending=False, kind="stable")
            .head(_ROWS_NAMED)
        )
        return cause, "; ".join(_in_words(row) for row in top.to_dict("records"))

    def counts(self) -> dict[str, tuple[int, int]]:
        """By source: the number of rows with another content or citation, and with another content alone.

        The second number is part of the first. A row that only one picture has counts in both numbers.
        """
        by = self.rows[self.rows["is_anew"]].assign(
            source=lambda t: t["source_id_new"].fillna(t["source_id_old"])
        )
        by["is_other"] |= by["side"] != "both"
        table = by.groupby("source")["is_other"].agg(["size", "sum"])
        return {str(name): (int(row["size"]), int(row["sum"])) for name, row in table.iterrows()}


def _otherwise(methods: Sequence[str], renewed: Sequence[str]) -> tuple[str, str]:
    """The cause of a change that the node's own evidence does not explain."""
    if methods:
        return METHOD, f"judged otherwise: {'; '.join(methods)}"
    return SOURCE, f"nothing said of it differs; it follows from others ({', '.join(renewed) or 'no source'})"


def _follow(pair: pd.DataFrame, otherwise: str) -> None:
    """Fill in the causes by rules 2 and 3 of the docstring of this module.

    `otherwise` is the cause by rule 3.
    """
    open_rows = pair["cause"] == ""
    group = ["node_id", "axis", "group"]
    # Of several changed rows in a group the first one gives the cause.
    news = pair[pair["is_news"]].drop_duplicates(group).set_index(group)["cause"]
    of_group = news.reindex(pd.MultiIndex.from_frame(pair[group])).to_numpy(dtype=object)
    follows = open_rows & ~pair["is_rule"] & pd.notna(of_group)
    pair["cause"] = np.select([follows, open_rows], [of_group, otherwise], pair["cause"])


def _in_words(row: dict[str, Any]) -> str:
    """A changed row of evidence in words, with the source and the date of its content."""
    name = row["indicator"]
    if row["side"] != "both":
        side = "new" if row["side"] == "right_only" else "old"
        if row["cause"] == METHOD:
            return f"{name} is {'no longer ' if side == 'old' else ''}asked"
        cited = f"{row[f'source_id_{side}']}, {row[f'as_of_{side}']}"
        return f"{name} {_statement(row, side)} {'is told' if side == 'new' else 'is told no more'} ({cited})"
    old, new = _statement(row, "old"), _statement(row, "new")
    before, now = row["source_id_old"], row["source_id_new"]
    cited = f"{now}, {row['as_of_new']}" if before == now else f"{before} -> {now}, {row['as_of_new']}"
    if old != new:
        return f"{name} {old} -> {new} ({cited})"
    if row["cause"] == METHOD:
        return f"{name} weighed or scaled otherwise"
    scores = [_written(row[f"score_{side}"]) for side in ("old", "new")]
    if scores[0] != scores[1]:
        return f"{name}, still {new}, scores {scores[0]} -> {scores[1]}"
    return f"{name} from {now}"


def _statement(row: dict[str, Any], side: str) -> str:
    """The content of a row in words: the label if the value is a code, else the value.

    `side` is `old` or `new`.
    """
    value, label, state = (row.get(f"{name}_{side}") for name in ("value", "label", "state"))
    if state != "known":
        return str(state).replace("_", " ")
    # The value of these units is the number of a class; its label is the text for readers.
    is_code = row.get(f"unit_{side}") in {"class", "report", "1"}
    return label if isinstance(label, str) and (is_code or pd.isna(value)) else _written(value)


def _written(value: Any) -> str:
    return "unknown" if value is None or pd.isna(value) else f"{value:g}"
