"""A staff number that comes back with another name: rights hang on it, so nobody inherits them by a number alone."""

import pytest
from click.testing import CliRunner

from appliance.cli import cli
from appliance.errors import Trouble
from appliance.jobs import staff_numbers, who_is_who
from appliance.jobs.import_files import undo_batch
from appliance.jobs.quarantine import what_waits
from appliance.jobs.roster_lookup import find_staff
from appliance.settings import Settings
from appliance.student_level.records.quarantine import STEWARD
from tests.elm_and_oak import ROSTER, csv_text, problems

OKAFOR, RUIZ = 1, 2
NGOZI = "u-okafor,Ngozi,Okafor,,901,teacher,e"
LUIS = "u-ruiz,Luis,Ruiz,,902,principal,e"
WHY = {"reason": "I asked the personnel office", "by": "kim"}


def users(old: str, new: str) -> str:
    text = csv_text(ROSTER["users"])
    assert old in text
    return text.replace(old, new)


def staff(place):
    return place.ask("SELECT staff_key, given_name, family_name, is_active FROM staff ORDER BY 1")


def rights(place):
    """Posts, and classes taught, by member of staff."""
    posts = place.ask("SELECT staff_key, role FROM staff_role ORDER BY 1")
    return posts, place.ask("SELECT staff_key, title FROM teaching JOIN section USING (section_key) ORDER BY 1")


def test_zed_who_gets_ngozi_s_number_gets_neither_her_record_nor_her_class(two_schools):
    two_schools.load(two_schools.package())
    report = two_schools.load(two_schools.package(users=users(NGOZI, "u-okafor,Zed,Stone,,901,principal,e")))
    assert ("users.csv", 5, "sourcedId", "another_person") in problems(report)
    assert staff(two_schools) == [(OKAFOR, "Ngozi", "Okafor", 0), (RUIZ, "Luis", "Ruiz", 1)]
    assert rights(two_schools) == ([(RUIZ, "principal")], [])
    with pytest.raises(Trouble):
        find_staff(two_schools.database, "901")


def test_the_sentence_says_what_to_do_and_names_nobody(two_schools):
    two_schools.load(two_schools.package())
    report = two_schools.load(two_schools.package(users=users(NGOZI, "u-okafor,Zed,Stone,,901,teacher,e")))
    (sentence,) = [one.sentence for one in report.problems if one.code == "another_person"]
    assert "schoolhouse who renamed" in sentence
    assert "schoolhouse who newcomer" in sentence
    (cause,) = [one for one in what_waits(two_schools.database)[0] if one.code == "another_person"]
    assert (cause.who, cause.sentence, cause.records) == (STEWARD, sentence, 1)
    assert not any(word in sentence for word in ("Zed", "Stone", "Ngozi", "Okafor", "901"))


@pytest.mark.parametrize("name", ["Ngozi,Stone", "Nora,Okafor", "Ngozi,Okafor-Stone", "NGOZI,OKAFOR", "Okafor,Ngozi"])
def test_one_new_name_or_another_spelling_passes(two_schools, name):
    two_schools.load(two_schools.package())
    report = two_schools.load(two_schools.package(users=users("Ngozi,Okafor", name)))
    assert problems(report) == []
    assert staff(two_schools)[0] == (OKAFOR, *name.split(","), 1)
    assert rights(two_schools) == ([(OKAFOR, "teacher"), (RUIZ, "principal")], [(OKAFOR, "Algebra 1")])


@pytest.mark.parametrize("row", ["u-new,Zed,Stone,,901,teacher,e", "u-okafor,Zed,Stone,,977,teacher,e"])
def test_one_of_two_ids_is_enough_to_ask(two_schools, row):
    two_schools.load(two_schools.package())
    report = two_schools.load(two_schools.package(users=users(NGOZI, row)))
    assert "another_person" in [code for *_, code in problems(report)]
    assert OKAFOR not in dict(rights(two_schools)[0])
    assert [name for _, name, *_ in staff(two_schools)] == ["Ngozi", "Luis"]


def test_a_number_mistyped_for_zed_leaves_it_with_ngozi_who_is_in_the_file(two_schools):
    two_schools.load(two_schools.package())
    for row in (f"u-zed,Zed,Stone,,901,teacher,e\n{NGOZI}", f"{NGOZI}\nu-zed,Zed,Stone,,901,teacher,e"):
        report = two_schools.load(two_schools.package(users=users(NGOZI, row)))
        assert "another_person" in [code for *_, code in problems(report)]
        assert find_staff(two_schools.database, "901") == (OKAFOR, "Ngozi Okafor")
        assert rights(two_schools)[1] == [(OKAFOR, "Algebra 1")]


def test_ngozi_whom_the_state_knows_keeps_her_post_and_not_the_class_of_her_old_number(two_schools):
    header, *people = csv_text(ROSTER["users"]).splitlines()
    states = [f"{header},stateId", *(f"{one},{'S9' if one == NGOZI else ''}" for one in people)]
    with_state_ids = "\n".join(states) + "\n"
    two_schools.load(two_schools.package(users=with_state_ids))
    moved = with_state_ids.replace(NGOZI, "u-okafor,Zed,Stone,,901,teacher,e,\nu-new,Ngozi,Okafor,,950,teacher,e")
    report = two_schools.load(two_schools.package(users=moved))
    assert [code for *_, code in problems(report)] == ["another_person", "unknown_reference"]
    assert find_staff(two_schools.database, "950") == (OKAFOR, "Ngozi Okafor")
    assert rights(two_schools) == ([(OKAFOR, "teacher"), (RUIZ, "principal")], [])


def test_the_row_is_refused_night_after_night_and_enrollments_alone_teach_nobody(two_schools):
    two_schools.load(two_schools.package())
    changed = users(NGOZI, "u-okafor,Zed,Stone,,901,teacher,e")
    for night in ("monday.zip", "tuesday.zip"):
        report = two_schools.load(two_schools.package(night, users=changed))
        assert [code for *_, code in problems(report)] == ["another_person", "unknown_reference"]
        assert two_schools.one("SELECT count(*) FROM former_identity") == 2
    seats = {member: None for member in ROSTER if member != "enrollments"}
    two_schools.load(two_schools.package("seats.zip", **seats))
    assert rights(two_schools)[1] == []


def test_a_newcomer_begins_as_somebody_new_even_with_the_last_number_of_all(two_schools):
    two_schools.load(two_schools.package())
    changed = two_schools.package(users=users(LUIS, "u-ruiz,Zed,Stone,,902,principal,o"))
    two_schools.load(changed)
    done = staff_numbers.newcomer(two_schools.database, "902", **WHY)
    assert done.rows == 1
    assert problems(two_schools.load(changed)) == []
    assert staff(two_schools) == [(1, "Ngozi", "Okafor", 1), (RUIZ, "Luis", "Ruiz", 0), (3, "Zed", "Stone", 1)]
    assert rights(two_schools)[0] == [(OKAFOR, "teacher"), (3, "principal")]
    assert find_staff(two_schools.database, "902") == (3, "Zed Stone")


def test_ngozi_who_married_and_changed_both_names_has_everything_back(two_schools):
    two_schools.load(two_schools.package())
    changed = two_schools.package(users=users(NGOZI, "u-okafor,Grace,Stone,,901,teacher,e"))
    two_schools.load(changed)
    done = staff_numbers.renamed(two_schools.database, "901", "Grace", "Stone", **WHY)
    assert done.rows == 2
    assert rights(two_schools) == ([(OKAFOR, "teacher"), (RUIZ, "principal")], [(OKAFOR, "Algebra 1")])
    assert problems(two_schools.load(changed)) == []
    assert staff(two_schools)[0] == (OKAFOR, "Grace", "Stone", 1)


def test_a_decision_and_the_import_before_it_are_taken_back_exactly(two_schools):
    two_schools.load(two_schools.package())
    first = two_schools.all_that_is_stored()["identity"], staff(two_schools), rights(two_schools)
    report = two_schools.load(two_schools.package(users=users(NGOZI, "u-okafor,Zed,Stone,,901,teacher,e")))
    asked = two_schools.all_that_is_stored()["identity"], staff(two_schools), rights(two_schools)
    done = staff_numbers.newcomer(two_schools.database, "901", **WHY)
    who_is_who.undo(two_schools.database, done.batch, reason="wrong", by="kim", settings=Settings())
    assert (two_schools.all_that_is_stored()["identity"], staff(two_schools), rights(two_schools)) == asked
    undo_batch(two_schools.database, report.batch, reason="wrong")
    assert (two_schools.all_that_is_stored()["identity"], staff(two_schools), rights(two_schools)) == first


def test_a_number_about_which_nobody_asks_is_not_given_away(two_schools):
    two_schools.load(two_schools.package())
    with pytest.raises(Trouble, match="waits for a decision"):
        staff_numbers.newcomer(two_schools.database, "901", **WHY)
    with pytest.raises(Trouble, match="reason"):
        staff_numbers.newcomer(two_schools.database, "901", reason=" ", by="kim")


def test_a_file_of_changes_ends_who_had_the_number_and_gives_it_to_nobody(two_schools):
    two_schools.load(two_schools.package())
    row = "sourcedId,status,dateLastModified,givenName,familyName,identifier,role,orgSourcedIds\n"
    row += "u-okafor,active,2026-11-01T00:00:00Z,Zed,Stone,901,principal,e\n"
    manifest = "propertyName,value\noneroster.version,1.1\nfile.users,delta\n"
    nothing_else = dict.fromkeys(ROSTER)
    report = two_schools.load(two_schools.package("delta.zip", **nothing_else | {"users": row, "manifest": manifest}))
    assert problems(report) == [("users.csv", 2, "sourcedId", "another_person")]
    assert staff(two_schools) == [(OKAFOR, "Ngozi", "Okafor", 0), (RUIZ, "Luis", "Ruiz", 1)]
    assert rights(two_schools) == ([(RUIZ, "principal")], [])


def test_a_person_says_it_on_the_command_line(two_schools):
    two_schools.load(two_schools.package())
    two_schools.load(two_schools.package(users=users(NGOZI, "u-okafor,Grace,Stone,,901,teacher,e")))
    home = two_schools.database.home
    two_schools.database.close()
    words = ["--home", str(home), "who", "renamed", "901", "--reason", "married"]
    done = CliRunner().invoke(cli, words, input="Grace\nStone\n")
    assert "2 rows that waited are loaded" in " ".join(done.output.split())
