"""The noisy numbers as they were drawn. From here on everything is post-processing, and costs nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.aggregate.pulse.question import Question
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT


@dataclass(frozen=True, slots=True)
class Measured:
    """The answer to a question, by geography: (missed a day or more, missed none). May be negative, need not add up.

    Made by `Mechanism.measure`, and read again from where that answer was kept.
    """

    question: Question
    counts: Mapping[str, tuple[int, int]]

    def __post_init__(self) -> None:
        if list(self.counts) != [DISTRICT, *self.question.school_ids]:
            raise Refused("The numbers of a pulse are not those of the district and each school that was asked.")
