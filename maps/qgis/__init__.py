"""A QGIS project made without QGIS."""
