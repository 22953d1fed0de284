"""What a release can be, and what makes it something else: one table.

Guards, the command line, the page of a release and the manual's diagram are made from these lines.
"""

from dataclasses import dataclass
from typing import Literal

from appliance.actions import Action, Role
from appliance.errors import Trouble

State = Literal["nothing", "drafted", "approved", "built", "withdrawn", "discarded"]
Deed = Literal["draft", "approve", "build", "withdraw", "discard"]


@dataclass(frozen=True, slots=True)
class Step:
    """From one state to the next. `another`: not the person who drafted. `reason`: it has to be given one."""

    before: State
    deed: Deed
    action: Action
    after: State
    another: bool = False
    reason: bool = False

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who may, in the order of the table of roles."""
        return tuple(role for role in Role if role in self.action.roles)


STEPS = (
    Step("nothing", "draft", Action.DRAFT_RELEASE, "drafted"),
    Step("drafted", "approve", Action.APPROVE_RELEASE, "approved", another=True),
    Step("drafted", "discard", Action.DISCARD_RELEASE, "discarded", reason=True),
    Step("approved", "discard", Action.DISCARD_RELEASE, "discarded", reason=True),
    Step("approved", "build", Action.BUILD_RELEASE, "built"),
    Step("built", "withdraw", Action.WITHDRAW_RELEASE, "withdrawn", reason=True),
)
"""Each state with what can be done in it, by whom, and what it becomes. Nothing else can happen to a release."""

LEFT = ("built", "withdrawn")
"""States of a release that has left: it cannot be unread, and later ones of its year are protected against it."""


def possible(state: State) -> tuple[Step, ...]:
    """What can be done with a release in a state."""
    return tuple(step for step in STEPS if step.before == state)


def step(state: State, deed: Deed, key: int) -> Step:
    """The line of the table for a deed. Raises Trouble with what is possible instead."""
    for one in possible(state):
        if one.deed == deed:
            return one
    others = " or ".join(one.deed for one in possible(state)) or "nothing more"
    raise Trouble(f"Release {key} is {state}. What can be done with it: {others}; not {deed}.")
