"""The GeoPackage and the QGIS project of the picture, written without QGIS."""
