"""Sources that the picture lacks and that have no reader.

The picture names them where a value is unknown without them.
"""

from __future__ import annotations

from pipelines.source import Remote, Source

__all__ = ["SOURCES"]


def _missing(
    source_id: str,
    feeds: str,
    title: str,
    publisher: str,
    licence: str,
    citation: str,
    homepage: str,
    as_of: str,
    remotes: tuple[Remote, ...] = (),
) -> Source:
    """Return the row of a source without a reader."""
    return Source(
        id=source_id, feeds=feeds, title=title, publisher=publisher, licence=licence, citation=citation,
        homepage=homepage, as_of=as_of, state="not_held",
        made="not held: values that would come from it are unknown", remotes=remotes,
    )  # fmt: skip


SOURCES = (
    _missing(
        "ipcc_ar6_sea_level", "nodes", "AR6 regional relative sea level projections",
        "IPCC / NASA Sea Level Change Team", "CC-BY-4.0", "Fox-Kemper et al. 2021; Garner et al. 2021",
        "https://sealevel.nasa.gov/ipcc-ar6-sea-level-projection-tool", "2021-08-09",
    ),
    _missing(
        "arctic_coastal_dynamics", "nodes", "Arctic Coastal Dynamics database", "Lantuit et al.",
        "cite", "Lantuit et al. 2012, doi:10.1007/s12237-010-9362-6",
        "https://doi.org/10.1007/s12237-010-9362-6", "2012-03-01",
    ),
    _missing(
        "eu_ten_t", "nodes", "TEN-T maps: lines of the network, and neighbouring countries",
        "European Commission (TENtec)", "reuse with source", "Regulation (EU) 2024/1679",
        "https://eur-lex.europa.eu/eli/reg/2024/1679/oj", "2024-07-18",
    ),
)  # fmt: skip
