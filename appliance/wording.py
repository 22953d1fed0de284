"""How a number and what it counts are written together, on pages, in reports and on the terminal."""


def plural(count: int, one: str, many: str = "") -> str:
    """5 students, 1 student; with a verb in both, 1 row waits, 2,000 rows wait."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
