"""The flag of a node: robust, possible, not flagged, or not judged because an unknown alone decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.assessed import rules
from layers.assessed.class_thresholds import CLASSES, HIGH, MODERATE, UNKNOWN
from layers.assessed.evidence_builder import NOTHING
from layers.assessed.judgement import could_be, ground_could_be

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from layers.assessed.judgement import Classes, Inputs
    from layers.assessed.monte_carlo import Drawn

__all__ = ["BARRED", "FLAGS", "POSSIBLE", "ROBUST", "class_words", "flag_columns", "flag_of"]

FLAGS = ("robust", "possible", "not_flagged", "insufficient_data")
ROBUST, POSSIBLE = 0.8, 0.2  # shares of draws from which a flag is robust or possible; conventions
BARRED = "D0"  # a node of this dual-use class is never flagged
_OTHER_PARTS = ("hinterland", "position", "association")
# Datum that would settle the facility of a kind where it is unknown.
_FACILITY_DATUM = {
    "port": "depth of approach and quay", "airfield": "surface or width of the runway",
    "cable_landing": "systems in service", "mine": "commodity", "energy_site": "installed capacity",
    "rail_terminal": "gauge", "ground_station": "operator",
}  # fmt: skip


def flag_of(share: float) -> str:
    """Return the flag of a share of draws, 0 to 1: robust, possible or not_flagged."""
    return "robust" if share >= ROBUST else "possible" if share >= POSSIBLE else "not_flagged"


def class_words(code: NDArray[np.int8]) -> NDArray[np.object_]:
    """Return class codes as words; the code -1, unknown, is the last of CLASSES."""
    return np.array(CLASSES, dtype=object)[code]


def flag_columns(
    inputs: Inputs,
    classes: Classes,
    sites: pd.DataFrame,
    dual_use: pd.Series,
    drawn: Drawn,
    part_holds: NDArray[np.float64],
) -> dict[str, Any]:
    """Return the columns of a node from `hazard_class` to `flag`.

    `dual_use` is the dual-use class of each node, `drawn` holds the shares of draws. `part_holds` is the
    score, in thousandths, from which a part of military relevance holds. A node outside the scope or of class
    D0 has a probability of 0.
    """
    hazard, military, dependence = (
        getattr(classes, name)[:, 0] for name in ("hazard", "military", "dependence")
    )
    inside = (sites["scope"] != "context").to_numpy() & (dual_use != BARRED).to_numpy()
    share = np.where(inside, drawn.flag, 0.0).round(4)
    ground, no_facility = _open_ground(inputs, hazard), _open_facility(classes, part_holds)
    insufficient = inside & _is_open(hazard, military, dependence, ground, no_facility)
    # A node whose hazard is not known to be high is never flagged (decisions/0013).
    insufficient |= inside & (hazard < HIGH) & (share >= POSSIBLE)
    # A draw may exceed the class on file where ground ice is unknown; such a share is no finding.
    share = np.where((hazard < HIGH) & ~insufficient, 0.0, share)
    word = np.select([share >= ROBUST, share >= POSSIBLE], ["robust", "possible"], "not_flagged")
    worst, datum = could_be(inputs, classes)
    return {
        "hazard_class": class_words(hazard),
        "military_class": class_words(military),
        "dependence_class": class_words(dependence),
        "hazard_could_be": np.where(worst > hazard, class_words(worst), NOTHING),
        "deciding_datum": _datum(inputs, datum, insufficient & ground, insufficient & no_facility),
        "overlap_probability": drawn.overlap.round(4),
        "flag_probability": share,
        "flag": np.where(insufficient, "insufficient_data", word),
    }


def _open_ground(inputs: Inputs, hazard: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return where ground ice alone could raise the hazard to high."""
    return (ground_could_be(inputs) == HIGH) & (hazard < HIGH)


def _open_facility(classes: Classes, part_holds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where the facility is unknown and two other parts would suffice for a high class."""
    scores = [rules.known_or_0(classes.parts[name])[:, 0] for name in _OTHER_PARTS]
    votes = np.sum([score >= part_holds for score in scores], axis=0)
    return (classes.military[:, 0] == UNKNOWN) & (votes >= 2)


def _is_open(
    hazard: NDArray[np.int8],
    military: NDArray[np.int8],
    dependence: NDArray[np.int8],
    ground: NDArray[np.bool_],
    no_facility: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return where an unknown alone keeps the flag open: ground ice, another hazard, facility or people."""
    exposed = (hazard == HIGH) | ground | (hazard == UNKNOWN)
    capable = (military == HIGH) | no_facility
    needed = np.isin(dependence, (HIGH, MODERATE, UNKNOWN))
    lacks = ground | (hazard == UNKNOWN) | no_facility | (dependence == UNKNOWN)
    return exposed & capable & needed & lacks


def _datum(
    inputs: Inputs,
    datum: NDArray[np.object_],
    ground: NDArray[np.bool_],
    no_facility: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Return the datum that would settle each node; both data where ground and facility are open.

    `datum` is the one of `could_be`, for all other nodes.
    """
    ice = np.where(
        inputs.values["proxy"][:, 0] == 1,
        "permafrost zone and ground ice of the site",
        "ground ice of the site",
    )
    facility = np.array([_FACILITY_DATUM[kind] for kind in inputs.kind], dtype=object)
    both = np.array([f"{first}; {second}" for first, second in zip(facility, ice, strict=True)], dtype=object)
    datum = np.where(ground, ice, datum)
    datum = np.where(no_facility & ~ground, facility, datum)
    return np.where(no_facility & ground, both, datum)
