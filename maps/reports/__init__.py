"""Pages to read and print: the briefing, routes and isochrones."""
