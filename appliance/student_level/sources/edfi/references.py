"""Who and what a record names: Ed-Fi refers by natural keys, and within a file by XML ids.

Ids that leave this folder are the natural keys themselves, so a file of grades needs no schedule beside it to name its
sections. What only a look into other files can tell (which section a bare section code means, which term a session's
name) is kept in small maps, made when first asked for: one entry a session, course or section, never one a grade.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from appliance.student_level.sources.edfi.keys import (
    BY_CODE,
    ORGANIZATION,
    course_codes,
    first_text,
    key,
    organization_id,
    school_year,
    section_key,
    year_of,
)
from appliance.student_level.sources.edfi.records import Group, Interchange, Record, first, records


@dataclass(frozen=True, slots=True)
class Session:
    """A term at a school, or at all schools of a district. `last_day` is part of it."""

    id: str
    title: str
    term: str
    year: str
    organization: str
    begin: str
    last_day: str
    line: int


@dataclass(frozen=True, slots=True)
class Period:
    """A grading period as one school keeps it. `last_day` is part of it."""

    id: str
    title: str
    year: str
    begin: str
    last_day: str
    line: int


class Package:
    """The interchanges that came together."""

    def __init__(self, interchanges: tuple[Interchange, ...]) -> None:
        self.interchanges = interchanges

    def holding(self, *kinds: str) -> list[Interchange]:
        """The files that hold any record of these kinds."""
        return [one for one in self.interchanges if any(one.counts[kind] for kind in kinds)]

    def records(self, *kinds: str) -> Iterator[Record]:
        """All records of these kinds, file by file."""
        for one in self.holding(*kinds):
            yield from records(one.file, kinds)

    @cached_property
    def _organizations(self) -> dict[tuple[str, str], str]:
        kinds = ("School", "LocalEducationAgency", "StateEducationAgency", "EducationServiceCenter")
        return {(r.file, r.id): organization_id(r) for r in self.records(*kinds) if r.id}

    @cached_property
    def districts(self) -> list[str]:
        """The local education agencies, by id."""
        return [organization_id(record) for record in self.records("LocalEducationAgency")]

    def organization(self, record: Record, *names: str) -> str:
        """The id of the organization that a record names under the first of these children."""
        group = record.group(*names)
        return first(group, *ORGANIZATION) or self._organizations.get((record.file, group.get("@ref", "")), "")

    @cached_property
    def sessions(self) -> list[Session]:
        """Every session, its id made of school, year and term, and of its name where those do not tell two apart."""
        found: list[Session] = []
        taken: set[str] = set()
        for record in self.records("Session"):
            organization = self.organization(record, "EducationOrganizationReference", "SchoolReference")
            year, term = school_year(record.text("SchoolYear")), record.text("Term")
            identity = key("session", organization, year, term)
            if identity in taken:
                identity = key("session", organization, year, term, record.text("SessionName"))
            taken.add(identity)
            found.append(
                Session(identity, record.text("SessionName") if year in record.text("SessionName") else term, term,
                        year, organization, record.text("BeginDate"), record.text("EndDate"), record.line)
            )  # fmt: skip
        return found

    @cached_property
    def _sessions_by_name(self) -> dict[tuple[str, str], str]:
        names: dict[tuple[str, str], str] = {}
        for session, record in zip(self.sessions, self.records("Session"), strict=True):
            names[session.organization, record.text("SessionName")] = session.id
            names[session.organization, f"{session.year} {session.term}"] = session.id
            names[record.file, record.id] = session.id
        return names

    def session(self, file: str, group: Group, organization: str) -> str:
        """The id of the session that a reference names; a district's session serves its schools."""
        year, term = school_year(first(group, "SchoolYear")), first(group, "Term")
        name = f"{year} {term}" if year and term else first(group, "SessionName")
        for whose in (first(group, *ORGANIZATION), organization, *self.districts):
            if name and (found := self._sessions_by_name.get((whose, name))):
                return found
        referred = self._sessions_by_name.get((file, group["@ref"])) if "@ref" in group else None
        return referred or (key("session", organization, year, term) if year and term else "")

    @cached_property
    def periods(self) -> dict[str, Period]:
        """Every grading period of every school, by id. Ed-Fi 1.0 names the schools in the sessions only."""
        schools: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for session, record in zip(self.sessions, self.records("Session"), strict=True):
            for reference in record.groups("GradingPeriodReference"):
                schools[record.file, reference.get("@ref", "")].append((session.organization, session.year))
        found: dict[str, Period] = {}
        for record in self.records("GradingPeriod"):
            organization = self.organization(record, "EducationOrganizationReference", "SchoolReference")
            begin, name = record.text("BeginDate"), first_text(record, "GradingPeriodName", "GradingPeriod")
            year = school_year(record.text("SchoolYear")) or year_of(begin)
            whose = [(organization, year)] if organization else schools[record.file, record.id]
            # A calendar may link nothing at all: then a period is every school's in whose session it begins.
            around = [(s.organization, s.year) for s in self.sessions if s.begin <= begin <= s.last_day]
            for school, its_year in whose or around:
                identity = key("period", school, its_year, name)
                found[identity] = Period(identity, name, its_year, begin, record.text("EndDate"), record.line)
        return found

    def session_named(self, file: str, group: Group) -> Session | None:
        """The session itself, where a reference names one that the package holds."""
        identity = self.session(file, group, "")
        return next((session for session in self.sessions if session.id == identity), None)

    @cached_property
    def courses(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(organization, course code) -> (id, title), for each of a course's codes."""
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for record in self.records("Course"):
            organization = self.organization(record, "EducationOrganizationReference", "SchoolReference")
            for code in course_codes(record):
                identity = key("course", organization, course_codes(record)[0])
                found[organization, code] = (identity, record.text("CourseTitle"))
        return found

    @cached_property
    def _offerings(self) -> dict[tuple[str, str], str]:
        """(school, local course code) -> the code of the course it offers."""
        found: dict[tuple[str, str], str] = {}
        for record in self.records("CourseOffering"):
            school = self.organization(record, "SchoolReference")
            reference = record.group("CourseReference")
            code = first(reference, "UniqueCourseId", "ID", "CourseCode")
            if code:
                found[school, record.text("LocalCourseCode")] = code
        return found

    def course(self, school: str, local_code: str) -> tuple[str, str]:
        """The (id, title) of the course that a school offers under a local code."""
        code = self._offerings.get((school, local_code), local_code)
        for whose in (school, *self.districts):
            if found := self.courses.get((whose, code)):
                return found
        return key("course", school, code), ""

    def section_id(self, record: Record) -> str:
        """The id of a section from its own record."""
        offering = record.group("CourseOfferingReference")
        school = self.organization(record, "SchoolReference", "LocationSchoolReference", "CourseOfferingReference")
        room = first(record.group("LocationReference"), "ClassroomIdentificationCode")
        periods = [first(one, "ClassPeriodName") for one in record.groups("ClassPeriodReference")]
        return section_key({
            "StateOrganizationId": school, "LocalCourseCode": first(offering, "LocalCourseCode"),
            "SchoolYear": first(offering, "SchoolYear"), "Term": first(offering, "Term"),
            "SessionName": first(offering, "SessionName"), "ClassPeriodName": periods[0] if periods else "",
            "Location": room, "UniqueSectionCode": record.text("UniqueSectionCode"),
            "SectionIdentifier": record.text("SectionIdentifier"),
        })  # fmt: skip

    @cached_property
    def _section_codes(self) -> dict[tuple[str, str], set[str]]:
        """(school, code) -> ids; a code that two sections of a school share means neither."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for record in self.records("Section"):
            school = self.organization(record, "SchoolReference", "LocationSchoolReference", "CourseOfferingReference")
            found[school, record.text("UniqueSectionCode")].add(self.section_id(record))
        return found

    @cached_property
    def session_of_section(self) -> dict[str, str]:
        """Section id -> session id, as the schedule has it."""
        found: dict[str, str] = {}
        for record in self.records("Section"):
            school = self.organization(record, "SchoolReference", "LocationSchoolReference", "CourseOfferingReference")
            reference = record.group("SessionReference") or record.group("CourseOfferingReference")
            found[self.section_id(record)] = self.session(record.file, reference, school)
        return found

    @cached_property
    def homerooms(self) -> frozenset[str]:
        """Ids of the sections that are the homeroom of any student in them."""
        named = Package(tuple(one for one in self.interchanges if one.names_homerooms))
        return frozenset(
            self.section(record.group("SectionReference"))
            for record in named.records("StudentSectionAssociation")
            if record.text("HomeroomIndicator") == "true"
        )

    def section(self, group: Group) -> str:
        """The id of the section that a reference names."""
        identity = section_key(group)
        if "UniqueSectionCode" in group and identity.startswith(BY_CODE):
            meant = self._section_codes.get((first(group, *ORGANIZATION), group["UniqueSectionCode"]), set())
            return next(iter(meant)) if len(meant) == 1 else identity
        return identity
