"""The picture as files for other programs: GDAL formats, CSV, STAC and RO-Crate."""
