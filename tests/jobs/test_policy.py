"""Ms. Lindqvist, superintendent, and Ms. Ortiz, data steward, decide what is too small to publish."""

import json
from datetime import date

import msgspec
import pytest

from appliance.actions import Action, Role
from appliance.aggregate.disclosure import policy_file
from appliance.aggregate.refusal import Refused
from appliance.errors import NotAllowed, Trouble
from appliance.jobs import policy as rules_of_releases
from appliance.jobs.accounts import make_account
from appliance.jobs.policy import InForce, as_file, check_year, in_force, listed, propose, sign
from appliance.settings import Settings
from appliance.storage.database import Database, Event


@pytest.fixture
def town(tmp_path):
    database = Database.create(tmp_path / "home")
    yield database
    database.close()


def file(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text)
    return path


def adopt(town, tmp_path, text):
    one = propose(town, file(tmp_path, text), reason="The board asked for it.", by="s.ortiz")
    return sign(town, one["policy_key"], by="g.lindqvist")


def test_before_anybody_signs_the_shipped_rules_hold_with_the_minimum_of_the_settings(town):
    found = in_force(town, Settings(minimum_cell=20))
    assert (found.policy.minimum_n, found.policy.k, found.signed) == (20, 3, None)
    assert "nobody of the district" in found.said()


def test_what_two_people_sign_is_in_force_and_lies_in_the_home_as_a_file(town, tmp_path):
    one = adopt(town, tmp_path, 'preset = "nces-2011-603"\n')
    assert (one["proposed_by"], one["signed_by"], one["reason"]) == (
        "s.ortiz", "g.lindqvist", "The board asked for it."
    )  # fmt: skip
    found = in_force(town, Settings())
    assert found.policy == policy_file.preset("nces-2011-603")
    lying = (town.home / "policy.toml").read_text()
    assert "signed by g.lindqvist" in lying
    assert found.policy.sha256 in lying
    assert policy_file.read(lying, "policy.toml") == found.policy


def test_every_rule_survives_the_way_through_the_file(town, tmp_path):
    text = """
        preset = "maryland"
        version = 1
        zeros = "hidden"
        merge = [{ dimension = "race", categories = ["AS7", "PI7"], into = "MAP" }]
        geographies = [{ code = "CHARTER", name = "Charter schools “north”", schools = ["S001", "S002"] }]
        must_publish = ["membership all", "chronic_absence all"]
    """
    adopt(town, tmp_path, text)
    found = in_force(town, Settings())
    assert found.policy == policy_file.read(text, "rules.toml")
    assert policy_file.read(as_file(found), "policy.toml") == found.policy


def test_nobody_signs_what_they_proposed_themselves_however_they_write_their_name(town, tmp_path):
    one = propose(town, file(tmp_path, "minimum_n = 20"), reason="Small schools.", by="S. Ortiz")
    for same in ("S. Ortiz", "s.  ortiz", "S. ORTIZ "):
        with pytest.raises(NotAllowed, match="another person"):
            sign(town, one["policy_key"], by=same)
    assert in_force(town, Settings()).policy.minimum_n == 10


def test_a_proposal_without_reason_or_name_or_with_unknown_rules_is_refused(town, tmp_path):
    good = file(tmp_path, "minimum_n = 20")
    with pytest.raises(Trouble, match="needs a reason"):
        propose(town, good, reason="  ", by="s.ortiz")
    with pytest.raises(NotAllowed, match="name of the person"):
        propose(town, good, reason="Why not.", by=" ")
    for text, said in (
        ("minimum_n = 4", "the floor is 5"),
        ("minimum = 10", "unknown field `minimum`"),
        ("minimum_n = 'ten'", r"\$.minimum_n"),
        ("minimum_n = ", "not TOML"),
        ("preset = 'kansas'", "no preset 'kansas'"),
        ("version = 2", "next version is 1"),
        ("must_publish = ['lunch all']", "no table 'lunch'"),
        ("public = ['shoe_size']", "shoe_size"),
        ("merge = [{dimension = 'race', categories = ['AS7', 'Klingon'], into = 'MAP'}]", "Klingon"),
        ("merge = [{dimension = 'race', categories = ['AS7', 'PI7'], into = 'MAP'},"
         " {dimension = 'race', categories = ['AS7', 'AM7'], into = 'OTHER'}]", "twice"),
        ("geographies = [{code = 'A B', name = 'x', schools = ['S1']}]", "not a code of a geography"),
        ("geographies = [{code = 'A', name = 'x', schools = []}]", "needs a list of schools"),
        ("coding = [{smallest = 10, bottom = 5, top = 95}, {smallest = 50, bottom = 2, top = 98}]", "overlap"),
        ("coding = [{smallest = 10, bottom = 95, top = 5}]", "bottom < top"),
        ("releases_a_year = 52", "1 to 12 releases"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said) as refused:
            propose(town, file(tmp_path, text), reason="Why not.", by="s.ortiz")
        assert "Traceback" not in str(refused.value)
    assert listed(town) == []


def test_a_missing_file_gets_a_sentence(town, tmp_path):
    with pytest.raises(Trouble, match=r"nowhere\.toml cannot be read"):
        propose(town, tmp_path / "nowhere.toml", reason="Why not.", by="s.ortiz")


def test_each_change_is_the_next_version_and_signed_ones_stay_as_they_were(town, tmp_path):
    adopt(town, tmp_path, "minimum_n = 20")
    with pytest.raises(Refused, match="in force already"):
        adopt(town, tmp_path, "minimum_n = 20")
    with pytest.raises(Refused, match="next version is 2"):
        adopt(town, tmp_path, "version = 3\nminimum_n = 10")
    adopt(town, tmp_path, "version = 2\nminimum_n = 10")
    assert [one["version"] for one in listed(town)] == [2, 1]
    with pytest.raises(Trouble, match="was signed by"):
        sign(town, listed(town)[0]["policy_key"], by="a.third")
    for statement in ("UPDATE disclosure_policy SET reason = 'another'", "DELETE FROM disclosure_policy"):
        event = Event("somebody", Action.SIGN_POLICY)
        with pytest.raises(Exception, match="stays as it was signed|kept for ever"), town.changing(event) as tables:
            tables.execute(statement)


def test_a_file_that_was_changed_behind_their_backs_stops_the_next_draft(town, tmp_path):
    adopt(town, tmp_path, "minimum_n = 20")
    lying = town.home / "policy.toml"
    lying.write_text(lying.read_text().replace("minimum_n = 20", "minimum_n = 5").replace("k = 3", "k = 2"))
    with pytest.raises(Trouble, match="not the policy that two people signed"):
        in_force(town, Settings())
    lying.unlink()
    assert in_force(town, Settings()).policy.minimum_n == 20


def test_a_policy_file_that_nobody_signed_stops_the_next_draft_too(town):
    (town.home / "policy.toml").write_text("minimum_n = 5\nk = 2\n")
    with pytest.raises(Trouble, match="not the policy that two people signed"):
        in_force(town, Settings())


def test_where_accounts_exist_only_those_with_the_right_propose_and_sign(town, tmp_path):
    for name, role in (("s.ortiz", Role.DATA_STEWARD), ("t.hale", Role.TEACHER), ("g.lindqvist", Role.SUPERINTENDENT)):
        make_account(town, username=name, password=None, role=role, staff_key=None, display_name=name, by="set-up")
    rules = file(tmp_path, "minimum_n = 20")
    with pytest.raises(NotAllowed, match=r"t\.hale may not propose"):
        propose(town, rules, reason="Why not.", by="t.hale")
    one = propose(town, rules, reason="Small schools.", by="s.ortiz")
    with pytest.raises(NotAllowed, match=r"t\.hale may not sign"):
        sign(town, one["policy_key"], by="t.hale")
    assert sign(town, one["policy_key"], by="g.lindqvist")["signed_by"] == "g.lindqvist"


def built(town, rules, snapshot="2026-10-01"):
    """A release of the year that left under some rules."""
    row = {"snapshot": snapshot, "school_year": "2026-2027", "version": 1, "status": "built",
           "minimum_n": rules.minimum_n, "drafted_by": "a", "drafted_at": "x", "seal": "c",
           "package_name": "p.zip", "package_sha256": "d",
           "report": json.dumps({"policy": rules.document()})}  # fmt: skip
    with town.changing(Event("built", Action.BUILD_RELEASE)) as tables:
        tables.table("release").insert(row)


def test_rules_changed_inside_a_school_year_without_two_people_are_refused(town):
    built(town, in_force(town, Settings()).policy)
    check_year(town, in_force(town, Settings()), "2026-2027")
    changed = in_force(town, Settings(minimum_cell=5))
    with pytest.raises(Refused, match="two people and a reason"):
        check_year(town, changed, "2026-2027")
    check_year(town, changed, "2027-2028")


def test_rules_changed_inside_a_school_year_by_two_people_with_a_reason_are_taken(town, tmp_path):
    built(town, in_force(town, Settings()).policy)
    adopt(town, tmp_path, "minimum_n = 20")
    check_year(town, in_force(town, Settings()), "2026-2027")


def test_an_older_program_s_release_under_the_shipped_rules_does_not_count_as_other_rules(town):
    """Before format 2 must_publish was a wish for every school's total; the shipped rules are the same otherwise."""
    shipped = in_force(town, Settings())
    older = msgspec.structs.replace(shipped.policy, format=1, must_publish=("membership all",))
    built(town, older)
    check_year(town, shipped, "2026-2027")
    with pytest.raises(Refused, match="two people and a reason"):
        check_year(town, in_force(town, Settings(minimum_cell=20)), "2026-2027")


def test_the_cadence_of_the_policy_is_kept(town):
    found = in_force(town, Settings())
    built(town, found.policy)
    with pytest.raises(Refused, match="28 days between"):
        check_year(town, found, "2026-2027", date(2026, 10, 15))
    check_year(town, found, "2026-2027", date(2026, 10, 1))
    for month in (11, 12):
        built(town, found.policy, f"2026-{month}-01")
    check_year(town, found, "2026-2027", date(2027, 2, 1))
    built(town, found.policy, "2027-02-01")
    with pytest.raises(Refused, match="allows no more"):
        check_year(town, found, "2026-2027", date(2027, 5, 1))


def test_a_signature_that_cannot_be_written_to_the_home_is_no_signature(town, tmp_path, monkeypatch):
    """Signed in the database and lying in the home: both, or neither."""
    one = propose(town, file(tmp_path, "minimum_n = 20"), reason="Small schools.", by="s.ortiz")
    monkeypatch.setattr(rules_of_releases.archive, "write", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        sign(town, one["policy_key"], by="g.lindqvist")
    assert in_force(town, Settings()) == InForce(in_force(town, Settings()).policy)
