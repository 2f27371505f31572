"""The daily ice archive, and the seasons, routes and pages that are computed from it."""
