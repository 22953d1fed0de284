"""Who is who: questions about students who may be one, decisions, and one of two or two of one."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import rich_click as click

from appliance.cli.root import AS_JSON, cli, home_of, print_json
from appliance.console import say
from appliance.errors import Trouble
from appliance.wording import plural

if TYPE_CHECKING:
    from appliance.jobs.staff_numbers import Loaded
    from appliance.jobs.who_is_who import Carried
    from appliance.student_level.records.who_is_who import Line

_REASON = click.option("--reason", required=True, help="Why; kept with the decision and in the access log.")
_SHOW = click.option("--show-people", is_flag=True, help="Show names, birth dates and ids too. The access log says so.")


@cli.group()
def who() -> None:
    """Who is who: students who may be one, ids that were given twice."""


@who.command("list")
@_SHOW
@AS_JSON
@click.pass_context
def list_(context: click.Context, show_people: bool, as_json: bool) -> None:
    """The open questions with their evidence, students who may be one, and what was decided lately."""
    from appliance.jobs.who_is_who import note_looked
    from appliance.student_level.records import who_is_who

    with home_of(context) as database:
        with who_is_who.reading_questions(database) as reading:
            questions, pairs = who_is_who.questions(reading), who_is_who.namesakes(reading)
            done = who_is_who.done_lately(reading)
        if show_people:
            keys = [one.student_key for one in questions]
            keys += [key for pair in pairs for key in (pair.first.student_key, pair.second.student_key)]
            note_looked(database, keys, by=_me())
    found: list[dict[str, Any]] = [
        {"question": one.case_key, "student": one.student_key, "why": one.why, "id_of": one.word, "file": one.file,
         "row": one.row_number, "batch": one.batch_key, "rows_waiting": one.rows_waiting, "not_yet": one.is_not_yet,
         "evidence": _evidence(one.lines, show_people)}
        for one in questions
    ]  # fmt: skip
    alike: list[dict[str, Any]] = [
        {"students": [pair.first.student_key, pair.second.student_key], "evidence": _evidence(pair.lines, show_people)}
        for pair in pairs
    ]
    if as_json:
        print_json({"questions": found, "may_be_one": alike, "decided": [asdict(one) for one in done]})
        return
    for question in found:
        asks = "Alike, without a common id" if question["why"] == "alike" else "One id, and not alike"
        click.echo(
            f"{question['question']}. {asks}: {question['file']}, row {question['row']} ({question['id_of']}), and "
            f"student {question['student']}. {_said(question['evidence'])} "
            f"{plural(question['rows_waiting'], 'row waits', 'rows wait')}."
        )
    for one in alike:
        first, second = one["students"]
        click.echo(f"Students {first} and {second} may be one. {_said(one['evidence'])}")
    for line in done:
        click.echo(f"batch {line.batch_key}, {line.loaded_at}, {line.loaded_by}: {line.reason} ({line.status})")
    if not found:
        say("No question is open.")


@who.command()
@click.argument("question", type=click.IntRange(min=1))
@_REASON
@AS_JSON
@click.pass_context
def same(context: click.Context, question: int, reason: str, as_json: bool) -> None:
    """It is the same person: the id is linked, and what waited is loaded."""
    _decide(context, question, "same", reason, as_json)


@who.command()
@click.argument("question", type=click.IntRange(min=1))
@_REASON
@AS_JSON
@click.pass_context
def different(context: click.Context, question: int, reason: str, as_json: bool) -> None:
    """They are different people: a student of its own is made of what waited."""
    _decide(context, question, "different", reason, as_json)


@who.command("not-yet")
@click.argument("question", type=click.IntRange(min=1))
@_REASON
@AS_JSON
@click.pass_context
def not_yet(context: click.Context, question: int, reason: str, as_json: bool) -> None:
    """Nobody can say yet: the question stays, with the reason, and the rows wait on."""
    _decide(context, question, "not yet", reason, as_json)


@who.command()
@click.argument("student", type=click.IntRange(min=1))
@_SHOW
@AS_JSON
@click.pass_context
def show(context: click.Context, student: int, show_people: bool, as_json: bool) -> None:
    """What a student's record is made of, numbered for `split`."""
    from appliance.jobs.who_is_who import note_looked
    from appliance.student_level.records import student_parts, who_is_who

    with home_of(context) as database:
        with who_is_who.reading_students(database, student) as reading:
            parts = student_parts.parts_of(reading, student)
        if show_people:
            note_looked(database, [student], by=_me())
    if not parts:
        raise Trouble(f"There is no student {student}, or nothing is recorded of them.")
    shown = [
        part.label + (f": {dict(part.where)['source_id']}" if show_people and part.table == "identity" else "")
        for part in parts
    ]
    mark = student_parts.mark_of(parts)
    if as_json:
        print_json({"student": student, "list": mark, "parts": [
            {"part": number, "kind": part.table, "label": label}
            for number, (part, label) in enumerate(zip(parts, shown, strict=True))
        ]})  # fmt: skip
        return
    for number, (part, label) in enumerate(zip(parts, shown, strict=True)):
        click.echo(f"{number:>4}  {part.table.replace('_', ' ')}: {label}")
    say(f"Split with: schoolhouse who split {student} --list {mark} --part N --part M --reason WHY")


@who.command()
@click.argument("former", type=click.IntRange(min=1))
@click.argument("into", type=click.IntRange(min=1))
@_REASON
@AS_JSON
@click.pass_context
def merge(context: click.Context, former: int, into: int, reason: str, as_json: bool) -> None:
    """Make one student of two: everything of FORMER becomes INTO's."""
    from appliance.jobs import who_is_who
    from appliance.settings import read_settings

    with home_of(context) as database:
        settings = read_settings(context.obj)
        done = who_is_who.merge(database, former, into, reason=reason, by=_me(), settings=settings)
    both = plural(done.dropped, "row that both had is", "rows that both had are")
    _tell(done, as_json, f"Student {former} is student {into}; {both} kept once.")


@who.command()
@click.argument("student", type=click.IntRange(min=1))
@click.option("--list", "mark", required=True, help="The list from which you chose; `who show` prints it.")
@click.option("--part", "parts", multiple=True, required=True, type=click.IntRange(min=0), help="A number of the list.")
@_REASON
@AS_JSON
@click.pass_context
def split(context: click.Context, student: int, mark: str, parts: tuple[int, ...], reason: str, as_json: bool) -> None:
    """Make two students of one: the chosen parts become a new student's."""
    from appliance.jobs import who_is_who
    from appliance.settings import read_settings

    with home_of(context) as database:
        settings = read_settings(context.obj)
        done = who_is_who.split(database, student, parts, mark, reason=reason, by=_me(), settings=settings)
    _tell(done, as_json, f"The chosen parts are student {done.student_key}'s now.")


@who.command("undo")
@click.argument("batch", type=click.IntRange(min=1))
@_REASON
@click.pass_context
def undo_(context: click.Context, batch: int, reason: str) -> None:
    """Take a decision back: exactly what it changed is as it was before."""
    from appliance.jobs import who_is_who
    from appliance.settings import read_settings

    with home_of(context) as database:
        settings = read_settings(context.obj)
        count = who_is_who.undo(database, batch, reason=reason, by=_me(), settings=settings)
    say(f"Batch {batch} is taken back: {plural(count, 'note')} followed.")


@who.command()
@click.argument("staff-number")
@click.option("--given-name", prompt=True, help="The new given name, as the roster has it.")
@click.option("--family-name", prompt=True, help="The new family name, as the roster has it.")
@_REASON
@AS_JSON
@click.pass_context
def renamed(
    context: click.Context, staff_number: str, given_name: str, family_name: str, reason: str, as_json: bool
) -> None:
    """A member of staff has a new name: the staff number, and its rights, are still theirs."""
    from appliance.jobs import staff_numbers

    with home_of(context) as database:
        done = staff_numbers.renamed(database, staff_number, given_name, family_name, reason=reason, by=_me())
    _tell_staff(done, as_json, "The number is its holder's again.")


@who.command()
@click.argument("staff-number")
@_REASON
@AS_JSON
@click.pass_context
def newcomer(context: click.Context, staff_number: str, reason: str, as_json: bool) -> None:
    """A staff number was given to somebody else, who gets none of the former holder's rights."""
    from appliance.jobs import staff_numbers

    with home_of(context) as database:
        done = staff_numbers.newcomer(database, staff_number, reason=reason, by=_me())
    _tell_staff(done, as_json, "The number is a newcomer's.")


def _tell_staff(done: "Loaded", as_json: bool, sentence: str) -> None:
    if as_json:
        print_json(asdict(done))
    loaded = plural(done.rows, "row that waited is loaded", "rows that waited are loaded")
    say(f"{sentence} {loaded}; the next whole roster brings the rest. "
        f"To take it back: schoolhouse who undo {done.batch} --reason WHY")  # fmt: skip


def _decide(context: click.Context, question: int, decision: Any, reason: str, as_json: bool) -> None:
    from appliance.jobs import who_is_who
    from appliance.settings import read_settings

    with home_of(context) as database:
        settings = read_settings(context.obj)
        done = who_is_who.decide(database, question, decision, reason=reason, by=_me(), settings=settings)
    loaded = plural(done.rows, "row that waited is loaded", "rows that waited are loaded")
    _tell(done, as_json, f"Question {question}: {decision}. {loaded}.")


def _tell(done: "Carried", as_json: bool, sentence: str) -> None:
    if as_json:
        print_json(asdict(done))
    undo = f" To take it back: schoolhouse who undo {done.batch} --reason WHY" if done.batch else ""
    say(sentence + undo)


def _evidence(lines: "tuple[Line, ...]", show_people: bool) -> list[dict[str, Any]]:
    return [
        {"what": line.what, "agrees": line.agrees} | ({"told": line.told, "known": line.known} if show_people else {})
        for line in lines
    ]


def _said(evidence: list[dict[str, Any]]) -> str:
    shown = {True: "agrees", False: "differs", None: "not known"}
    return " ".join(
        f"{line['what']}: {shown[line['agrees']]}"
        + (f" ({line['told']} / {line['known']})" if "told" in line else "")
        + "."
        for line in evidence
    )


def _me() -> str:
    from appliance.jobs.import_files import person_at_the_keyboard

    return person_at_the_keyboard()
