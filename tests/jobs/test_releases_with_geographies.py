"""Charter totals in a release, from the policy's file to the state's desk; and no name on the whole way."""

import csv
import importlib
import json
import traceback
import zipfile
from datetime import date, timedelta

import pytest

from appliance import counts
from appliance.aggregate.crossings import category_set
from appliance.aggregate.disclosure import publish
from appliance.aggregate.refusal import Refused
from appliance.jobs.import_files import import_files
from appliance.jobs.make_release import draft
from appliance.jobs.policy import propose, sign
from appliance.jobs.release_deeds import approve
from appliance.jobs.release_outbox import build_package
from appliance.jobs.release_record import listed
from appliance.sample import write_district
from appliance.state_office import attack, verify
from appliance.storage.connection import Gate
from appliance.storage.database import Database

SNAPSHOT = date(2026, 10, 1)
PEOPLE = Gate(
    views={
        "everybody": """SELECT given_name, family_name FROM {vault}.student
            UNION SELECT source_id, '' FROM {vault}.identity WHERE entity = 'student'"""
    }
)


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charter")
    files = write_district(folder / "files", students=500, today=date(2026, 11, 20)).files
    database = Database.create(folder / "home")
    import_files(database, files, despite_hold="first load")
    yield database
    database.close()


def schools_of(database):
    with database.reading(Gate(open_tables=frozenset({"organization"}))) as reading:
        found = reading.query("SELECT state_id FROM organization WHERE kind = 'school' ORDER BY state_id")
    return [one["state_id"] for one in found]


def names_of(database):
    """Every full name, family name of six letters or more that no school has too, and id of a student."""
    with database.reading(PEOPLE) as reading:
        rows = reading.query("SELECT given_name, family_name FROM everybody")
    with database.reading(Gate(open_tables=frozenset({"organization"}))) as reading:
        schools = " ".join(one["name"] for one in reading.query("SELECT name FROM organization"))
    full = {f"{one['given_name']} {one['family_name']}" for one in rows if one["family_name"]}
    ids = {one["given_name"] for one in rows if not one["family_name"] and len(one["given_name"]) >= 5}
    return (
        full
        | ids
        | {one["family_name"] for one in rows if len(one["family_name"]) >= 6 and one["family_name"] not in schools}
    )


def adopt(database, folder, geographies):
    file = folder / "rules.toml"
    file.write_text("preset = 'maryland'\n" + geographies)
    one = propose(database, file, reason="The state asks for charter totals.", by="s.ortiz")
    sign(database, one["policy_key"], by="g.lindqvist")


@pytest.fixture(scope="module")
def package(district, tmp_path_factory):
    folder = tmp_path_factory.mktemp("outbox")
    members = json.dumps(schools_of(district)[:2])
    adopt(district, folder, f"geographies = [{{code = 'CHARTER', name = 'Charter schools', schools = {members}}}]\n")
    made = draft(district, SNAPSHOT, by="s.ortiz")
    approve(district, made["release_key"], by="g.lindqvist")
    return build_package(district, made["release_key"], folder, by="s.ortiz")


def contents(package):
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_state_accepts_charter_totals_and_attacks_them_with_the_schools(package):
    verdict = verify(package)
    assert verdict.accepted, verdict.as_text()
    assert attack(package).silent
    files = contents(package)
    assert ",CHARTER,TOT," in files["membership.csv"]
    assert ",CHARTER,Charter schools," in files["directory.csv"]
    described = json.loads(files["datapackage.json"])["schoolhouse"]["policy"]
    assert described["geographies"][0]["code"] == "CHARTER"
    assert described["title"] == "Maryland: ends at 5 and 95 percent"
    assert len(described["sha256"]) == 64


def test_no_students_name_or_id_is_in_the_package(package, district):
    names = names_of(district)
    assert len(names) > 500
    directory = contents(package)["directory.csv"]
    text = "\n".join(content for name, content in contents(package).items() if name != "directory.csv")
    assert directory
    assert [name for name in names if name in text] == []


@pytest.mark.parametrize("where", ["read", "choose"])
def test_no_students_name_or_id_is_in_a_traceback_with_every_local_variable(district, monkeypatch, where, capfd):
    """The worst log there could be: `protect` breaks, and each frame's variables are printed."""
    protecting = importlib.import_module("appliance.aggregate.disclosure.protect")
    monkeypatch.setattr(protecting, where, lambda *_, **__: 1 // 0)
    with pytest.raises(ZeroDivisionError) as broke:
        draft(district, SNAPSHOT + timedelta(days=40), by="s.ortiz")
    told = "".join(traceback.TracebackException.from_exception(broke.value, capture_locals=True).format())
    assert "tabulations" in told
    said = capfd.readouterr()
    assert [name for name in names_of(district) if name in told + said.out + said.err] == []


LONE = Gate(
    views={
        "lone": """SELECT e.school_key, s.race, min(given_name) given_name, min(family_name) family_name
            FROM {vault}.student s JOIN {vault}.school_enrollment e USING (student_key)
            GROUP BY e.school_key, s.race HAVING count(DISTINCT student_key) = 1"""
    }
)
"""Whoever is the only member of a racial group at a school."""
SHELF = Gate(open_tables=frozenset({"count_cell", "count_table", "release"}))


def test_the_only_member_of_a_group_is_neither_counted_out_nor_named(package, district, monkeypatch, capfd):
    """No table shows the one, every range leaves at least nobody and ten, and nothing anywhere says the name."""
    with district.reading(SHELF) as reading:
        counting = reading.one("SELECT max(memory_key) AS newest FROM release")["newest"]
        told = counts.take(reading, "membership", SNAPSHOT.isoformat(), counting=counting)
    alone = {(c.school_id, category_set(c.dimension), c.category) for c in told.cells if c.out_of == 1}
    assert len(alone) >= 3
    with district.reading(LONE) as reading:
        names = {f"{one['given_name']} {one['family_name']}" for one in reading.query("SELECT * FROM lone")}
    assert names
    rows = {
        (row["school_id"], row["category_set"], "*".join(filter(None, (row["grade"], row["race"], row["sex"])))): row
        for row in csv.DictReader(contents(package)["membership.csv"].splitlines())
    }
    for who in alone:
        assert (rows[who]["n"], rows[who]["suppression"]) == ("", "hidden")
        assert int(rows[who]["n_lower"]) <= 1 < 10 <= int(rows[who]["n_upper"] or 10)
    protecting = importlib.import_module("appliance.aggregate.disclosure.protect")
    monkeypatch.setattr(protecting, "choose", lambda *_, **__: 1 // 0)
    with pytest.raises(ZeroDivisionError) as broke:
        draft(district, SNAPSHOT + timedelta(days=40), by="s.ortiz")
    said = capfd.readouterr()
    places = (
        "".join(traceback.format_exception(broke.value)) + said.out + said.err + "".join(contents(package).values())
    )
    assert [name for name in names if name in places] == []


def test_a_refusal_says_no_number_of_students_and_no_name(district, monkeypatch):
    real = publish._row

    def leaky(population, place, hidden):
        return real(population, place, set())

    monkeypatch.setattr(publish, "_row", leaky)
    with pytest.raises(Refused) as refused:
        draft(district, SNAPSHOT + timedelta(days=40), by="s.ortiz")
    assert [name for name in names_of(district) if name in str(refused.value)] == []


def test_a_geography_of_a_school_that_is_not_loaded_is_refused(tmp_path):
    files = write_district(tmp_path / "files", students=60, today=date(2026, 11, 20)).files
    database = Database.create(tmp_path / "home")
    try:
        import_files(database, files, despite_hold="first load")
        adopt(database, tmp_path, "geographies = [{code = 'COOP', name = 'Cooperative', schools = ['9999']}]\n")
        with pytest.raises(Refused, match="COOP names the school 9999, which is not loaded"):
            draft(database, SNAPSHOT, by="s.ortiz")
        assert listed(database) == []
    finally:
        database.close()
