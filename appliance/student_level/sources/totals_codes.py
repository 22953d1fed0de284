"""Districts' words for what only totals need, and ours for them. What is not listed is refused, never guessed.

Ours are EDFacts' codes where it has some, and theirs CEDS' and Ed-Fi's of every edition. A word of theirs that stands
for nothing the state counts is None here.
"""

from collections.abc import Iterable, Mapping


def _known_as(words: Mapping[str, Iterable[str]], not_counted: Iterable[str] = ()) -> dict[str, str | None]:
    """Their word -> ours. Ours are understood too, and come first."""
    theirs: dict[str, str | None] = {word: ours for ours, several in words.items() for word in several}
    return {ours: ours for ours in words} | theirs | dict.fromkeys(not_counted)


ACTIONS = _known_as(
    {
        "in_school_suspension": ("In-school suspension", "In School Suspension", "ISS"),
        "out_of_school_suspension": ("Out-of-school suspension", "Out of School Suspension", "OSS", "Suspension"),
        "expulsion_with_services": (
            "Expulsion with services", "Expulsion with educational services",
            "Expulsion under Guns Free School Act with Services",
        ),
        "expulsion_without_services": (
            "Expulsion without services", "Expulsion without educational services", "Expulsion",
            "Expulsion under Guns Free School Act",
        ),
        "unilateral_removal": (
            "Unilateral removal", "Unilateral removal for drugs", "Unilateral removal for weapons",
            "Unilateral removal for serious bodily injury", "Removal by school personnel",
        ),
        "hearing_officer_removal": ("Removal by hearing officer", "Removal by a hearing officer"),
        "alternative_placement": (
            "Alternative placement", "Transfer to alternative school", "Placed in alternative education program",
            "PL ALT PG/SED", "Placed in alt ed pgm/ sp ed",
        ),
        "mechanical_restraint": ("Mechanical restraint",),
        "physical_restraint": ("Physical restraint",),
        "seclusion": (),
    },
    not_counted=(
        "No action", "No action for incident", "Parent conference", "Parent Conf", "Conference",
        "Counseled by administrator", "Couns Admin", "Warning",
        "Verbal reprimand", "Detention", "After school detention", "In-school detention", "Lunch detention",
        "Saturday school", "Loss of privileges", "Bus suspension", "Community service", "Restitution", "Referral",
        "Removal from classroom", "Restorative practice", "Letter of apology", "Other",
    ),
)  # fmt: skip
"""Kinds of disciplinary action (EDFacts 088, 143, 005, 006; CRDC). A bare expulsion is one without services: lists
that know both call the other one by its full name."""

LEAVING = _known_as(
    {
        "graduated": (
            "01921", "Graduated with regular, advanced, International Baccalaureate, or other type of diploma",
        ),
        "other_completer": (
            "01922", "Completed school with other credentials", "Completed",
            "03501", "Completed a state-recognized vocational education program",
            "03509", "Completed with a state-recognized equivalency certificate",
        ),
        "dropped_out": (
            "Dropped out", "Dropout", "01927", "Discontinued schooling",
            "01925", "Expelled or involuntarily withdrawn", "Expelled", "Involuntarily Removed",
            "01928", "Completed grade 12, but did not meet all graduation requirements",
            "03500", "Enrolled in an adult education or training program",
            "73060", "Officially withdrew and enrolled in ABE, adult secondary education, or adult ESL program",
            "73061", "Officially withdrew and enrolled in a workforce training program",
        ),
        "transfer_in_state": (
            "01908", "Transferred to a public school in a different local education agency in the same state",
            "01919", "Transferred to a charter school",
        ),
        "transfer_elsewhere": (
            "Transferred", "01909", "Transferred to a public school in a different state",
            "01910", "Transferred to a private, non-religiously-affiliated school in the same local education agency",
            "01911", "Transferred to a private, non-religiously-affiliated school in a different local education "
            "agency in the same state",
            "01912", "Transferred to a private, non-religiously-affiliated school in a different state",
            "01913", "Transferred to a private, religiously-affiliated school in the same local education agency",
            "01914", "Transferred to a private, religiously-affiliated school in a different local education agency "
            "in the same state",
            "01915", "Transferred to a private, religiously-affiliated school in a different state",
            "01917", "Transferred to an institution", "01918", "Transferred to home schooling",
            "Enrolled in a high school diploma program",
        ),
        "same_district": (
            "01907", "Student is in a different public school in the same local education agency",
            "03499", "Student is in the same local education agency and receiving education services, but is not "
            "assigned to a particular school",
            "03508", "Student is in a charter school managed by the same local education agency",
        ),
        "moved_away": ("01916", "Transferred to a school outside of the country"),
        "died_or_ill": ("01923", "Died or is permanently incapacitated", "01924", "Withdrawn due to illness"),
        "aged_out": ("01926", "Reached maximum age for services", "Reached maximum age"),
        "may_return": (
            "01930", "Enrolled in a postsecondary early admission program, eligible to return",
            "03502", "Not enrolled, eligible to return",
            "03503", "Enrolled in a foreign exchange program, eligible to return",
            "03504", "Withdrawn from school, under the age for compulsory attendance; eligible to return",
        ),
        "unknown": (
            "01931", "Not enrolled, unknown status", "03505", "Exited", "09999", "Other", "Withdrawn", "Incarcerated",
            "No show",
        ),
    },
    not_counted=("End of school year", "Invalid enrollment"),
)  # fmt: skip
"""Why an enrollment ended (CEDS 000110, Ed-Fi's ExitWithdrawType), reduced to what tells dropouts, completers and
transfers apart. `transfer_elsewhere` is also said of a transfer of which nobody says where to."""

CREDENTIALS = _known_as(
    {
        "REGDIP": (
            "Regular diploma", "Diploma", "High school diploma", "Endorsed/advanced diploma", "Advanced diploma",
            "Regents diploma", "International Baccalaureate",
        ),
        "ALTDPL": ("Alternate diploma", "State-defined alternate diploma"),
        "OTHCOM": (
            "Certificate of completion", "Certificate of attendance", "Modified diploma", "Other diploma",
            "Alternative credential", "General Educational Development (GED) credential", "GED",
            "High school equivalency credential, other than GED", "High school equivalency",
            "Career and Technical Education certificate", "Post graduate certificate (grade 13)",
            "Occupational License", "Apprenticeship Certificate", "Industry-recognized Certification", "Other",
        ),
    }
)  # fmt: skip
"""Kinds of credential (CEDS 000138, Ed-Fi's DiplomaType)."""

DISABILITIES = _known_as(
    {
        "AUT": ("Autism", "Autism Spectrum Disorders", "Autistic Disabilities"),
        "DB": ("Deaf-blindness",),
        "DD": ("Developmental delay",),
        "EMN": ("Emotional disturbance", "Serious Emotional Disability"),
        "HI": ("Hearing impairment", "Hearing Impairment, including Deafness", "Deafness"),
        "ID": ("Intellectual disability", "Mental retardation"),
        "MD": ("Multiple disabilities",),
        "OHI": ("Other health impairment",),
        "OI": ("Orthopedic impairment",),
        "SLD": ("Specific learning disability",),
        "SLI": ("Speech or language impairment",),
        "TBI": ("Traumatic brain injury",),
        "VI": ("Visual impairment", "Visual Impairment, including Blindness"),
    }
)
"""Primary disabilities under IDEA (CEDS 000218, Ed-Fi's Disability)."""

ENVIRONMENTS = _known_as(
    {
        "RC80": ("Inside regular class 80% or more of the day",),
        "RC79TO40": (
            "Inside reg class between 40-79% of the day",
            "Inside regular class no more than 79% of day and no less than 40% of the day",
        ),
        "RC39": ("Inside regular class less than 40% of the day",),
        "SS": ("Separate school",),
        "RF": ("Residential facility",),
        "HH": ("Homebound/Hospital",),
        "CF": ("Correctional facilities",),
        "PPPS": ("Parentally-placed in Private Schools",),
        **dict.fromkeys(("REC10YSVCS", "REC10YOTHLOC", "REC09YSVCS", "REC09YOTHLOC"), ()),
        "SC": ("Separate class",),
        "H": ("Home",),
        "SPL": ("Service provider location",),
    }
)
"""Where a student with a disability is taught: ages 5 to 21 (CEDS 000535), then ages 3 to 5 (CEDS 000559)."""

RESIDENCES = _known_as(
    {
        "D": ("Doubled-up", "Doubled up", "Doubled-up (i.e., living with another family)"),
        "HM": ("Hotels/motels", "Hotel/motel"),
        "STH": ("Shelters", "Shelter", "Transitional housing", "Shelters, transitional housing, awaiting foster care"),
        "U": (
            "Unsheltered",
            "Unsheltered (e.g., cars, parks, campgrounds, temporary trailers including FEMA trailers, or abandoned "
            "buildings)",
        ),
    }
)
"""Where a homeless student spends the night (CEDS 000146)."""

_FOR_MAPPINGS = {
    "actions": ACTIONS, "leaving": LEAVING, "credentials": CREDENTIALS, "disabilities": DISABILITIES,
    "environments": ENVIRONMENTS, "residences": RESIDENCES,
}  # fmt: skip


def meanings() -> dict[str, dict[str, str]]:
    """Code table of a mapping -> their word -> ours, or the first of the words that count for nothing."""
    found = {}
    for name, words in _FOR_MAPPINGS.items():
        nothing = next((word for word, ours in words.items() if ours is None), "")
        found[name] = {word: ours or nothing for word, ours in words.items()}
    return found
