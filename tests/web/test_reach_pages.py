"""Pages that give reach for a time, break the glass, look over a shoulder, and tell who may see a student."""

import re

import pytest

from appliance.actions import Action
from appliance.jobs.grants import shut_ended_codes
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from appliance.web.addresses import Addresses, Kind
from tests import everyone, maplewood
from tests.conftest import Person, app_for, sign_in
from tests.maplewood import KEY
from tests.page_text import read

FAMILIES = Settings(family_pages=True)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory):
    """A Maplewood with somebody of each role in it."""
    database = maplewood.build(tmp_path_factory.mktemp("reach") / "home")
    everyone.move_in(database)
    yield database
    database.close()


@pytest.fixture
def as_(crowded: Database):
    """`as_("ruiz")` is Mr. Ruiz at his browser."""
    app = app_for(crowded, settings=FAMILIES)
    return lambda username: sign_in(app, username)


def address_of(person: Person, kind: Kind, key: int) -> str:
    return Addresses(person.browser.cookies["sh"]).of(kind, key)


def log_of(database: Database, who: str) -> list[tuple[str, str, str]]:
    with database.desk.changing(Event("test", Action.SEE_DATA)) as tables:
        rows = tables.query("SELECT action, subject, reason FROM access_log WHERE who = ? ORDER BY sequence", [who])
        return [(row["action"], row["subject"], row["reason"]) for row in rows]


def test_a_substitute_reads_the_names_of_the_class_and_nothing_else(as_) -> None:
    shea = as_("shea")
    assert shea.get("/").headers["location"] == "/covered"
    page = shea.get("/covered").text
    assert "Ada Lovell" in page
    assert "Science 7, period 3, room 108" in page
    for word in ("Oscar", "missed", "IEP", "English learner", "/students/"):
        assert word not in read(page)
    assert shea.get("/this-week").status_code == 403


def test_a_coach_reads_the_week_of_what_was_opened_and_until_when(as_) -> None:
    page = as_("cruz").get("/this-week").text
    assert "you see only students opened for you until November 30" in page
    assert "Six students to check in with this week" in page
    assert "Ada Lovell" in page
    assert "not in the roster" not in page


def test_a_coach_for_whom_nothing_is_open_reads_who_opens_it(own_town: Database) -> None:
    everyone.move_in(own_town)
    everyone.change(own_town, "DELETE FROM coach_grant")
    page = sign_in(app_for(own_town), "cruz").get("/this-week").text
    assert "Nothing is open for you today." in page
    assert "not in the roster" not in page


def test_the_paper_that_a_principal_prints_signs_a_substitute_in_until_six(own_town: Database) -> None:
    app = app_for(own_town)
    ruiz = sign_in(app, "ruiz")
    teacher = address_of(ruiz, Kind.STAFF, maplewood.OKAFOR)
    paper = ruiz.post("/grants/day-codes", {"csrf": ruiz.csrf("/grants"), "teacher": teacher}).text
    username, code = re.findall(r"<code>([^<]+)</code>", paper)
    assert code not in ruiz.get("/grants").text

    substitute = sign_in(app, None)
    assert substitute.post("/sign-in", {"username": username, "password": code}).status_code == 303
    assert "Ada Lovell" in substitute.get("/covered").text
    evening = sign_in(app_for(own_town, clock=lambda: maplewood.NOW + 10.2 * 3600), None)
    evening.post("/sign-in", {"username": username, "password": code})
    page = evening.get("/covered")
    assert "No class is open to you now" in page.text
    assert "Lovell" not in page.text


def test_a_principal_reads_after_six_that_day_codes_are_made_in_the_morning(own_town: Database) -> None:
    noon, evening = (
        sign_in(app_for(own_town, clock=lambda: maplewood.NOW + hours * 3600), "ruiz").get("/grants").text  # noqa: B023
        for hours in (0, 10.2)
    )
    assert "Make a day code" in noon
    assert "It is past six" in evening
    assert "Make a day code" not in evening


def test_a_day_code_that_is_ended_shows_nothing_at_the_next_request(crowded: Database, as_) -> None:
    everyone.cover(crowded, everyone.person(crowded, "shea"), maplewood.OKAFOR)
    shea, ruiz = as_("shea"), as_("ruiz")
    assert "Ada Lovell" in shea.get("/covered").text
    code = re.search(r'action="(/grants/day-codes/[^"]+/end)"', ruiz.get("/grants").text)
    assert code
    assert ruiz.post(code[1], {"csrf": ruiz.csrf("/grants")}).status_code == 303
    assert "Lovell" not in shea.get("/covered").text
    everyone.cover(crowded, everyone.person(crowded, "shea"), maplewood.OKAFOR)


def test_a_principal_whom_the_roster_ties_to_no_school_reads_whom_to_ask(own_town: Database) -> None:
    everyone.change(own_town, "DELETE FROM staff_role")
    answer = sign_in(app_for(own_town), "ruiz").get("/grants")
    assert answer.status_code == 200
    assert "You reach no school." in read(answer.text)


def test_a_principal_opens_a_class_to_a_coach_and_takes_it_back(own_town: Database) -> None:
    everyone.move_in(own_town)
    everyone.change(own_town, "DELETE FROM coach_grant")
    app = app_for(own_town)
    ruiz, cruz = sign_in(app, "ruiz"), sign_in(app, "cruz")
    assert "No students are loaded for you today" in cruz.get("/caseload").text
    form = {
        "csrf": ruiz.csrf("/grants"),
        "coach": address_of(ruiz, Kind.ACCOUNT, everyone.person(own_town, "cruz").account_key),
        "section": address_of(ruiz, Kind.SECTION, maplewood.SCIENCE),
        "until": "2026-12-04",
        "reason": "science labs",
    }
    assert ruiz.post("/grants/classes", form).status_code == 303
    page = cruz.get(cruz.link_to("Lovell, Ada", on="/caseload")).text
    assert "because <bdi>Ada</bdi> is in Science 7, opened for you until Dec 4, 2026" in page

    elsewhere = form | {"section": address_of(ruiz, Kind.SECTION, maplewood.OAK_MATH)}
    assert ruiz.post("/grants/classes", elsewhere).status_code == 404
    assert "not a date" in ruiz.post("/grants/classes", form | {"until": "soon"}).text
    end = re.search(r'action="(/grants/[^"/]+/end)"', ruiz.get("/grants").text)
    assert end
    ruiz.post(end[1], {"csrf": ruiz.csrf("/grants")})
    assert "Lovell" not in cruz.get("/caseload").text


def test_the_superintendent_breaks_the_glass_and_the_page_says_how_it_came_to_be_open(own_town: Database) -> None:
    app = app_for(own_town)
    hall, kim = sign_in(app, "hall"), sign_in(app, "kim")
    ada = "/students/" + address_of(hall, Kind.STUDENT, KEY["ada"])
    assert hall.get(ada).status_code == 404
    token = hall.csrf("/break-glass")
    refused = hall.post("/break-glass/open", {"csrf": token, "student": "Ada Lovell", "reason": "hm"})
    assert refused.status_code == 400
    reason = "The family called about a lost transcript."
    opened = hall.post("/break-glass/open", {"csrf": token, "student": "Ada Lovell", "reason": reason})
    assert opened.headers["location"] == ada
    page = hall.get(ada).text
    assert "You can see this page because <bdi>Ada</bdi> was opened by you by breaking the glass, until" in page
    assert "Record a check-in" not in page
    assert reason in {line[2] for line in log_of(own_town, "hall") if line[0] == Action.BREAK_GLASS}

    week = kim.get("/broken-glass").text
    assert reason in week
    assert "Elm School" in week
    assert "Ada" not in read(week)


def test_who_may_see_ada_is_a_list_of_people_and_reasons(as_) -> None:
    ruiz = as_("ruiz")
    record = ruiz.get("/students/" + address_of(ruiz, Kind.STUDENT, KEY["ada"])).text
    link = re.search(r'href="(/who-may-see/[^"]+)"', record)
    assert link
    page = ruiz.get(link[1]).text
    told = re.findall(r'<th scope="row"><bdi>([^<]+)</bdi></th><td>([^<]+)</td><td>([^<]+)</td>', page)
    reasons = {name: reason for name, _, reason in told}
    assert reasons["Ms. Okafor"] == "is in your class Science 7"
    assert reasons["Ms. Wu"] == "is on your caseload"
    assert reasons["Mr. Ruiz"] == reasons["Mx. Abel"] == "is a student of the school you lead"
    assert reasons["Rosa Lovell"] == "is your child"
    assert "for whose teacher you stand in today" in reasons["Mr. Shea"]
    assert "Ms. Lind" not in reasons
    assert "Mr. Dunn" not in reasons


def test_the_auditor_finds_one_student_by_the_whole_name_and_reads_names_of_people_only(as_) -> None:
    otto = as_("otto")
    token = otto.csrf("/who-may-see")
    assert "Nobody was found" in otto.post("/who-may-see/find", {"csrf": token, "name": "Oscar"}).text
    found = otto.post("/who-may-see/find", {"csrf": token, "name": "Oscar Vance"}).text
    link = re.search(r'href="(/who-may-see/[^"]+)"', found)
    assert link
    page = otto.get(link[1]).text
    assert "Ms. Lind" in page
    assert "is in your class Math 7" in page
    assert otto.get("/students/" + link[1].rsplit("/", 1)[1]).status_code == 403


def test_looking_as_ms_wu_shows_what_both_may_see_in_a_red_bar_and_changes_nothing(crowded: Database, as_) -> None:
    ruiz = as_("ruiz")
    wu = address_of(ruiz, Kind.ACCOUNT, everyone.person(crowded, "wu").account_key)
    assert ruiz.post(f"/look-as/{wu}", {"csrf": ruiz.csrf("/look-as")}).status_code == 303
    page = ruiz.get("/this-week").text
    assert 'class="shoulder"' in page
    assert "You look as <bdi>Ms. Wu</bdi>" in page
    assert "Cleo" not in read(page)  # She is at the school, but not on Ms. Wu's caseload.
    assert ruiz.get("/school").status_code == 403
    ada = "/students/" + address_of(ruiz, Kind.STUDENT, KEY["ada"])
    seen = ruiz.get(ada).text
    assert "because <bdi>Ada</bdi> is on your caseload" in seen
    assert "IEP" not in read(seen)  # Ms. Wu may see it, Mr. Ruiz may not.
    assert "Record a check-in" not in seen
    refused = ruiz.post(f"{ada}/check-ins", {"csrf": ruiz.csrf("/this-week"), "kind": "talked"})
    assert refused.status_code == 403
    assert "nothing can be changed" in refused.text
    assert ("see a student", "", "looks over the shoulder of wu, for whom: is on your caseload") in log_of(
        crowded, "ruiz"
    )

    assert ruiz.post("/look-as/end", {"csrf": ruiz.csrf("/this-week")}).headers["location"] == "/"
    assert ruiz.get("/school").status_code == 200
    subjects = [line[1] for line in log_of(crowded, "ruiz") if line[0] == Action.VIEW_AS]
    assert subjects[-2:] == ["as wu: begins", "as wu: ends"]


def test_looking_as_somebody_ends_by_itself_after_half_an_hour(own_town: Database) -> None:
    now = [maplewood.NOW]
    ruiz = sign_in(app_for(own_town, clock=lambda: now[0]), "ruiz")
    okafor = address_of(ruiz, Kind.ACCOUNT, everyone.person(own_town, "okafor").account_key)
    ruiz.post(f"/look-as/{okafor}", {"csrf": ruiz.csrf("/look-as")})
    assert ruiz.get("/school").status_code == 403
    now[0] += 30 * 60
    assert ruiz.get("/school").status_code == 200


def test_a_mother_sees_her_own_child_once_the_district_lets_families_in(crowded: Database, as_) -> None:
    page = as_("rosa").get("/my-children").text
    assert "Ada Lovell, grade 7" in page.replace("<bdi>", "").replace("</bdi>", "")
    assert "Days missed this school year: 5 of 63" in page
    shut = sign_in(app_for(crowded), "rosa").get("/my-children").text
    assert "has not switched family pages on" in shut
    assert "Ada" not in read(shut)


def test_v7_5_3_the_glass_is_broken_only_by_somebody_who_said_lately_who_they_are(own_town: Database) -> None:
    elapsed = [0.0]
    hall = sign_in(app_for(own_town, elapsed=lambda: elapsed[0]), "hall")
    assert hall.get("/break-glass").status_code == 200
    elapsed[0] += 6 * 60
    assert hall.get("/break-glass").headers["location"].startswith("/prove")


def test_a_day_code_that_is_over_leaves_no_account_that_opens(own_town: Database) -> None:
    everyone.move_in(own_town)
    six = maplewood.NOW + 10 * 3600
    assert shut_ended_codes(own_town, six - 60) == 0
    assert shut_ended_codes(own_town, six) == 1
    shea = sign_in(app_for(own_town), None)
    assert shea.post("/sign-in", {"username": "shea", "password": maplewood.PASSWORD}).status_code == 401


@pytest.mark.parametrize(
    ("username", "says"),
    [
        ("gray", "your account is not tied to a person in the roster"),
        ("dunn", "Your work needs totals, files and accounts, not names."),
        ("ames", "breaking the glass"),
    ],
)
def test_somebody_whom_no_roster_names_reads_an_explanation_and_no_name(as_, username: str, says: str) -> None:
    page = as_(username).get("/what-i-can-see").text
    assert says in page
    assert "Oscar" not in read(page)
