"""The wing that may hold student rows."""
