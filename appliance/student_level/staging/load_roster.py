"""Schools, sessions, courses, sections, people and who is in which section."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from appliance.student_level.sources import oneroster
from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging import twins
from appliance.student_level.staging.batch import Batch, Taken
from appliance.student_level.staging.linking.days_of_ids import DaysOfIds
from appliance.student_level.staging.linking.people import Students
from appliance.student_level.staging.linking.staff_numbers import StaffNumbers
from appliance.student_level.staging.report import FileRead

Rows = Iterable[tuple[int, Any]]


def organizations(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Districts and schools. A parent that comes later in the file, or closes a circle, is set when all are in."""
    parents: dict[int, tuple[int, str]] = {}

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            state_id = row.state_id or row.source_id
            key = batch.claim("organization", row.source_id, state_id)
            if isinstance(key, Taken):
                batch.refuse_taken(layout, read, number, key)
                continue
            if row.parent:
                parents[key] = (number, row.parent)
            yield key, row.name, row.kind, state_id, row.is_active

    count = batch.upsert(layout.entity, "organization", "organization_key", "name, kind, state_id, is_active", ready())
    known = batch.known("organization", batch.system)
    chain: dict[int, int] = {}
    for key, (number, parent) in parents.items():
        if parent not in known:
            batch.refuse_reference(layout, read, number, "parentSourcedId", "parent organization")
        elif _leads_to(known[parent], key, chain):
            sentence = "this organization is its own parent's parent. Mend it in the source system."
            batch.refuse(layout, read, number, "parentSourcedId", "circle", sentence)
        else:
            chain[key] = known[parent]
    moved = batch.run_many(
        "UPDATE organization SET parent_key = ?2 WHERE organization_key = ?1 AND parent_key IS NOT ?2", chain.items()
    )
    if not count.added:
        count.changed += moved


def _leads_to(start: int, goal: int, chain: dict[int, int]) -> bool:
    at: int | None = start
    while at is not None and at != goal:
        at = chain.get(at)
    return at == goal


def sessions(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Academic sessions, parents before children whatever their order in the file."""
    parents: dict[int, str] = {}

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            if row.begin_day >= row.end_day:
                sentence = "the session ends before it begins. Correct its dates."
                batch.refuse(layout, read, number, "endDate", "date_order", sentence)
                continue
            key = batch.claim("session", row.source_id)
            if isinstance(key, Taken):
                batch.refuse_taken(layout, read, number, key)
                continue
            if row.parent:
                parents[key] = row.parent
            yield key, row.title, row.kind, row.begin_day, row.end_day, row.school_year

    columns = "title, kind, begin_day, end_day, school_year"
    count = batch.upsert(layout.entity, "academic_session", "session_key", columns, ready())
    if batch.is_delta and count.changed:
        read.note = (
            "dates of sessions changed: classes follow them when their rows come again, so ask for classes.csv too"
        )
    known = batch.known("session", batch.system)
    links = [(key, known[parent]) for key, parent in parents.items() if parent in known]
    batch.run_many("UPDATE academic_session SET parent_key = ?2 WHERE session_key = ?1 AND parent_key IS NOT ?2", links)


def courses(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Courses of the district's catalogue."""
    others = twins.courses(batch)

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            key = batch.claim("course", row.source_id, twin=others.get((row.code, row.title)))
            if isinstance(key, Taken):
                batch.refuse_taken(layout, read, number, key)
            else:
                yield key, row.code, row.title, row.subjects[0] if row.subjects else ""

    batch.upsert(layout.entity, "course", "course_key", "code, title, subject", ready())


def sections(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Sections: a course taught in a school, from its first session's first day to its last session's last."""
    schools, course_keys = batch.known("organization", batch.system), batch.known("course", batch.system)
    sessions_known = batch.known("session", batch.system)
    days_of_sessions = batch.ask("SELECT session_key, begin_day, end_day FROM academic_session")
    spans = {key: (begin, end) for key, begin, end in days_of_sessions}
    codes = dict(batch.ask("SELECT course_key, code FROM course"))
    others = twins.sections(batch)

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            days = [spans[sessions_known[s]] for s in row.sessions if s in sessions_known]
            if row.school not in schools or row.course not in course_keys or not days:
                batch.spared.note({"source_id": row.source_id})
            if row.school not in schools:
                batch.refuse_reference(layout, read, number, "schoolSourcedId", "school")
            elif row.course not in course_keys:
                batch.refuse_reference(
                    layout, read, number, "courseSourcedId", "course", ("school_key", schools[row.school])
                )
            elif not days:
                batch.refuse_reference(
                    layout, read, number, "termSourcedIds", "session", ("school_key", schools[row.school])
                )
            else:
                school, course, period = schools[row.school], course_keys[row.course], ", ".join(row.periods)
                begin, end = min(d[0] for d in days), max(d[1] for d in days)
                twin = others.get((school, codes[course], begin, period, row.room))
                if isinstance(key := batch.claim("section", row.source_id, twin=twin), Taken):
                    batch.refuse_taken(layout, read, number, key)
                else:
                    title, kind = row.title, row.kind
                    yield key, school, course, row.code, title, period, row.room, begin, end, row.is_active, kind

    columns = "school_key, course_key, code, title, period, room, begin_day, end_day, is_active, kind"
    count = batch.upsert(layout.entity, "section", "section_key", columns, ready())
    count.ended += _end_missing(batch, "section")


def roles(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """OneRoster 1.2 keeps a person's roles in a file of their own; they are held until the people come."""
    schools = batch.known("organization", batch.system)
    batch.roles_in_part = batch.is_delta
    for number, row in rows:
        if not row.is_active or row.role == oneroster.OWN_ROLE:
            continue
        if row.organization not in schools:
            batch.refuse_reference(layout, read, number, "orgSourcedId", "school")
            continue
        batch.roles.setdefault(row.user, []).append((row.role, schools[row.organization], row.begin_day, row.end_day))
    batch.roles_refused = batch.spared.texts("user")
    if batch.is_delta:  # The people may have no row of their own in this package.
        _keep_posts(batch, _People(batch).posts_of_the_staff())


def users(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Students and staff. Family members are not kept: no page and no total needs them yet."""
    people = _People(batch)
    students = people.sorted_out(layout, read, rows)
    columns = "given_name, middle_name, family_name, is_active, file_key, file_row"
    count = batch.upsert("student", "student", "student_key", columns, students)
    count.ended += _end_missing(batch, "student")
    count = batch.upsert("staff", "staff", "staff_key", "given_name, family_name, is_active", people.staff)
    people.numbers.close()
    count.ended += _end_missing(batch, "staff")
    people.staff_ids.close()
    whole = bool(batch.roles) and not batch.roles_in_part
    posts = people.posts_of_the_staff() if batch.is_delta and whole else people.posts
    _keep_posts(batch, posts)
    if not batch.roles_in_part:
        staff = None if whole or not batch.is_delta else {key for key, *_ in people.staff}
        known = batch.known("staff", batch.system)
        refused = batch.roles_refused | batch.spared.texts("source_id") - people.without_role
        spared = {known[user] for user in refused if user in known}
        batch.report.count("staff_role").ended += delete_unseen(
            batch, "staff_role", list(posts), of_staff=staff, spared=lambda post: post[0] in spared
        )
    if people.families:
        read.note = f"{people.families:,} family members and others without a role here left out: nothing uses them yet"


def _keep_posts(batch: Batch, posts: "_Posts") -> None:
    led = batch.leading.keys("staff", batch.system)  # Their rights are for the leading system to give, and to take.
    rows = [(*post, *days) for post, days in posts.items() if post[0] not in led]
    batch.upsert("staff_role", "staff_role", "staff_key, organization_key, role", "begin_day, end_day", rows)


class _People:
    """The users of a file, told apart: students are handed on, staff and their posts are collected."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._schools = batch.known("organization", batch.system)
        self.staff: list[tuple[Any, ...]] = []
        self.posts: _Posts = {}
        self.staff_ids, self.numbers = DaysOfIds(batch, "staff"), StaffNumbers(batch)
        self.families = 0
        self.without_role: set[str] = set()
        """Users who have no role at a school that is loaded: they are not ended, and may do nothing any more."""

    def sorted_out(self, layout: Layout, read: FileRead, rows: Rows) -> Iterator[tuple[Any, ...]]:
        students = Students(self._batch, layout, read)
        for number, row in self._without_staff(layout, read, rows):
            for one in students.take(number, row):
                yield from self._student(layout, read, *one)
        for one in students.rest():
            yield from self._student(layout, read, *one)

    def _student(
        self, layout: Layout, read: FileRead, number: int, row: Any, key: int | Taken
    ) -> Iterator[tuple[Any, ...]]:
        if isinstance(key, Taken):
            self._batch.refuse_taken(layout, read, number, key)
        else:
            origin = self._batch.origin(read, number)
            yield key, row.given_name, row.middle_name, row.family_name, row.is_active, *origin

    def _without_staff(self, layout: Layout, read: FileRead, rows: Rows) -> Rows:
        for number, row in rows:
            held = self._roles_of(row)
            roles = {role for role, *_ in held}
            entity = self._entity(row, roles)
            if entity == "student":
                yield number, row
            elif entity:
                self._take_staff(layout, read, number, row, held)
            elif roles or row.role in ("family", oneroster.OWN_ROLE):
                self.families += 1
            else:
                self._batch.refuse(layout, read, number, "role", "no_role", _NO_ROLE)
                self._batch.spared.note({"source_id": row.source_id})
                self.without_role.add(row.source_id)

    def _take_staff(self, layout: Layout, read: FileRead, number: int, row: Any, held: "list[_Role]") -> None:
        if self.numbers.refuses(layout, read, number, row):
            return
        self.staff_ids.see(row)
        key = self._batch.claim("staff", row.source_id, row.local_id or row.source_id, state_id=row.state_id)
        if isinstance(key, Taken):
            self._batch.refuse_taken(layout, read, number, key)
        else:
            self.staff.append((key, row.given_name, row.family_name, row.is_active))
            self._take_posts(key, held)

    def _entity(self, row: Any, roles: set[str]) -> str:
        """Student or staff; empty for neither. Somebody known keeps what they are when the package holds no role."""
        if roles - {"family"}:
            return "student" if "student" in roles else "staff"
        if not roles and (self._batch.is_delta or self._batch.roles_in_part):
            kinds = ("student", "staff")
            return next((one for one in kinds if row.source_id in self._batch.known(one, self._batch.system)), "")
        return ""

    def posts_of_the_staff(self) -> "_Posts":
        """The posts that roles.csv gives to staff who are known, whether or not the package has their own rows."""
        staff = self._batch.known("staff", self._batch.system)
        for user, held in self._batch.roles.items():
            if user in staff:
                self._take_posts(staff[user], held)
        return self.posts

    def _roles_of(self, row: Any) -> "list[_Role]":
        """From roles.csv (OneRoster 1.2), or from the row itself (1.1)."""
        held = self._batch.roles.get(row.source_id)
        if held is None and row.role and row.role != oneroster.OWN_ROLE:
            held = [(row.role, self._schools[o], None, None) for o in row.organizations if o in self._schools]
        return held or []

    def _take_posts(self, staff: int, held: "list[_Role]") -> None:
        """One line a post. Of two spells in the same post the one that ends later counts: the other is over."""
        for role, organization, begin, end in held:
            post, days = (staff, organization, role), (begin, end)
            if role != "family" and (post not in self.posts or _is_later(end, self.posts[post][1])):
                self.posts[post] = days


def _is_later(end: int | None, other: int | None) -> bool:
    return other is not None and (end is None or end > other)


_Role = tuple[str, int, int | None, int | None]
"""(role, organization key, first day, first day no longer)."""
_Posts = dict[tuple[int, int, str], tuple[int | None, int | None]]
"""(staff, organization, role) -> (first day, first day no longer)."""
_NO_ROLE = "this person has no role at a school that is loaded. Send roles.csv and orgs.csv from the same export."


def demographics(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Birth day, sex and race of students who are loaded; those of other people are not kept."""
    students = batch.known("student", batch.system)
    nothing_yet = "SELECT student_key FROM student WHERE coalesce(birth_day, sex, race) IS NULL"
    unknown = {key for (key,) in batch.ask(nothing_yet)}
    passed = added = 0

    def ready() -> Iterator[tuple[Any, ...]]:
        nonlocal passed, added
        for _, row in rows:
            if row.source_id in students:
                passed += 1
                told = row.birth_day is not None or row.sex or oneroster.race(row)
                added += bool(told) and students[row.source_id] in unknown
                yield students[row.source_id], row.birth_day, row.sex, oneroster.race(row)

    with batch.told_elsewhere():
        changed = batch.run_many(
            "UPDATE student SET birth_day = ?2, sex = ?3, race = ?4 WHERE student_key = ?1"
            " AND (birth_day IS NOT ?2 OR sex IS NOT ?3 OR race IS NOT ?4)",
            ready(),
        )
    count = batch.report.count(layout.entity)
    count.added += added
    count.changed += changed - added
    count.unchanged += passed - changed


_ENDINGS = {
    entity: f"UPDATE {entity} SET is_active = 0 WHERE {entity}_key = ? AND is_active = 1"  # noqa: S608 our own names
    for entity in ("student", "staff", "section")
}


def _end_missing(batch: Batch, entity: str) -> int:
    seen = batch.seen.get(entity)
    # A file with a header and no rows is a broken export, not an empty school.
    if not seen or batch.is_delta or batch.spared.all:
        return 0
    known = batch.known(entity, batch.system)
    gone = set(known.values()) - seen - batch.leading.keys(entity, batch.system)
    gone -= {key for (key,) in batch.spared.keys(source_id=known)}
    return batch.end_many(_ENDINGS[entity], ((key,) for key in sorted(gone)))


_UNSEEN = {
    "staff_role": "SELECT staff_key, organization_key, role FROM staff_role",
    "teaching": "SELECT staff_key, section_key, begin_day FROM teaching",
}
_ITS_STAFF = " WHERE staff_key IN (SELECT key FROM identity WHERE entity = 'staff' AND system = ?)"
_REMOVALS = {
    "staff_role": "DELETE FROM staff_role WHERE staff_key = ? AND organization_key = ? AND role = ?",
    "teaching": "DELETE FROM teaching WHERE staff_key = ? AND section_key = ? AND begin_day = ?",
}


def delete_unseen(
    batch: Batch,
    table: str,
    present: list[tuple[Any, ...]],
    *,
    of_staff: set[int] | None = None,
    spared: Callable[[tuple[Any, ...]], bool] = lambda right: False,
) -> int:
    """A right that is no longer in the file must not linger: who teaches and who leads is taken away at once.

    What another system says of its own people is not this file's to take away. `of_staff` are those whose rights the
    file tells; None for everybody's. `spared`: whether a right stands in a row that was refused for something else.
    """
    # As above: a file without rows, or one of refused rows, takes nobody's right away.
    if (not present and of_staff is None) or batch.spared.all:
        return 0
    led = batch.leading.keys("staff", batch.system)
    mine = batch.ask(_UNSEEN[table] + _ITS_STAFF, (batch.system,))
    gone = {one for one in mine if one[0] not in led and not spared(one)} - set(present)
    return batch.end_many(_REMOVALS[table], sorted(one for one in gone if of_staff is None or one[0] in of_staff))
