"""Relative sea level at tide gauges: observed trends and projections of the IPCC."""

from layers.regions import SOUTH_DEG
from layers.schema import Column, Layer

__all__ = ["SEA_LEVEL_PROJECTIONS", "SEA_LEVEL_TRENDS"]

_GAUGE = (
    Column("psmsl_id", "int", "number of the gauge at the PSMSL", required=True, low=1),
    Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
    Column("longitude_deg", "float", "WGS 84, to 0.01", "degree", required=True, low=-180, high=180),
    Column("latitude_deg", "float", "WGS 84, to 0.01", "degree", required=True, low=SOUTH_DEG, high=90),
)
_CITED = (
    Column("source_title", "str", "where the numbers were read", required=True),
    Column("source_url", "str", "address at which they were read", required=True),
    Column("seen_on", "str", "date they were read", required=True),
    Column("confidence", "str", "our confidence", required=True, choices=("high", "medium", "low")),
)

SEA_LEVEL_TRENDS = Layer(
    id="sea_level_trends",
    title="Observed trends of relative sea level at tide gauges",
    pillar="environmental",
    geometry="table",
    columns=(
        *_GAUGE,
        Column("trend_mm_per_year", "float", "trend; negative where the level falls", "mm year-1",
               required=True, low=-50, high=50),
        Column("uncertainty_mm_per_year", "float", "half of the 95 % interval", "mm year-1", required=True,
               low=0, high=50),
        Column("first_year", "int", "first year used", "year", required=True, low=1700, high=2100),
        Column("last_year", "int", "last year used", "year", required=True, low=1700, high=2100),
        Column("made", "str", "as published, or computed by us from annual means", required=True,
               choices=("published", "computed")),
        *_CITED,
    ),
)  # fmt: skip

SEA_LEVEL_PROJECTIONS = Layer(
    id="sea_level_projections",
    title="Relative sea level at tide gauges in 2100 against 1995-2014 (IPCC AR6)",
    pillar="environmental",
    geometry="table",
    columns=(
        *_GAUGE,
        Column("low_m", "float", "17th percentile under SSP1-2.6", "m", required=True, low=-3, high=3),
        Column("central_m", "float", "median under SSP2-4.5", "m", required=True, low=-3, high=3),
        Column("high_m", "float", "83rd percentile under SSP5-8.5", "m", required=True, low=-3, high=3),
        *_CITED,
    ),
    note="Negative where the level falls. The land's own motion is the background rate held constant.",
)
