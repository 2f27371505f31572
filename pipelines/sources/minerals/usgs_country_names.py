"""Names of countries in the world tables of the U.S. Geological Survey, with their ISO 3166-1 codes."""

from __future__ import annotations

__all__ = ["USGS_COUNTRIES"]

USGS_COUNTRIES: dict[str, str] = {
    "Afghanistan": "AFG", "Algeria": "DZA", "Angola": "AGO", "Argentina": "ARG", "Armenia": "ARM",
    "Australia": "AUS", "Austria": "AUT", "Azerbaijan": "AZE", "Bahrain": "BHR", "Belarus": "BLR",
    "Belgium": "BEL", "Bhutan": "BTN", "Bolivia": "BOL", "Botswana": "BWA", "Brazil": "BRA",
    "Bulgaria": "BGR", "Burkina Faso": "BFA", "Burma": "MMR", "Burundi": "BDI", "Cameroon": "CMR",
    "Canada": "CAN", "Central African Republic": "CAF", "Chile": "CHL", "China": "CHN", "Colombia": "COL",
    "Congo (Kinshasa)": "COD", "Cuba": "CUB", "Cyprus": "CYP", "Czechia": "CZE",
    "Côte d\N{RIGHT SINGLE QUOTATION MARK}Ivoire": "CIV",
    "Denmark": "DNK", "Ecuador": "ECU", "Egypt": "EGY", "Estonia": "EST", "Ethiopia": "ETH",
    "Finland": "FIN", "France": "FRA", "Gabon": "GAB", "Georgia": "GEO", "Germany": "DEU", "Ghana": "GHA",
    "Greece": "GRC", "Greenland": "GRL", "Guatemala": "GTM", "Guinea": "GIN", "Hungary": "HUN",
    "Iceland": "ISL", "India": "IND", "Indonesia": "IDN", "Iran": "IRN", "Ireland": "IRL", "Israel": "ISR",
    "Italy": "ITA", "Jamaica": "JAM", "Japan": "JPN", "Jordan": "JOR", "Kazakhstan": "KAZ",
    "Kenya": "KEN", "Korea, North": "PRK", "Korea, Republic of": "KOR", "Kyrgyzstan": "KGZ",
    "Laos": "LAO", "Madagascar": "MDG", "Malaysia": "MYS", "Mali": "MLI", "Mauritania": "MRT",
    "Mexico": "MEX", "Mongolia": "MNG", "Morocco": "MAR", "Mozambique": "MOZ", "Namibia": "NAM",
    "Netherlands": "NLD", "New Caledonia": "NCL", "New Zealand": "NZL", "Nigeria": "NGA",
    "Norway": "NOR", "Oman": "OMN", "Pakistan": "PAK", "Papua New Guinea": "PNG", "Peru": "PER",
    "Philippines": "PHL", "Poland": "POL", "Portugal": "PRT", "Qatar": "QAT", "Romania": "ROU",
    "Russia": "RUS", "Rwanda": "RWA", "Saudi Arabia": "SAU", "Senegal": "SEN", "Sierra Leone": "SLE",
    "Slovakia": "SVK", "Slovenia": "SVN", "South Africa": "ZAF", "Spain": "ESP", "Sri Lanka": "LKA",
    "Sudan": "SDN", "Sweden": "SWE", "Syria": "SYR", "Tajikistan": "TJK", "Tanzania": "TZA",
    "Thailand": "THA", "Togo": "TGO", "Tunisia": "TUN", "Turkey": "TUR", "Turkmenistan": "TKM",
    "Uganda": "UGA", "Ukraine": "UKR", "United Arab Emirates": "ARE", "United Kingdom": "GBR",
    "United States": "USA", "Uzbekistan": "UZB", "Venezuela": "VEN", "Vietnam": "VNM", "Zambia": "ZMB",
    "Zimbabwe": "ZWE",
}  # fmt: skip
