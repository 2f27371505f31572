"""Effects: network, cache, disk, clock, Prefect, command line. Imports nothing by itself."""
