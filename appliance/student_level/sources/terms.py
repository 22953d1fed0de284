"""What a part of a school year is called: Ed-Fi's `Fall Semester` and an export's `S1` are both `semester 1`."""

from appliance.student_level.sources.values import text

_ORDINALS = (("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th"))
_PARTS = {"semester": 2, "trimester": 3, "quarter": 4}
_KNOWN = {
    "fall semester": "semester 1", "fall": "semester 1", "spring semester": "semester 2", "spring": "semester 2",
    "summer semester": "summer", "summer": "summer", "summer term": "summer", "summer school": "summer",
    "year round": "year", "full year": "year", "year": "year", "yr": "year",
    **{
        form: f"{part} {number}"
        for part, most in _PARTS.items()
        for number, ordinals in enumerate(_ORDINALS[:most], start=1)
        for form in (f"{part} {number}", f"{part[0]}{number}", f"{part[:3]} {number}",
                     *(f"{ordinal} {part}" for ordinal in ordinals))
    },
}  # fmt: skip


def term(value: str) -> str:
    """The house's word for a part of the year. What is none of those it knows stays as it is."""
    return _KNOWN.get(" ".join(value.lower().split()), text(value))


def semester(value: str) -> str:
    """The same in a column of semesters, where a number is enough."""
    return _KNOWN.get(f"semester {value}", term(value))
