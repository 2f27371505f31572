"""The glossary is the evidence: no indicator is without words, no word without an indicator."""

from __future__ import annotations

import pytest

from layers.assessed.class_thresholds import ANCHORS
from layers.assessed.indicators import INDICATORS, OWN, in_sentence, title_of, unit_in_words
from pipelines.sources import SOURCES

BY_KEY = {(row.axis, row.id): row for row in INDICATORS}


def told(picture) -> dict[tuple[str, str], list]:
    """Each indicator of evidence and each climate fact, with its rows."""
    evidence = picture.tables["evidence"]
    return dict(iter(evidence.groupby(["axis", "indicator"])))


def test_every_indicator_of_the_evidence_has_words(picture):
    named = {row.id for row in INDICATORS}
    assert {name for _, name in told(picture)} | set(picture.tables["climate_facts"]["fact"]) == named


def test_the_unit_is_the_unit_of_the_evidence(picture):
    for (axis, name), rows in told(picture).items():
        row = BY_KEY.get((axis, name))
        if row is not None:
            assert set(rows["unit"]) == {row.unit}, name


def test_the_anchors_are_those_of_the_evidence(picture):
    """Each value at which a row turns belongs to an anchor that the glossary names."""
    values = {anchor.id: anchor.value for anchor in ANCHORS}
    for (axis, name), rows in told(picture).items():
        row = BY_KEY.get((axis, name))
        if row is None or row.unit == "class":
            continue
        at = (set(rows["zero_at"].dropna()) | set(rows["one_at"].dropna())) - {0.0}
        assert at <= {values[anchor] for anchor in row.anchors}, name


def test_the_sources_are_those_of_the_evidence(picture):
    lists = set(picture.tables["nodes"]["source_id"])
    for (axis, name), rows in told(picture).items():
        row = BY_KEY.get((axis, name))
        if row is not None:
            allowed = set(row.sources) | (lists if OWN in row.sources else set())
            assert set(rows["source_id"]) <= allowed, name


@pytest.mark.parametrize("row", INDICATORS, ids=lambda row: f"{row.axis}-{row.id}")
def test_a_row_is_one_sentence_with_known_ids(row):
    assert row.meaning.endswith(".")
    assert row.meaning[0].isupper()
    assert ". " not in row.meaning
    assert set(row.anchors) <= {anchor.id for anchor in ANCHORS}
    assert set(row.sources) - {OWN} <= {source.id for source in SOURCES}
    assert row.title == title_of(row.id) or row.axis == "dual_use"


def test_units_are_words_for_readers():
    assert unit_in_words("degC") == "°C"
    assert unit_in_words("km") == "km"
    assert in_sentence("TEN-T network") == "TEN-T network"
    assert in_sentence("Ice season lost") == "ice season lost"
    assert in_sentence("2 °C above 1850-1900") == "2 °C above 1850-1900"


def test_no_sentence_of_a_picture_has_a_unit_of_the_tables(picture):
    """Readers see °C and years; degC and a-1 are for programs."""
    for layer, columns in {
        "nodes": ("reasons", "nearest_exit", "hazard_deciding"), "evidence": ("note", "label"),
        "climate_facts": ("note",), "exits": ("words",), "warming": ("label",),
    }.items():  # fmt: skip
        table = picture.tables[layer]
        for column in columns:
            assert not table[column].dropna().str.contains(r"degC|°c|\ba-1\b|\bpersons\b").any(), (
                layer,
                column,
            )


def test_what_is_not_computed_is_not_a_number(picture):
    nodes = picture.tables["nodes"]
    context = nodes[nodes["scope"] == "context"]
    assert len(context)
    assert not context["reasons"].str.contains("All three in").any()
    left_out = nodes["military_association"].isna()
    assert left_out.any()
    assert not nodes.loc[left_out, "reasons"].str.contains("association not known").any()
