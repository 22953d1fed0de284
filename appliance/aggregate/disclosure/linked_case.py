"""A case of linked tables over cross-classified people, with patterns that others chose: what does each give away?

Beside `CASE.json`, which names the `tables`, lie `CASE-inner.csv`, the finest cells (a column for each group, and
`freq`), and for each pattern `CASE-NAME.csv`: every published cell (`Total` where it does not look at a group), with
`primary` and `suppressed`. Each may be packed (`.csv.gz`). A cell is given away when it is a sum or difference of cells
that are shown: nothing else is used, not even that no count is below zero.
"""

import csv
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.errors import BadFile

_NEGLIGIBLE = 1e-7


def title_of(path: Path) -> str | None:
    """The title of such a case; None of a file that is none, or cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    is_linked = isinstance(document, dict) and isinstance(document.get("tables"), list) and "cells" not in document
    return str(document.get("title", "")) if is_linked else None


def attack(path: Path, title: str) -> list[dict[str, Any]]:
    """For each pattern, as the command prints it: hidden cells by their place in the file, and those given away.

    Raises `BadFile` when a file is missing, or a cell's count is not the sum of the finest cells that it covers.
    """
    inner = _rows(path, "inner")
    groups = [name for name in inner[0] if name != "freq"]
    counts = np.array([int(row["freq"]) for row in inner])
    codes = {name: np.array([row[name] for row in inner]) for name in groups}
    names = sorted(
        {file.name.removeprefix(f"{path.stem}-").split(".")[0] for file in path.parent.glob(f"{path.stem}-*")}
    )
    told = []
    for name in (name for name in names if name != "inner"):
        cells = _rows(path, name)
        covers = np.array([_covered(cell, codes, counts.size) for cell in cells])
        for place in np.flatnonzero(covers @ counts != [int(cell["freq"]) for cell in cells])[:1]:
            raise BadFile(
                f"{path.stem}-{name}.csv, row {place + 2}: the cell is not the sum of the finest cells in it."
            )
        hidden = np.array([cell["suppressed"] == "True" for cell in cells])
        primary = np.array([cell["primary"] == "True" for cell in cells])
        exact = np.flatnonzero(primary & hidden)[_spanned(covers[primary & hidden], covers[~hidden])]
        told.append(
            {
                "version": 1,
                "title": f"{title}: {name}",
                "cells": len(cells),
                "primary": int(primary.sum()),
                "hidden": [f"row {place + 1}" for place in np.flatnonzero(hidden)],
                "exact": [f"row {place + 1}" for place in exact],
            }
        )
    return told


def _covered(cell: Mapping[str, str], codes: Mapping[str, NDArray[np.str_]], size: int) -> NDArray[np.float64]:
    inside = np.ones(size)
    for name, values in codes.items():
        if cell[name] != "Total":
            inside *= values == cell[name]
    return inside


def _spanned(asked: NDArray[np.float64], shown: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the asked sums are combinations of the shown ones: nothing of them is left outside their span."""
    values, vectors = np.linalg.eigh(shown.T @ shown)
    span = vectors[:, values > _NEGLIGIBLE]
    rest = asked - asked @ span @ span.T
    told: NDArray[np.bool_] = np.abs(rest).max(axis=1, initial=0.0) < _NEGLIGIBLE
    return told


def _rows(path: Path, name: str) -> list[dict[str, str]]:
    for suffix, opened in ((".csv", open), (".csv.gz", gzip.open)):
        file = path.with_name(f"{path.stem}-{name}{suffix}")
        if file.is_file():
            with opened(file, "rt", encoding="utf-8", newline="") as lines:
                return list(csv.DictReader(lines))
    raise BadFile(
        f"{path.stem}-{name}.csv is missing beside {path.name}. A case of linked tables needs its finest cells."
    )
