"""Rows of text in; typed rows, or problems by file, row and column, out; then one transaction."""
