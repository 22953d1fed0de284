"""What a kind of file looks like: which columns are read, under which names, and what each must be."""

from dataclasses import dataclass
from typing import Any

from appliance.student_level.sources.values import Check


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read: our name, the headers it goes by, its check, and what stands for an empty cell."""

    field: str
    headers: tuple[str, ...]
    check: Check
    required: bool = False
    empty: Any = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file: what it is called, which record it makes, which columns are read.

    `left_out` says why a file of this kind is not loaded at all. Columns that no layout names are never read: what has
    no purpose in the field catalogue does not come in.
    """

    kind: str
    entity: str
    columns: tuple[Column, ...] = ()
    left_out: str = ""
    loaded_as: str = ""
    """The kind whose loader takes it, where that is another one."""
    system: str = "oneroster"
    """Whose ids its rows carry. The ids of two systems are never compared."""

    def required_headers(self) -> frozenset[str]:
        """The headers without which a file cannot be of this kind, in lower case."""
        return frozenset(column.headers[0].lower() for column in self.columns if column.required)


def need(field: str, header: str, check: Check, *others: str) -> Column:
    """A column that must be there and filled."""
    return Column(field, (header, *others), check, required=True)


def may(field: str, header: str, check: Check, *others: str, empty: Any = None) -> Column:
    """A column that may be missing or empty."""
    return Column(field, (header, *others), check, empty=empty)
