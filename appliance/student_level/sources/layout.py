"""What a kind of file looks like: which columns are read, under which names, and what each must be."""

from dataclasses import dataclass, replace
from typing import Any

from appliance.days import LATEST
from appliance.student_level.sources.values import Check


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read: our name, the headers it goes by, its check, and what stands for an empty cell."""

    field: str
    headers: tuple[str, ...]
    check: Check
    required: bool = False
    empty: Any = None
    may_be_empty: bool = False
    """Of one that is required: that the file has the column is enough."""
    sensitive: str = ""
    """The sensitive field that it is part of. While that is off, the column is not read; and a value in it that is
    refused costs no more than itself."""

    @property
    def must_be_filled(self) -> bool:
        """Whether a row without it is refused."""
        return self.required and not self.may_be_empty


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file: what it is called, which record it makes, which columns are read.

    Columns that no layout names are never read: what has no purpose in the field catalogue does not come in.
    """

    kind: str
    entity: str
    columns: tuple[Column, ...] = ()
    loaded_as: str = ""
    """The kind whose loader takes it, where that is another one."""
    system: str = "oneroster"
    """Whose ids its rows carry. The ids of two systems are never compared."""
    is_delta: bool = False
    """Only what changed: records that the file does not name stay as they are."""
    sensitive: frozenset[str] = frozenset()
    """The fields that it is all about, if it is. While they are off, it is not read; its refused rows are not kept."""

    def required_headers(self) -> frozenset[str]:
        """The headers without which a file cannot be of this kind, in lower case."""
        return frozenset(column.headers[0].lower() for column in self.columns if column.required)


def with_inclusive_ends(layout: Layout) -> Layout:
    """The layout for a sender who writes an end as the last day that counts. Inside, an end is the first that does not.

    Enrollments, teaching, roles and sessions alike: every column that is read as `end_day`.
    """
    columns = tuple(
        replace(one, check=_DayAfter(one.check)) if one.field == "end_day" else one for one in layout.columns
    )
    return replace(layout, columns=columns)


@dataclass(frozen=True, slots=True)
class _DayAfter:
    check: Check

    def __call__(self, value: str) -> int:
        return min(int(self.check(value)) + 1, LATEST)


def need(field: str, header: str, check: Check, *others: str) -> Column:
    """A column that must be there and filled."""
    return Column(field, (header, *others), check, required=True)


def here(field: str, header: str, check: Check, *others: str, empty: Any = None) -> Column:
    """A column that must be there and may be empty."""
    return Column(field, (header, *others), check, required=True, empty=empty, may_be_empty=True)


def may(field: str, header: str, check: Check, *others: str, empty: Any = None) -> Column:
    """A column that may be missing or empty."""
    return Column(field, (header, *others), check, empty=empty)
