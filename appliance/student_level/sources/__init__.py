"""A file in, rows of text out."""
