"""Parts of a whole that is printed beside them: what is too small is hidden, and what would give it away."""

from collections.abc import Sequence
from dataclasses import replace

from appliance.student_level.records.schools import SMALLEST_GROUP, Share


def hide_small(parts: Sequence[Share]) -> tuple[Share, ...]:
    """The parts, those of fewer than ten hidden; and the next smallest too, while the whole less the others would tell
    them: until two or more are hidden, of ten or more together. Parts of nobody stay.
    """
    hidden = {place for place, one in enumerate(parts) if 0 < one.out_of < SMALLEST_GROUP}
    others = [place for place, one in enumerate(parts) if one.out_of and place not in hidden]
    others.sort(key=lambda place: (parts[place].out_of, parts[place].name))
    while hidden and others and (len(hidden) < 2 or sum(parts[place].out_of for place in hidden) < SMALLEST_GROUP):
        hidden.add(others.pop(0))
    return tuple(replace(one, hidden=place in hidden) for place, one in enumerate(parts))
