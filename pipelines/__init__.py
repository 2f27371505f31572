"""Everything with an effect: network, cache, disk, clock, Prefect, command line (decisions/0002)."""
