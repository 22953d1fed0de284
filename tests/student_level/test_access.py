"""Each role's reach, held by the database: whom it sees, what of them, since when and until when."""

from dataclasses import replace

import pytest

from appliance.actions import Action, Role
from appliance.days import day_number
from appliance.errors import NotAllowed, Trouble
from appliance.jobs import broken_glass, grants
from appliance.jobs.people import Person
from appliance.roles import FieldGroup, Scope
from appliance.storage.connection import PastTheGate
from appliance.storage.database import Database, Event
from appliance.student_level.access import GATES, Viewer, reading_as
from appliance.student_level.onlookers import onlookers, students_called
from appliance.student_level.scopes import REACHES
from tests import maplewood
from tests.maplewood import KEY, OKAFOR, SCIENCE

TODAY, NOW = day_number(maplewood.TODAY), maplewood.NOW
AT_ELM = {key for key in KEY.values() if key < 200}
HOUR = 3600


def viewer(role: Role, account: int = 900, staff: int | None = None, **more: object) -> Viewer:
    return Viewer(account, role.value, role.terms.word, role, staff, TODAY, now=NOW, **more)  # type: ignore[arg-type]


def person(role: Role, account: int = 900) -> Person:
    return Person(account, role.value, role.terms.word, role, None)


def seen(database: Database, who: Viewer, also: Viewer | None = None) -> dict[int, str]:
    """The students whom somebody sees, each with the reason."""
    with reading_as(database, who, also) as reading:
        rows = reading.query("SELECT student_key, reason FROM visible_student")
    return {row["student_key"]: row["reason"] for row in rows}


def change(database: Database, sql: str, *values: object) -> None:
    with database.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(sql, values)


def cover_okafor(database: Database, account: int = 900, begins: float = NOW, ends: float = NOW + 10 * HOUR) -> None:
    sql = "INSERT INTO day_code (account_key, staff_key, begins_at, ends_at, given_by) VALUES (?, ?, ?, ?, 'ruiz')"
    change(database, sql, account, OKAFOR, int(begins), int(ends))


def test_v8_1_1_every_role_has_its_line_its_reach_and_its_gate() -> None:
    assert {role.terms.scope for role in Role} == set(Scope) == set(REACHES)
    assert set(GATES) == set(Role)
    assert {role for role in Role if FieldGroup.SPECIAL_EDUCATION in role.terms.fields} == {Role.COUNSELOR}
    for group in (FieldGroup.MEALS, FieldGroup.DISCIPLINE, FieldGroup.HEALTH):
        assert not any(group in role.terms.fields for role in Role)


def test_v6_3_3_every_role_wider_than_ones_own_classes_needs_a_second_factor() -> None:
    without = {role for role in Role if not role.terms.needs_second_factor}
    assert without == {Role.TEACHER, Role.SUBSTITUTE, Role.GUARDIAN}


@pytest.mark.parametrize("role", Role)
def test_v8_2_3_what_a_role_may_not_see_is_absent_from_its_gate_and_not_blank(town: Database, role: Role) -> None:
    views = {
        FieldGroup.NAMES: "visible_student",
        FieldGroup.ATTENDANCE: "visible_attendance_day",
        FieldGroup.LEARNING: "visible_grade",
        FieldGroup.PROGRAMS: "visible_program",
    }
    for group, view in views.items():
        with reading_as(town, viewer(role, staff=OKAFOR)) as reading:
            if group in role.terms.fields:
                reading.query(f"SELECT * FROM {view}")
            else:
                with pytest.raises(PastTheGate, match="no such table"):
                    reading.query(f"SELECT * FROM {view}")


def test_v8_2_3_only_the_case_manager_sees_special_education_and_nobody_sees_income(town: Database) -> None:
    programs = "SELECT program FROM visible_program WHERE student_key = :ada"
    for role, staff in ((Role.TEACHER, OKAFOR), (Role.PRINCIPAL, maplewood.RUIZ), (Role.COUNSELOR, maplewood.WU)):
        with reading_as(town, viewer(role, staff=staff)) as reading:
            found = {row["program"] for row in reading.query(programs, {"ada": KEY["ada"]})}
        assert found == {"english_learner"} | ({"special_education"} if role is Role.COUNSELOR else set())


@pytest.mark.parametrize("role", Role)
def test_v8_2_1_somebody_whom_no_roster_and_no_grant_names_sees_nobody(town: Database, role: Role) -> None:
    if role.terms.scope is not Scope.NOBODY:
        assert seen(town, viewer(role)) == {}


def test_a_co_teacher_sees_the_class_and_the_page_says_in_which_part(own_town: Database) -> None:
    insert = "INSERT INTO teaching (staff_key, section_key, begin_day, is_primary) VALUES (?, ?, ?, 0)"
    change(own_town, insert, maplewood.LIND, SCIENCE, TODAY - 1)
    reasons = seen(own_town, viewer(Role.TEACHER, staff=maplewood.LIND))
    assert reasons[KEY["ada"]] == "is in your class Science 7 (as co-teacher)"
    assert reasons[KEY["oscar"]] == "is in your class Math 7"


def test_v8_3_1_v8_3_2_a_change_of_the_roster_counts_at_the_next_request(own_town: Database) -> None:
    lind = viewer(Role.TEACHER, staff=maplewood.LIND)
    assert set(seen(own_town, lind)) == {KEY["oscar"], KEY["petra"]}
    change(own_town, "UPDATE section_enrollment SET end_day = ? WHERE student_key = ?", TODAY - 14, KEY["oscar"])
    assert set(seen(own_town, lind)) == {KEY["petra"]}
    change(own_town, "DELETE FROM teaching WHERE staff_key = ?", maplewood.LIND)
    assert seen(own_town, lind) == {}


def test_an_assistant_principal_sees_one_school_as_its_principal_does(town: Database) -> None:
    both = [seen(town, viewer(role, staff=maplewood.RUIZ)) for role in (Role.PRINCIPAL, Role.ASSISTANT_PRINCIPAL)]
    assert both[0] == both[1]
    assert set(both[0]) == AT_ELM


def test_a_coach_sees_what_was_opened_until_the_last_day_and_not_after_it(own_town: Database) -> None:
    coach = person(Role.COACH)
    grants.give_to_coach(own_town, coach, section=SCIENCE, today=TODAY, until_day=TODAY + 3, reason="labs", by="ruiz")
    grants.give_to_coach(
        own_town, coach, student=KEY["oscar"], today=TODAY, until_day=TODAY, reason="reading", by="ruiz"
    )
    looks = viewer(Role.COACH)
    reasons = seen(own_town, looks)
    assert set(reasons) == AT_ELM | {KEY["oscar"]}
    assert reasons[KEY["ada"]] == "is in Science 7, opened for you until Nov 26, 2026"
    assert set(seen(own_town, replace(looks, today=TODAY + 3))) == AT_ELM
    assert seen(own_town, replace(looks, today=TODAY + 4)) == {}
    assert seen(own_town, replace(looks, account_key=901)) == {}

    (grant, _) = sorted(grants.grants(own_town, TODAY), key=lambda one: -one.end_day)
    grants.end_grant(own_town, grant.coach_grant_key, today=TODAY, by="ruiz")
    assert set(seen(own_town, looks)) == {KEY["oscar"]}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reason": " "}, "reason is needed"),
        ({"until_day": TODAY - 1}, "between today and a year"),
        ({"until_day": TODAY + 400}, "between today and a year"),
        ({"student": KEY["ada"]}, "either a class or one student"),
        ({"coach": person(Role.TEACHER)}, "Only a coach"),
    ],
)
def test_a_grant_without_its_bounds_is_refused(own_town: Database, wrong: dict[str, object], says: str) -> None:
    asked = {"coach": person(Role.COACH), "section": SCIENCE, "until_day": TODAY, "reason": "labs"} | wrong
    with pytest.raises(Trouble, match=says):
        grants.give_to_coach(own_town, asked.pop("coach"), today=TODAY, by="ruiz", **asked)  # type: ignore[arg-type]
    assert grants.grants(own_town, TODAY) == []


def test_a_principal_opens_classes_of_the_own_school_only(town: Database) -> None:
    ruiz = viewer(Role.PRINCIPAL, staff=maplewood.RUIZ)
    grants.may_open(town, ruiz, SCIENCE)
    grants.may_open(town, viewer(Role.DATA_STEWARD), maplewood.OAK_MATH)
    with pytest.raises(NotAllowed, match="not a class of a school that you lead"):
        grants.may_open(town, ruiz, maplewood.OAK_MATH)


def test_a_substitute_sees_names_from_the_code_on_until_six(own_town: Database) -> None:
    cover_okafor(own_town)
    stands_in = viewer(Role.SUBSTITUTE)
    reasons = seen(own_town, stands_in)
    assert set(reasons) == AT_ELM
    assert reasons[KEY["ada"]] == "is in Science 7, for whose teacher you stand in today"
    assert seen(own_town, replace(stands_in, now=NOW - 1)) == {}
    assert set(seen(own_town, replace(stands_in, now=NOW + 10 * HOUR - 1))) == AT_ELM
    assert seen(own_town, replace(stands_in, now=NOW + 10 * HOUR)) == {}
    with reading_as(own_town, stands_in) as reading:
        assert [row["section_key"] for row in reading.query("SELECT section_key FROM visible_section")] == [SCIENCE]
    grants.end_day_code(own_town, 900, now=NOW + HOUR, by="ruiz")
    assert seen(own_town, replace(stands_in, now=NOW + HOUR)) == {}


def test_the_glass_opens_one_student_for_an_hour_and_the_reason_is_in_the_log_first(own_town: Database) -> None:
    hall = viewer(Role.SUPERINTENDENT)
    assert seen(own_town, hall) == {}
    key = broken_glass.break_glass(own_town, hall, "oscar  vance", "The family called about a lost transcript.")
    assert key == KEY["oscar"]
    assert list(seen(own_town, hall)) == [key]
    assert seen(own_town, replace(hall, now=NOW + HOUR)) == {}
    assert seen(own_town, viewer(Role.ANALYST, 901)) == {}
    log = own_town.verify_log(own_town.home / "none")
    assert log.sound


@pytest.mark.parametrize(
    ("role", "typed", "reason", "says"),
    [
        (Role.SUPERINTENDENT, "Oscar Vance", "curious", "Say why in 10 to 300"),
        (Role.SUPERINTENDENT, "Oscar", "The family called about a lost transcript.", "exactly one student"),
        (Role.ANALYST, "", "The family called about a lost transcript.", "exactly one student"),
        (Role.TEACHER, "Oscar Vance", "The family called about a lost transcript.", "Only those who otherwise"),
        (Role.DISTRICT_ADMIN, "Oscar Vance", "The family called about a lost transcript.", "Only those who otherwise"),
    ],
)
def test_the_glass_does_not_break_without_right_reason_and_whole_name(
    town: Database, role: Role, typed: str, reason: str, says: str
) -> None:
    with pytest.raises(Trouble, match=says):
        broken_glass.break_glass(town, viewer(role), typed, reason)


def test_the_week_in_which_glass_was_broken_is_reported_once_and_names_no_student(own_town: Database) -> None:
    hall = viewer(Role.SUPERINTENDENT)
    broken_glass.break_glass(own_town, hall, "Oscar Vance", "The family called about a lost transcript.")
    assert broken_glass.report_last_week(own_town, NOW) == 0
    next_monday = NOW + 7 * 24 * HOUR
    assert broken_glass.report_last_week(own_town, next_monday) == 1
    assert broken_glass.report_last_week(own_town, next_monday + HOUR) is None
    assert [one.openings for one in broken_glass.reports(own_town)] == [1, 0]
    (told,) = broken_glass.breakings(own_town, broken_glass.monday_of(NOW))
    assert (told.who, told.school, told.ends_at - told.opened_at) == ("superintendent", "Oak School", HOUR)
    assert "Oscar" not in repr(told)


def test_a_guardian_sees_the_own_child_once_the_district_lets_families_in(own_town: Database) -> None:
    family = person(Role.GUARDIAN)
    grants.link_family(own_town, family, KEY["ada"], today=TODAY, by="kim")
    at_home = viewer(Role.GUARDIAN)
    assert seen(own_town, at_home) == {}
    assert seen(own_town, replace(at_home, family_pages=True)) == {KEY["ada"]: "is your child"}
    assert grants.unlink_family(own_town, family, today=TODAY, by="kim") == 1
    assert seen(own_town, replace(at_home, family_pages=True)) == {}


def test_the_steward_and_the_auditor_find_one_name_at_a_time_and_no_list(own_town: Database) -> None:
    change(
        own_town,
        "INSERT INTO identity (entity, system, source_id, key) VALUES ('student', 'district', '000777', ?)",
        KEY["petra"],
    )
    for role in (Role.DATA_STEWARD, Role.AUDITOR):
        asks = viewer(role)
        assert set(seen(own_town, replace(asks, typed="petra wilde"))) == {KEY["petra"]}
        assert set(seen(own_town, replace(asks, typed="000777"))) == {KEY["petra"]}
        assert set(seen(own_town, replace(asks, named=KEY["ada"]))) == {KEY["ada"]}
        for part in ("petra", "%", "", "wilde", "*"):
            assert seen(own_town, replace(asks, typed=part)) == {}
    assert students_called(own_town, " Petra   Wilde ", TODAY) == [KEY["petra"]]


def test_looking_over_a_shoulder_shows_only_whom_both_may_see_and_what_both_may_see(own_town: Database) -> None:
    insert = "INSERT INTO teaching (staff_key, section_key, begin_day) VALUES (?, ?, ?)"
    change(own_town, insert, OKAFOR, maplewood.OAK_MATH, TODAY - 1)
    okafor, ruiz = viewer(Role.TEACHER, 1, OKAFOR), viewer(Role.PRINCIPAL, 2, maplewood.RUIZ)
    assert KEY["oscar"] in seen(own_town, okafor)
    both = seen(own_town, okafor, also=ruiz)
    assert set(both) == AT_ELM
    assert both[KEY["ada"]] == "is in your class Science 7"
    with reading_as(own_town, okafor, ruiz) as reading:
        assert [row["section_key"] for row in reading.query("SELECT section_key FROM visible_section")] == [SCIENCE]

    wu = viewer(Role.COUNSELOR, 4, maplewood.WU)
    with reading_as(own_town, wu, ruiz) as reading:
        programs = {row["program"] for row in reading.query("SELECT program FROM visible_program")}
    assert programs == {"english_learner"}
    with pytest.raises(PastTheGate, match="no such table"):
        seen(own_town, wu, also=viewer(Role.DISTRICT_ADMIN))


def everybody(database: Database) -> list[Viewer]:
    """One of each role, tied to whatever can tie them, and Maplewood's own."""
    cover_okafor(database, account=911)
    grants.give_to_coach(
        database, person(Role.COACH, 912), section=maplewood.OAK_MATH, today=TODAY, until_day=TODAY, reason="x", by="x"
    )
    grants.give_to_coach(
        database, person(Role.COACH, 912), student=KEY["ben"], today=TODAY, until_day=TODAY, reason="x", by="x"
    )
    grants.link_family(database, person(Role.GUARDIAN, 913), KEY["ada"], today=TODAY, by="kim")
    hall = viewer(Role.SUPERINTENDENT, 914)
    broken_glass.break_glass(database, hall, "Oscar Vance", "The family called about a lost transcript.")
    return [
        viewer(Role.TEACHER, 1, OKAFOR), viewer(Role.PRINCIPAL, 2, maplewood.RUIZ),
        viewer(Role.TEACHER, 3, maplewood.LIND),
        viewer(Role.COUNSELOR, 4, maplewood.WU), viewer(Role.ASSISTANT_PRINCIPAL, 5, maplewood.RUIZ),
        viewer(Role.SUBSTITUTE, 911), viewer(Role.COACH, 912), viewer(Role.GUARDIAN, 913, family_pages=True), hall,
        viewer(Role.ANALYST, 915), viewer(Role.DATA_STEWARD, 916), viewer(Role.DISTRICT_ADMIN, 917),
        viewer(Role.AUDITOR, 918), viewer(Role.TEACHER, 919),
    ]  # fmt: skip


def test_who_may_see_a_student_and_whom_somebody_sees_are_one_answer(own_town: Database) -> None:
    people = everybody(own_town)
    forwards = {
        (who.account_key, student): reason
        for who in people
        if who.role.terms.scope is not Scope.NOBODY
        for student, reason in seen(own_town, who).items()
    }
    backwards = {
        (one.viewer.account_key, student): one.reason
        for student in KEY.values()
        for one in onlookers(own_town, student, lambda _: people)
    }
    assert backwards == forwards
    assert {account for account, student in backwards if student == KEY["oscar"]} == {3, 912, 914}
    assert {account for account, student in backwards if student == KEY["ada"]} == {1, 2, 4, 5, 911, 913}
