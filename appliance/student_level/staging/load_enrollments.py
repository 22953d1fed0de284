"""Who is in which section, and who teaches it."""

from collections.abc import Iterator, Sequence

from appliance.student_level.sources import oneroster
from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.first_rows import FirstRows, Ready
from appliance.student_level.staging.load_roster import delete_unseen
from appliance.student_level.staging.references import Reference, with_keys
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Rows, Typed
from appliance.wording import plural

_HAS_ROWS = "SELECT EXISTS (SELECT 1 FROM temp.first_row)"
_END = """
UPDATE section_enrollment SET end_day = begin_day
 WHERE end_day IS NOT begin_day
   AND section_key IN (SELECT key FROM identity WHERE entity = 'section' AND system = ?)
   AND (section_key, student_key, begin_day) NOT IN (SELECT section_key, student_key, begin_day FROM temp.first_row)
   AND (section_key, student_key) NOT IN (SELECT section_key, student_key FROM temp.refused_seat)
   AND student_key NOT IN (SELECT student_key FROM who_case WHERE status IN ('waiting', 'not yet'))
"""
_END_VANISHED = """
UPDATE section_enrollment SET end_day = begin_day
 WHERE end_day IS NOT begin_day AND (section_key, student_key, begin_day) = (?1, ?2, ?3)
   AND (section_key, student_key, begin_day) NOT IN (SELECT section_key, student_key, begin_day FROM temp.first_row)
   AND (section_key, student_key) NOT IN (SELECT section_key, student_key FROM temp.refused_seat)
   AND student_key NOT IN (SELECT student_key FROM who_case WHERE status IN ('waiting', 'not yet'))
"""

_REFUSED_AND_LOADED = """
SELECT EXISTS (SELECT 1 FROM temp.refused_seat CROSS JOIN section_enrollment USING (section_key, student_key))
"""


def keys_of(batch: Batch, block: Typed) -> list[Sequence[int | None]]:
    """Section, student and first day of rows of students; None in each where one is not known, or nobody's."""
    sections, students = batch.known("section", batch.system), batch.known("student", batch.system)
    begins = dict(batch.ask("SELECT section_key, begin_day FROM section"))
    found = [sections.get(name) for name in block["section"]]
    days = [begins.get(key) if day is None else day for key, day in zip(found, block["begin_day"], strict=True)]
    return [found, [students.get(name) for name in block["user"]], days]


def enrollments(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Enrollments of students and teachers. One that a bulk file no longer holds never counted: it ends as it began."""
    students = FirstRows(batch, layout, read, "section_enrollment", "section_key, student_key, begin_day",
                         "end_day, file_key, file_row")  # fmt: skip
    students.put(_students(batch, layout, read, rows))
    _spare(batch)
    # A file without a usable row is a broken export, not an empty school.
    has_rows = batch.vanished is not None or next(batch.ask(_HAS_ROWS))[0]
    if has_rows and not (batch.is_delta or batch.spared.all):
        ends, of = (_END, [(batch.system,)]) if batch.vanished is None else (_END_VANISHED, batch.vanished)
        if unless := batch.leading.unless_led("section_enrollment", batch.system):
            ends += f" AND {unless}"
        batch.report.count(layout.entity).ended += batch.end_many(ends, of)
    led = batch.leading.keys("staff", batch.system)
    posts = [(*post, *rest) for post, rest in batch.teaching.items() if post[0] not in led]
    batch.upsert("teaching", "teaching", "staff_key, section_key, begin_day", "end_day, is_primary", posts)
    if not batch.is_delta:
        posts_refused = batch.spared.keys(
            user=batch.known("staff", batch.system), section=batch.known("section", batch.system)
        )
        batch.report.count("teaching").ended += delete_unseen(
            batch, "teaching", list(batch.teaching), spared=lambda right: right[:2] in posts_refused
        )


def _spare(batch: Batch) -> None:
    """Put the seats that refused rows name into `temp.refused_seat`. Where one of them is loaded, the lines of this
    file do not tell all that it stands for, so they are not remembered.
    """
    batch.run("DROP TABLE IF EXISTS temp.refused_seat")
    batch.run("CREATE TEMP TABLE refused_seat (section_key, student_key)")
    sections, people = batch.known("section", batch.system), batch.known("student", batch.system)
    batch.run_many("INSERT INTO temp.refused_seat VALUES (?, ?)", batch.spared.keys(section=sections, user=people))
    if next(batch.ask(_REFUSED_AND_LOADED))[0]:
        batch.lines = None


def _students(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> Iterator[Ready]:
    """The rows of students, ready to load; those of staff go into `batch.teaching`, the first for each post."""
    section = Reference("class", "section", "classSourcedId", "class", batch.known("section", batch.system))
    student, staff = (
        Reference("person", "user", "userSourcedId", "person", batch.known(one, batch.system), "section_key", "class")
        for one in ("student", "staff")
    )
    begins = dict(batch.ask("SELECT section_key, begin_day FROM section"))
    own = 0
    for every in rows.blocks():
        active = every.where("is_active")
        block = active.plus(
            is_student=[role == "student" for role in active["role"]],
            is_staff=[role not in ("student", oneroster.OWN_ROLE) for role in active["role"]],
        )
        if own := own + len(block.numbers) - sum(block["is_student"]) - sum(block["is_staff"]):
            read.note = f"{plural(own, 'row')} with a role of the sender's own (ext:) left out: it grants nothing here"
        seats = with_keys(batch, layout, read, block.where("is_student"), section, student)
        seats = _in_order(batch, layout, read, seats, begins)
        yield seats.numbers, seats.of("class", "person", "begins", "end_day")
        if any(block["is_staff"]):
            posts = with_keys(batch, layout, read, block.where("is_staff"), section, staff)
            _teach(batch, _in_order(batch, layout, read, posts, begins))


def _in_order(batch: Batch, layout: Layout, read: FileRead, block: Typed, begins: dict[int, int]) -> Typed:
    """With the first day of each, the class's own where none is given. An end before it is refused."""
    given = zip(*block.of("class", "begin_day"), strict=True)
    days = [begins[section] if day is None else day for section, day in given]
    wrong = {
        place for place, (begin, end) in enumerate(zip(days, block["end_day"], strict=True))
        if end is not None and end < begin
    }  # fmt: skip
    for place in sorted(wrong):
        sentence = "the enrollment ends before it begins. Correct its dates."
        at = ("section_key", block["class"][place])
        batch.refuse(layout, read, block.numbers[place], "endDate", "date_order", sentence, at=at)
        batch.spared.note({field: block[field][place] for field in ("section", "user")})
    return block.plus(begins=days).without(wrong)


def _teach(batch: Batch, block: Typed) -> None:
    fields = block.of("person", "class", "begins", "end_day", "role", "is_primary")
    for person, section, begin, end, role, is_primary in zip(*fields, strict=True):
        # Some senders leave `primary` blank: then each teacher is one, and nobody else.
        primary = int(role == "teacher") if is_primary is None else is_primary
        batch.teaching.setdefault((person, section, begin), (end, primary))
