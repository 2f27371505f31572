"""Pages of an exercise pack: notes, sheets, cards, and the map before and after."""
