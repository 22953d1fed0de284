"""The rules of releases: those in force, in the words of the report, and how two people make others."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from appliance.actions import Action, may
from appliance.aggregate.disclosure import Policy, policy_file
from appliance.aggregate.release import rules_wording
from appliance.jobs.policy import (
    SHIPPED,
    InForce,
    last_signed,
    propose_shipped,
    proposed_rules,
    shipped,
    sign,
    waiting,
)
from appliance.jobs.release_deeds import person
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

_HERE = "/releases/rules"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Rules that wait for a signature. `mine`: this reader proposed them, so somebody else signs."""

    key: int
    by: str
    on: str
    reason: str
    policy: Policy
    mine: bool


@dataclass(frozen=True, slots=True)
class ReleaseRulesPage:
    """The rules of releases. `signs`: this reader may propose and sign; `choices`: the shipped policies, by name."""

    template: ClassVar[str] = "pages/release_rules.html"
    shipped: ClassVar[str] = SHIPPED
    frame: Frame
    signs: bool
    in_force: InForce | None
    proposed: tuple[Proposed, ...]
    choices: dict[str, Policy]
    smallest_in_settings: int

    @staticmethod
    def words(policy: Policy) -> list[tuple[str, list[str]]]:
        """What a policy says, as the report of a release says it; each sentence with what is listed under it."""
        told: list[tuple[str, list[str]]] = []
        for line in rules_wording.sentences(policy):
            if line.startswith(" "):
                told[-1][1].append(line.strip())
            else:
                told.append((line, []))
        return told


@get(_HERE, action=Action.SEE_RELEASES, sync_to_thread=True)
def see_release_rules(visit: NamedDependency[Visit]) -> Response[str]:
    """What is too small to publish, and who answers for it. Who makes releases sees what is proposed, too."""
    database, settings = visit.house.database, visit.house.settings
    signs = may(visit.role, Action.SIGN_POLICY)
    with visit.reading() as reading:
        frame = visit.frame(reading)
    return show(
        ReleaseRulesPage(
            frame=frame,
            signs=signs,
            in_force=last_signed(database),
            proposed=tuple(_proposed(visit, one) for one in waiting(database)) if signs else (),
            choices={name: shipped(name, settings) for name in policy_file.presets()},
            smallest_in_settings=settings.minimum_cell,
        )
    )


def _proposed(visit: Visit, one: dict[str, Any]) -> Proposed:
    mine = person(one["proposed_by"]) == person(visit.session.account.username)
    return Proposed(one["policy_key"], one["proposed_by"], one["proposed_at"], one["reason"], proposed_rules(one), mine)


class ProposalForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form of a proposal sends. `preset`: which of the shipped policies."""

    csrf: str
    preset: Annotated[str, msgspec.Meta(max_length=40)]
    reason: Annotated[str, msgspec.Meta(max_length=300)]


class SignatureForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the button of a signature sends."""

    csrf: str


@post(f"{_HERE}/propose", action=Action.PROPOSE_POLICY, sync_to_thread=True)
def propose_release_rules(visit: NamedDependency[Visit], data: FromForm[ProposalForm]) -> Redirect:
    """Propose a shipped policy. It is not in force before somebody else signs."""
    by = visit.session.account.username
    propose_shipped(visit.house.database, data.preset, visit.house.settings, reason=data.reason, by=by)
    return Redirect(_HERE, status_code=303)


@post(_HERE + "/{proposal:int}/sign", action=Action.SIGN_POLICY, sync_to_thread=True)
def sign_release_rules(
    proposal: FromPath[int], visit: NamedDependency[Visit], data: FromForm[SignatureForm]
) -> Redirect:
    """Sign what somebody else proposed: from now on it is in force."""
    sign(visit.house.database, proposal, by=visit.session.account.username)
    return Redirect(_HERE, status_code=303)


RELEASE_RULES_PAGES = [see_release_rules, propose_release_rules, sign_release_rules]
