"""ISO 3166-1 codes of the states and territories that the tables of this project name."""

from __future__ import annotations

__all__ = ["ALPHA_3", "ALPHA_3_OF_NAME", "NORTHERN"]

# Alpha-2 to alpha-3: members of NATO and the EU, Arctic states, their territories, neighbours.
ALPHA_3: dict[str, str] = {
    "AX": "ALA", "AL": "ALB", "AT": "AUT", "BE": "BEL", "BG": "BGR", "CA": "CAN", "CN": "CHN", "CY": "CYP",
    "CZ": "CZE", "DE": "DEU", "DK": "DNK", "ES": "ESP", "EE": "EST", "FI": "FIN", "FR": "FRA", "FO": "FRO",
    "GB": "GBR", "GL": "GRL", "GR": "GRC", "HR": "HRV", "HU": "HUN", "IE": "IRL", "IS": "ISL", "IT": "ITA",
    "LI": "LIE", "LT": "LTU", "LU": "LUX", "LV": "LVA", "MK": "MKD", "MT": "MLT", "ME": "MNE", "NL": "NLD",
    "NO": "NOR", "PL": "POL", "PT": "PRT", "RO": "ROU", "RU": "RUS", "SJ": "SJM", "SK": "SVK", "SI": "SVN",
    "SE": "SWE", "TR": "TUR", "US": "USA",
}  # fmt: skip

# The same for those that reach north of the southern edge of the snapshot (`layers.regions.SOUTH_DEG`).
NORTHERN: dict[str, str] = {
    code: ALPHA_3[code]
    for code in ("AX", "CA", "DK", "EE", "FI", "FO", "GB", "GL", "IS", "LV", "NO", "RU", "SE", "SJ", "US")
}

# English name to alpha-3, as lists of ports and mines write the names of NORTHERN.
ALPHA_3_OF_NAME: dict[str, str] = {
    "Canada": "CAN", "Denmark": "DNK", "Estonia": "EST", "Faroe Islands": "FRO", "Finland": "FIN",
    "Greenland": "GRL", "Iceland": "ISL", "Jan Mayen": "SJM", "Latvia": "LVA", "Norway": "NOR",
    "Russia": "RUS", "Svalbard": "SJM", "Sweden": "SWE", "United Kingdom": "GBR", "United States": "USA",
}  # fmt: skip
