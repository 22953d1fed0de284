"""The only kind of table that may leave the district, and the one place where it is made."""

from collections.abc import Iterator
from typing import Final, NoReturn, final

from appliance.aggregate.published import DistrictRule, PublishedCell, PublishedTable

_SEAL: Final = object()


@final
class ProtectedTable:
    """A table that has been protected and attacked. Only `disclosure.protect` makes one.

    It cannot be constructed, subclassed, changed or unpickled elsewhere: a house test looks for anyone who tries.
    """

    __slots__ = ("__table",)
    __table: PublishedTable

    def __init__(self, table: PublishedTable, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("Only disclosure.protect can make a ProtectedTable.")
        object.__setattr__(self, "_ProtectedTable__table", table)

    def __init_subclass__(cls) -> None:
        raise TypeError("ProtectedTable cannot be subclassed.")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A ProtectedTable cannot be changed.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A ProtectedTable cannot be changed.")

    def __reduce__(self) -> NoReturn:
        raise TypeError("A ProtectedTable cannot be pickled or copied: protect the tabulations again.")

    def __iter__(self) -> Iterator[PublishedCell]:
        return iter(self.__table.cells)

    @property
    def published(self) -> PublishedTable:
        """What a reader sees of it."""
        return self.__table

    @property
    def metric(self) -> str:
        """The name of the table."""
        return self.__table.metric

    @property
    def school_year(self) -> str:
        """As EDFacts writes it: `2026-2027`."""
        return self.__table.school_year

    @property
    def snapshot(self) -> str:
        """ISO date that the counts describe."""
        return self.__table.snapshot

    @property
    def district(self) -> DistrictRule:
        """How district rows relate to school rows."""
        return self.__table.district


def seal(table: PublishedTable) -> ProtectedTable:
    """Declare a table safe. For `disclosure.protect` alone."""
    return ProtectedTable(table, _SEAL)
