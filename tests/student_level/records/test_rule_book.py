"""The rules as data: a steward moves a line, and an old list can still be explained."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.database import Database, Event
from appliance.student_level.access import NOBODY
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.bands import band_named, bands
from appliance.student_level.records.levels import Levels
from appliance.student_level.records.marks import Letters
from appliance.student_level.records.rule_book import (
    AS_SHIPPED,
    PRESETS,
    Line,
    NotARule,
    QuietDays,
    RuleBook,
    checked,
    decide,
    in_force,
    since,
    version_in_force,
    versions,
)
from appliance.student_level.records.rules import RULES
from tests import maplewood

TODAY = day_number(maplewood.TODAY)


def choose(database: Database, book: RuleBook, *, from_day: int = TODAY, reason: str = "we asked the teachers") -> int:
    with database.changing(Event("kim", Action.CHANGE_RULES, "rules", reason)) as tables:
        return decide(tables, book, from_day=from_day, by="kim", reason=reason)


def test_a_district_that_chose_nothing_has_the_rules_as_shipped(town: Database) -> None:
    with town.reading(NOBODY) as reading:
        assert in_force(reading, TODAY) == AS_SHIPPED
    assert [rule.meaning for rule in AS_SHIPPED.rules] == [rule.meaning for rule in RULES]


def test_a_choice_holds_from_its_day_and_the_days_before_keep_theirs(own_town: Database) -> None:
    strict = RuleBook(lines={"missing_work": Line(3, 1)})
    assert choose(own_town, strict) == 1
    assert choose(own_town, AS_SHIPPED, from_day=TODAY + 7, reason="back again") == 2
    with own_town.reading(NOBODY) as reading:
        assert in_force(reading, TODAY - 1) == AS_SHIPPED
        assert in_force(reading, TODAY + 6) == strict
        assert version_in_force(reading, TODAY + 7).reason == "back again"
        assert [one.version for one in versions(reading)] == [0, 1, 2]


def test_a_past_list_keeps_the_rules_it_was_made_by(own_town: Database) -> None:
    choose(own_town, RuleBook(most_names=5))
    with pytest.raises(NotARule, match="begin before those that were decided last"):
        choose(own_town, AS_SHIPPED, from_day=TODAY - 1)


def test_a_change_without_a_reason_changes_nothing(own_town: Database) -> None:
    with pytest.raises(NotARule, match="Say why"):
        choose(own_town, RuleBook(most_names=5), reason=" ")
    with own_town.reading(NOBODY) as reading:
        assert len(versions(reading)) == 1


@pytest.mark.parametrize(
    ("book", "sentence"),
    [
        (RuleBook(lines={"missed_most_of_a_week": Line(6, 5)}), "6 of 5 days cannot be"),
        (RuleBook(lines={"missing_work": Line(0, 1)}), "0 is not from 1 to 40"),
        (RuleBook(lines={"reached_a_tenth": Line(7, 5)}), "it is always 10"),
        (RuleBook(lines={"poor_families": Line(1, 1)}), "no rule named poor_families"),
        (RuleBook(most_names=11), "“most names” is at most 10. Mend that number."),
        (RuleBook(leaves_after_days=60), "“leaves after days” is at most 28. Mend that number."),
        (RuleBook(quiet_days=QuietDays(talked=0)), "“talked” is at least 1. Mend that number."),
        (RuleBook(goals={"chronic_absence": 1001}), "“goals” is at most 1000. Mend that number."),
        (RuleBook(levels=Levels(newest=1)), "“newest” is at least 2. Mend that number."),
        (RuleBook(levels=Levels(exceeds=101)), "“exceeds” is at most 100. Mend that number."),
        (
            RuleBook(levels=Levels(meets=60)),
            "begins below “meets”, and that below “exceeds”; 60, 60 and 90 do not rise",
        ),
        (RuleBook(letters=Letters(b=90)), "Letters fall with the points, from A to D; 90, 90, 70 and 60 do not fall"),
        (RuleBook(letters=Letters(a=101)), "“a” is at most 100. Mend that number."),
        (RuleBook(points_fallen=0), "“points fallen” is at least 1. Mend that number."),
        (RuleBook(bands=(5, 60)), "“bands” is at most 50. Mend that number."),
        (RuleBook(bands=(5, 20)), "10 is always one of them"),
        (RuleBook(bands=(10, 5)), "rising percents"),
    ],
)
def test_a_number_that_nobody_could_mean_is_refused_with_the_reason(book: RuleBook, sentence: str) -> None:
    with pytest.raises(NotARule) as refused:
        checked(book)
    assert sentence in str(refused.value)


def test_a_rule_that_is_off_tells_nothing_and_its_neighbour_tells_what_it_would_have() -> None:
    book = RuleBook(lines={"grade_fell": Line(20, 1, is_on=False)})
    assert "grade_fell" not in [rule.name for rule in book.rules]
    assert {rule.fall for rule in book.rules} == {None}


def test_choosing_a_states_definition_leaves_the_list_as_it_was() -> None:
    mine = RuleBook(lines={"missing_work": Line(3, 1)}, most_names=6)
    california = next(one for one in PRESETS if one.name == "california")
    chosen = california.applied_to(mine)
    assert california.is_in(chosen)
    assert not california.is_in(mine)
    assert (chosen.lines, chosen.most_names) == (mine.lines, 6)
    assert not chosen.counts(30, 4)
    assert chosen.counts(31, 4)
    assert not chosen.counts(31, 31)


@given(st.sampled_from(RULES), st.integers(-5, 70), st.integers(-5, 30))
def test_what_is_accepted_is_kept_word_for_word(rule, at_least, window) -> None:
    book = RuleBook(lines={rule.name: Line(at_least, window)})
    if rule.what_hinders(at_least, window):
        with pytest.raises(NotARule):
            checked(book)
    else:
        again = msgspec.json.decode(msgspec.json.encode(checked(book)), type=RuleBook)
        assert again == book
        assert [one.at_least for one in again.rules if one.name == rule.name] == [at_least]


def test_a_rule_is_as_old_as_its_last_change_and_not_as_its_last_version(own_town: Database) -> None:
    latest = RuleBook(levels=Levels("latest"))
    choose(own_town, latest, from_day=TODAY - 9)
    choose(own_town, msgspec.structs.replace(latest, most_names=5), from_day=TODAY - 2)
    choose(own_town, AS_SHIPPED, from_day=TODAY + 7)
    with own_town.reading(NOBODY) as reading:
        assert since(reading, TODAY, lambda book: book.levels) == TODAY - 9
        assert since(reading, TODAY, lambda book: book.most_names) == TODAY - 2
        assert since(reading, TODAY, lambda book: book.goals) is None
        assert since(reading, TODAY + 7, lambda book: book.levels) == TODAY + 7


@given(
    st.sets(st.integers(1, 50), max_size=5).map(lambda some: tuple(sorted({10, *some}))),
    st.integers(0, 200),
    st.integers(0, 200),
    st.integers(1, 40),
    st.integers(0, 10),
)
def test_whoever_is_in_the_shares_is_in_one_band_and_exactly_a_tenth_is_in_the_tenth(
    begin, enrolled, missed, least_enrolled, least_attended
) -> None:
    book = checked(RuleBook(bands=begin, least_days_enrolled=least_enrolled, least_days_attended=least_attended))
    days = DaysSoFar(enrolled, min(missed, enrolled), 0, 0)
    counts = book.counts(enrolled, days.days_missed)
    cut = [one for one in bands(book) if one.name != "tenth" or book.bands[-1] == 10]
    assert sum(one.holds(days) for one in cut) == counts
    tenth = band_named(book, "tenth")
    assert tenth is not None
    assert tenth.holds(days) == (counts and days.missed_a_tenth)


def test_as_shipped_the_bands_are_a_tenth_a_twentieth_and_less() -> None:
    assert [one.text for one in bands(AS_SHIPPED)] == ["10% or more", "5% to 9.9%", "Under 5%"]
    four = [one.text for one in bands(RuleBook(bands=(5, 10, 20)))]
    assert four == ["10% or more", "20% or more", "10% to 19.9%", "5% to 9.9%", "Under 5%"]
    assert band_named(AS_SHIPPED, "from-20") is None
