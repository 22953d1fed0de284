"""Schoolhouse: the data appliance of one school district. The README draws the map of these rooms."""

__version__ = "0.2.0"
