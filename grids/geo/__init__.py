"""Pure geometry of places: datum, outlines, made-up tilings and point → grid. Knows no models."""
