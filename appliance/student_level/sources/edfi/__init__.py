"""Ed-Fi XML: the 1.0 interchanges, in Ed-Fi's own and in inBloom's (SLI) dialect, and the current Ed-Fi 5 ones.

`package.tables` is the way in. Ed-Fi's names, codes and natural keys stop in this folder: what leaves it are tables in
the layouts that every loader knows.
"""
