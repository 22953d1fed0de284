"""The whole rule book in sentences: what is in force, for a meeting; what is tried; what each version changed."""

from collections.abc import Iterator

from appliance.student_level.metrics.catalogue import measures
from appliance.student_level.records.check_ins import KINDS
from appliance.student_level.records.rule_book import PRESETS, RuleBook
from appliance.student_level.records.rules import RULES
from appliance.web import words
from appliance.web.rules_beside import credits_said, day_missed_said, goal_said

Chapter = tuple[str, tuple[str, ...]]
"""A heading, as on the page where rules are changed, and a sentence for each number beneath it."""


def in_words(book: RuleBook) -> tuple[Chapter, ...]:
    """Everything that a rule book says."""
    return (
        ("Who is named on This week", tuple(_lists(book))),
        ("Who counts in attendance figures", tuple(_attendance(book))),
        ("Letters of course grades", tuple(_letters(book))),
        ("Levels of standards", tuple(_levels(book))),
        ("Goals of the measures", tuple(_goals(book))),
    )


def said_anew(book: RuleBook, before: RuleBook) -> tuple[str, ...]:
    """What a rule book says that the one before it did not."""
    known = {sentence for _, told in in_words(before) for sentence in told}
    return tuple(sentence for _, told in in_words(book) for sentence in told if sentence not in known)


def _lists(book: RuleBook) -> Iterator[str]:
    in_use = {rule.name: rule.meaning for rule in book.rules}
    for rule in RULES:
        yield in_use.get(rule.name) or f"Not in use: {rule.meaning}"
    yield f"A list has at most {words.plural(book.most_names, 'name')}."
    yield f"A name leaves by itself after {words.plural(book.leaves_after_days, 'day')}."
    for kind, text in KINDS.items():
        yield f"After “{text.lower()}” a name stays away for {words.plural(getattr(book.quiet_days, kind), 'day')}."
    if book.first_days:
        yield f"On the first {words.plural(book.first_days, 'school day')} counts are shown, not shares."
    else:
        yield "Shares are shown from the first school day on."


def _attendance(book: RuleBook) -> Iterator[str]:
    whose = next((one for one in PRESETS if one.is_in(book)), None)
    yield f"{whose.title}. Source: {whose.source}." if whose else "The numbers follow none of the shipped definitions."
    yield f"Students enrolled fewer than {words.plural(book.least_days_enrolled, 'day')} are left out."
    if book.least_days_attended:
        yield f"Students who attended fewer than {words.plural(book.least_days_attended, 'day')} are left out."
    yield day_missed_said(book)
    yield f"A school’s list can be cut at {words.listing([f'{band}%' for band in book.bands])} of days missed."


def _letters(book: RuleBook) -> Iterator[str]:
    yield f"Points read {book.letters.rule} of 100, where no letter was sent."
    yield f"A grade fell far when it fell by {words.plural(book.points_fallen, 'point')} or more."


def _levels(book: RuleBook) -> Iterator[str]:
    yield f"Of several marks on a standard counts {book.levels.rule}."
    yield f"Points say {book.levels.thresholds}; words say what they mean."


def _goals(book: RuleBook) -> Iterator[str]:
    for one in measures():
        if one.name in book.goals:
            yield f"{one.called}: {goal_said(one.name, book, more=one.more_is_better)}."
    if without := [one.called for one in measures() if one.name not in book.goals]:
        yield f"Without a goal: {'; '.join(without)}."
    yield f"A difference of less than {words.plural(book.least_change, 'point')} from last year is called the same."
    yield credits_said(book)
