"""The attribute form of a node in QGIS: tabs by subject, and a tab for each table that names nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.schema import Layer

__all__ = ["form", "row_name"]

# Tab -> columns of a node. The last tab has the columns that no other tab names.
_TABS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Judgement", ("name", "kind", "site_kind", "place", "scope", "flag", "flag_probability",
                   "overlap_probability", "hazard_class", "hazard_deciding", "hazard_tier", "military_class",
                   "dependence_class", "nearest_exit", "deciding_datum", "reasons")),
    ("Climate", ("hazard_could_be", "permafrost_zone", "ground_ice", "ice_months_recent", "ice_months_lost",
                 "ice_months_lost_low", "ice_months_lost_high", "coastal_erosion_class",
                 "coastal_erosion_m_per_year", "relative_sea_level_m", "relative_sea_level_low_m",
                 "relative_sea_level_high_m", "fact_age_years")),
    ("Military and remit", ("military_low", "military_high", "military_known", "military_coverage",
                            "dual_use_class", "institution", "special_status", "baseline_requirements",
                            "cer_sectors")),
)  # fmt: skip
_LAST: Final = "Position and sources"
_LONG: Final = frozenset({"reasons", "nearest_exit", "hazard_deciding", "sources", "deciding_datum"})
# Table -> expression for the name of one of its rows in a list.
_ROW_NAMES: Final = {
    "evidence": "replace(\"axis\" || ': ' || \"indicator\", '_', ' ')",
    "climate_facts": "replace(\"fact\", '_', ' ')",
    "exits": '"words"',
    "standards": '"standard_id" || \': \' || "result"',
}


def row_name(layer: Layer) -> str:
    """QGIS expression for the name of a row of a layer; empty if its rows have no name."""
    names = {column.name for column in layer.all_columns}
    return _ROW_NAMES.get(layer.id) or ('"name"' if "name" in names else "")


def form(layer: Layer, relations: Mapping[str, str]) -> list[Element]:
    """The elements of the form of the nodes: edit widgets, kind of form, and the tabs with their fields.

    `relations` maps the id of each relation to its title; each relation has a tab.
    """
    names = [column.name for column in layer.all_columns]
    place = {name: number for number, name in enumerate(names, start=1)}
    in_tabs = {name for _, tab in _TABS for name in tab}
    layout = Element("editorlayout")
    layout.text = "tablayout"
    whole = Element("attributeEditorForm")
    for title, columns in (*_TABS, (_LAST, tuple(name for name in names if name not in in_tabs))):
        tab = _tab(whole, title)
        for name in columns:
            SubElement(tab, "attributeEditorField", name=name, index=str(place[name]), showLabel="1")
    for relation, title in relations.items():
        editor = SubElement(
            _tab(whole, title.partition(":")[0]), "attributeEditorRelation", name=relation,
            relation=relation, showLabel="0", label=title, relationWidgetTypeId="relation_editor",
            nmRelationId="", forceSuppressFormPopup="0",
        )  # fmt: skip
        configuration = SubElement(editor, "editor_configuration", type="Map")
        SubElement(configuration, "Option", name="buttons", type="QString", value="NoButton")
        SubElement(configuration, "Option", name="show_first_feature", type="bool", value="true")
    return [_widgets(names), layout, whole]


def _tab(whole: Element, title: str) -> Element:
    return SubElement(
        whole, "attributeEditorContainer", name=title, groupBox="0", columnCount="1", showLabel="1",
        visibilityExpressionEnabled="0", visibilityExpression="",
    )  # fmt: skip


def _widgets(names: list[str]) -> Element:
    """Edit widgets: boxes of several lines for long texts."""
    fields = Element("fieldConfiguration")
    for name in names:
        if name in _LONG:
            field = SubElement(fields, "field", name=name, configurationFlags="None")
            widget = SubElement(field, "editWidget", type="TextEdit")
            options = SubElement(SubElement(widget, "config"), "Option", type="Map")
            for option, state in (("IsMultiline", "true"), ("UseHtml", "false")):
                SubElement(options, "Option", name=option, type="bool", value=state)
    return fields
