"""Ice season of a port, by an ice service and by the monthly record."""

from __future__ import annotations

import numpy as np
from toy_facts import HOME, fact_table, off, placed, sites

from layers.assessed.fact_rows import FactRows
from layers.assessed.ice_facts import add_port_ice


def test_the_season_at_the_quay_stands_before_that_of_the_cells() -> None:
    nodes = sites(("mine:a", HOME), ("port:b", HOME), ("cable_landing:c", off(30)))
    book = FactRows(nodes)
    satellite = {"unit": "months", "tier": "measured", "source_id": "satellite", "as_of": "2022"}
    book.add(np.array([1, 2]), "ice_months_recent", value=np.array([2.0, 2.0]), **satellite)
    quay = {"at": off(3), "ice_months": 5.0, "ice_months_low": 4.0, "ice_months_high": 6.5, "last_year": 2016}
    add_port_ice(book, nodes, placed(quay | {"source_id": "service"}))
    rows = fact_table(book).xs("ice_months_recent", level="fact")
    assert rows["value"].to_dict() == {"port:b": 5.0, "cable_landing:c": 2.0}
    assert rows["source_id"].to_dict() == {"port:b": "service", "cable_landing:c": "satellite"}
    # A season of another age is none of the last ten years.
    book = FactRows(nodes)
    book.add(np.array([1]), "ice_months_recent", value=2.0, **satellite)
    add_port_ice(book, nodes, placed(quay | {"last_year": 1988}))
    assert fact_table(book).loc[("port:b", "ice_months_recent"), "value"] == 2.0
