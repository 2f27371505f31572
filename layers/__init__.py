"""What the picture is made of, and what follows from it. Pure: no network, clock, disk or Prefect.

schema     the frozen values `Column` and `Layer`; `conform` and `check`, the only gate
crs        the one polar CRS; geodesic kilometres, areas, lines and rings over the date line
grid       grids to polygons; a grid sampled at points
merge      points of several sources that are one thing, with their lineage
regions    REGIONS, the areas a picture can be built for
scenarios  SCENARIOS, the warming levels and weights a picture is judged under
scoring    evidence to intervals, axes, draws and the flag
observed   facts: one file a kind of thing, no judgement
assessed   judgements: what follows from the facts, one file a judgement
catalog    LAYERS, in computing order
compose    the fold over LAYERS that makes a `Picture`
"""
