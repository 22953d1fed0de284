"""Ms. Lindqvist, superintendent, and Ms. Ortiz, data steward, decide what is too small to publish."""

from datetime import date

import pytest

from appliance.actions import Action, Role
from appliance.aggregate.disclosure import Policy, policy_file
from appliance.aggregate.refusal import Refused
from appliance.errors import NotAllowed, Trouble
from appliance.jobs import policy as rules_of_releases
from appliance.jobs.accounts import make_account
from appliance.jobs.policy import (
    as_file,
    check_cadence,
    in_force,
    last_signed,
    listed,
    propose,
    propose_shipped,
    sign,
    smallest_group,
    waiting,
)
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


def test_before_two_people_have_signed_nothing_is_in_force_and_the_sentence_says_who_does_what(town):
    with pytest.raises(Trouble, match="Nobody has signed the rules") as refused:
        in_force(town)
    assert "Two people do it, each a data steward or a superintendent" in str(refused.value)
    assert "policy propose --reason WHY --as PERSON" in str(refused.value)
    propose_shipped(town, "schoolhouse", Settings(), reason="They fit us.", by="s.ortiz")
    with pytest.raises(Trouble, match=r"s\.ortiz proposed some on .*policy sign 1 --as PERSON"):
        in_force(town)
    assert (last_signed(town), [one["proposed_by"] for one in waiting(town)]) == (None, ["s.ortiz"])


def test_the_minimum_of_the_settings_proposes_and_changes_nothing_that_was_signed(town):
    """Whoever can write config.toml is one person, and may be neither of the two."""
    assert smallest_group(town, Settings(minimum_cell=20)) == 20
    one = propose_shipped(town, "schoolhouse", Settings(minimum_cell=5), reason="Our state's rule.", by="s.ortiz")
    sign(town, one["policy_key"], by="g.lindqvist")
    assert (in_force(town).policy.minimum_n, in_force(town).policy.k) == (5, 2)
    assert smallest_group(town, Settings(minimum_cell=20)) == 5


def test_shipped_rules_are_proposed_as_the_next_version_and_not_what_is_in_force(town):
    for preset in ("schoolhouse", "maryland"):
        one = propose_shipped(town, preset, Settings(), reason="The board asked for it.", by="s.ortiz")
        sign(town, one["policy_key"], by="g.lindqvist")
    found = in_force(town).policy
    assert (found.title, found.version, found.coding) == (
        policy_file.preset("maryland").title, 2, policy_file.preset("maryland").coding,
    )  # fmt: skip
    with pytest.raises(Refused, match="The shipped policy maryland says what is in force already"):
        propose_shipped(town, "maryland", Settings(), reason="Once more.", by="s.ortiz")
    with pytest.raises(Refused, match="no preset 'kansas'"):
        propose_shipped(town, "kansas", Settings(), reason="Why not.", by="s.ortiz")


def test_a_proposal_that_another_one_overtook_waits_no_longer(town, tmp_path):
    overtaken = propose(town, file(tmp_path, "minimum_n = 20"), reason="Small schools.", by="s.ortiz")
    assert [one["policy_key"] for one in waiting(town)] == [overtaken["policy_key"]]
    adopt(town, tmp_path, "minimum_n = 15")
    assert waiting(town) == []
    with pytest.raises(Trouble, match="is not the next after version 1"):
        sign(town, overtaken["policy_key"], by="g.lindqvist")


def test_what_two_people_sign_is_in_force_and_lies_in_the_home_as_a_file(town, tmp_path):
    one = adopt(town, tmp_path, 'preset = "nces-2011-603"\n')
    assert (one["proposed_by"], one["signed_by"], one["reason"]) == (
        "s.ortiz", "g.lindqvist", "The board asked for it."
    )  # fmt: skip
    found = in_force(town)
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
    found = in_force(town)
    assert found.policy == policy_file.read(text, "rules.toml")
    assert policy_file.read(as_file(found), "policy.toml") == found.policy


def test_nobody_signs_what_they_proposed_themselves_however_they_write_their_name(town, tmp_path):
    one = propose(town, file(tmp_path, "minimum_n = 20"), reason="Small schools.", by="S. Ortiz")
    for same in ("S. Ortiz", "s.  ortiz", "S. ORTIZ "):
        with pytest.raises(NotAllowed, match="another person"):
            sign(town, one["policy_key"], by=same)
    assert last_signed(town) is None


def test_a_proposal_without_reason_or_name_or_with_unknown_rules_is_refused(town, tmp_path):
    good = file(tmp_path, "minimum_n = 20")
    with pytest.raises(Trouble, match="takes a reason"):
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
        in_force(town)
    lying.unlink()
    assert in_force(town).policy.minimum_n == 20


def test_a_policy_file_that_nobody_signed_is_no_policy(town):
    (town.home / "policy.toml").write_text("minimum_n = 5\nk = 2\n")
    with pytest.raises(Trouble, match="Nobody has signed"):
        in_force(town)


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


def test_the_cadence_of_the_policy_is_kept():
    rules, october = Policy(), date(2026, 10, 1)
    with pytest.raises(Refused, match="28 days between"):
        check_cadence(rules, date(2026, 10, 15), [october])
    check_cadence(rules, october, [october])
    left = [october, date(2026, 11, 1), date(2026, 12, 1)]
    check_cadence(rules, date(2027, 2, 1), left)
    with pytest.raises(Refused, match="allows no more"):
        check_cadence(rules, date(2027, 5, 1), [*left, date(2027, 2, 1)])


def test_a_signature_that_cannot_be_written_to_the_home_is_no_signature(town, tmp_path, monkeypatch):
    """Signed in the database and lying in the home: both, or neither."""
    one = propose(town, file(tmp_path, "minimum_n = 20"), reason="Small schools.", by="s.ortiz")
    monkeypatch.setattr(rules_of_releases.archive, "write", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        sign(town, one["policy_key"], by="g.lindqvist")
    assert last_signed(town) is None
