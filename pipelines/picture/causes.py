"""The cause of a changed judgement: the rows of a node's evidence that differ, and who changed them.

A row of evidence has a statement (value, ends, label, state, source, date) and its judgement (unit, scale,
anchors, weight, score). A statement that differs was changed by its source, or by the world where it is a
measurement of a later day. The same statement with another score is a change of method.
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

# Sources that measure: their later value is a later state of the world.
MEASURED = frozenset(source.id for source in SOURCES if source.is_measured)
# Column of nodes -> the axis of evidence that it is read from.
AXIS_OF = {
    "hazard_class": "climate",
    "military_class": "military",
    "dependence_class": "civil",
    "dual_use_class": "dual_use",
}
_KEYS = ["node_id", "axis", "dimension", "group", "indicator"]
_SAYS = ("value", "value_low", "value_high", "label", "state")
_STATEMENT = (*_SAYS, "source_id", "as_of")
_RULE = ("unit", "scale", "zero_at", "one_at")
_JUDGEMENT = (*_RULE, "weight", "score")
_CLOSE = 1e-9
_ROWS_NAMED = 3  # behind a cause


def differ(a: pd.Series, b: pd.Series) -> NDArray[np.bool_]:
    """Where two columns in the same order differ. Two missing values are equal."""
    if pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b):
        left, right = (np.asarray(x.astype("Float64").to_numpy(dtype=float, na_value=np.nan)) for x in (a, b))
        return np.asarray(~np.isclose(left, right, rtol=0, atol=_CLOSE, equal_nan=True))
    missing = a.isna().to_numpy() & b.isna().to_numpy()
    same = (a.astype("object").to_numpy() == b.astype("object").to_numpy()) & ~a.isna().to_numpy()
    return np.asarray(~(missing | same.astype(bool)))


@dataclass(frozen=True, slots=True)
class Causes:
    """The rows of evidence that differ between two pictures, each with its cause.

    `at` gives the positions of a node's rows. `otherwise` is the cause of a change that no renewed source
    and no later measurement explains.
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
        """Compare two tables of evidence. `methods` are changed rules in words, `renewed` changed sources."""
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
        # An indicator that the other picture asks of no node belongs to another method.
        both = set(old["indicator"]) & set(new["indicator"])
        is_news = pair["is_anew"] & by_source & (~one_sided | pair["indicator"].isin(both))
        later = pair["as_of_new"].fillna("") > pair["as_of_old"].fillna("")
        is_world = is_news & later & ~one_sided & pair["source_id_new"].isin(MEASURED)
        pair["cause"] = np.select([is_world, is_news], [WORLD, SOURCE], "")
        pair["is_news"] = is_news & (pair["is_other"] | one_sided)
        otherwise = _otherwise(methods, renewed)
        _follow(pair, otherwise[0])
        swing = (pair["score_new"].fillna(0) - pair["score_old"].fillna(0)).abs()
        weight = pair[["weight_old", "weight_new"]].max(axis=1).fillna(0)
        pair["swing"] = swing * weight.where(pair["axis"] == "military", 1.0)
        return cls(pair, pair.groupby("node_id", sort=False).indices, otherwise)

    def of(self, node: str, what: Sequence[str]) -> tuple[str, str]:
        """The cause of the changes of a node on the axes `what` (all where it is empty), and its words.

        Of several causes it is the one that moves the scores most.
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
        """By source: the number of rows of evidence stated anew, and of those with another statement."""
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
    """Give every row a cause. A statement with another score by the same rule follows its group's news."""
    open_rows = pair["cause"] == ""
    group = ["node_id", "axis", "group"]
    news = pair[pair["is_news"]].drop_duplicates(group).set_index(group)["cause"]
    of_group = news.reindex(pd.MultiIndex.from_frame(pair[group])).to_numpy(dtype=object)
    follows = open_rows & ~pair["is_rule"] & pd.notna(of_group)
    pair["cause"] = np.select([follows, open_rows], [of_group, otherwise], pair["cause"])


def _in_words(row: dict[str, Any]) -> str:
    """A changed row of evidence in words, with source and date."""
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
    """A statement in words: the label where the value is a code, else the value."""
    value, label, state = (row.get(f"{name}_{side}") for name in ("value", "label", "state"))
    if state != "known":
        return str(state).replace("_", " ")
    is_code = row.get(f"unit_{side}") in {"class", "report", "1"}
    return label if isinstance(label, str) and (is_code or pd.isna(value)) else _written(value)


def _written(value: Any) -> str:
    return "unknown" if value is None or pd.isna(value) else f"{value:g}"
