"""The states of a release as a drawing, laid out from the table that the code obeys."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.jobs.release_states import Step

_BOX, _TALL, _ACROSS, _DOWN, _EDGE = 96, 40, 172, 100, 8
"""A box's width and height, the distance of two columns and of two rows, and the margin."""


@dataclass(frozen=True, slots=True)
class Box:
    """A state, with the corner of its box."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A deed, from the edge of one box to the edge of another; `head` holds the corners of its point."""

    deed: str
    line: tuple[float, float, float, float]
    head: str
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes and arrows within a width and a height."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    description: str
    box_width: int = _BOX
    box_height: int = _TALL


def diagram(steps: Sequence[Step]) -> Diagram:
    """The longest way through the states as the upper row; each other state below those that it comes from."""
    way = max((_ways(steps, steps[0].before)), key=len)
    column: dict[str, float] = {state: place for place, state in enumerate(way)}
    for state in (step.after for step in steps if step.after not in way):
        before = [way.index(step.before) for step in steps if step.after == state and step.before in way]
        column[state] = sum(before) / len(before)
    boxes = {
        state: Box(state, _EDGE + place * _ACROSS, _EDGE + _DOWN * (state not in way))
        for state, place in column.items()
    }
    last = max(boxes.values(), key=lambda box: box.x)
    said = "; ".join(f"{step.deed}: from {step.before} to {step.after}" for step in steps)
    return Diagram(
        last.x + _BOX + _EDGE,
        max(box.y for box in boxes.values()) + _TALL + _EDGE,
        tuple(boxes.values()),
        tuple(_arrow(step.deed, boxes[step.before], boxes[step.after]) for step in steps),
        said,
    )


def _ways(steps: Sequence[Step], state: str) -> list[list[str]]:
    """Every way from a state to one that nothing follows."""
    after = [step.after for step in steps if step.before == state]
    return [[state, *way] for one in after for way in _ways(steps, one)] or [[state]]


def _arrow(deed: str, one: Box, other: Box) -> Arrow:
    if one.y == other.y:
        x, y, end = one.x + _BOX, one.y + _TALL / 2, other.x
        return Arrow(
            deed, (x, y, end - 8, y), f"{end},{y} {end - 9},{y - 5} {end - 9},{y + 5}", (x + end) / 2, y - 8, "middle"
        )
    side = 1 if one.x < other.x else -1
    x, y = one.x + _BOX / 2, one.y + _TALL
    end_x, end_y = other.x + _BOX / 2 - side * _BOX / 4, other.y
    return Arrow(
        deed,
        (x, y, end_x, end_y - 8),
        f"{end_x},{end_y} {end_x - 5},{end_y - 9} {end_x + 5},{end_y - 9}",
        x + (end_x - x) / 2 - side * 14,
        (y + end_y) / 2 + 2,
        "end" if side > 0 else "start",
    )
