"""Tables of the picture and how they are derived. Pure: no network, clock, disk or Prefect.

schema         `Column` and `Layer`; `conform` and `check`, the only validation of tables
crs            the polar CRS; geodesic distances, areas, projection over the date line
grid           cells of grids, polygons of cells, sea-ice extent and area
raster         rasters for maps
merge          points of several sources that are one thing
network        the sea lanes as a graph
climate        air temperature, permafrost share and fetch at places
iso_3166       codes of countries
regions        REGIONS, the areas a picture can be built for
scenarios      SCENARIOS, the warming levels a picture is judged under
ice            the sea-ice record: daily cube, seasons, trends, routes
observed       facts from sources, one file per subject, no judgement
assessed       judgements derived from the facts, one file per judgement
catalog        LAYERS, in computing order
compose        makes a `Picture`: derives LAYERS one after the other
source_outage  values of sources that are held back or missing
redaction      AUDIENCES, and the data that are left out for an audience
picture        `Picture`, the finished situational picture
differences    changes since the earlier picture, as a table
errors         errors of the project
"""
