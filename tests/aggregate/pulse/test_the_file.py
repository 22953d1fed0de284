"""The file of a pulse: whole, signed, and worked out from the draw alone; or refused."""

import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weeks import a_question, entries_of

from appliance.aggregate.pulse import Measured, PulseFacts, estimate, open_pulse, package_bytes
from appliance.aggregate.pulse.facts import NAMESPACE
from appliance.aggregate.pulse.package import pulse_csv
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import Signer, archive
from appliance.aggregate.tabulation import DISTRICT
from appliance.errors import BadFile
from appliance.state_office import verify

QUESTION = a_question()
ENTRY = entries_of([QUESTION])[0]
MEASURED = Measured(QUESTION, {DISTRICT: (55, 840), "S1": (22, 371), "S2": (-3, 480)})
FACTS = PulseFacts(
    entry=ENTRY,
    spent=Fraction(1, 72),
    cap=Fraction(1, 2),
    epsilon_week=0.7407,
    epsilon_year=5.2215,
    drawn="2026-11-23",
    district_name="Maplewood",
    schools={"S1": "Elm School", "S2": "Oak School"},
    software="schoolhouse 0.1.0",
)
SIGNER = Signer.from_private_bytes(bytes(range(32)))
DATA = package_bytes(MEASURED, FACTS, SIGNER)


def signed_again(files):
    """What somebody with the key could write."""
    import hashlib
    import json

    document = json.loads(files["pulse.json"])
    document["files"] = {
        name: {"bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in document["files"]
    }
    files["pulse.json"] = json.dumps(document).encode()
    files["pulse.json.sig"] = SIGNER.sign(files["pulse.json"], NAMESPACE).encode()
    return archive.pack(files)


def test_the_same_draw_gives_the_same_bytes_and_they_pass_the_check():
    assert package_bytes(MEASURED, FACTS, SIGNER) == DATA
    found = open_pulse(DATA)
    assert (found.question, found.measured, found.estimates) == (QUESTION, MEASURED, estimate(MEASURED))
    assert (found.entry_number, found.entry_sha256) == (1, ENTRY.sha256)
    assert found.key == SIGNER.public


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_no_byte_of_it_can_change_unnoticed(where, change):
    altered = bytearray(DATA)
    altered[where] ^= change
    with pytest.raises(BadFile):
        open_pulse(bytes(altered))


@given(st.binary(max_size=200))
def test_anything_else_is_refused_with_a_sentence(data):
    with pytest.raises(BadFile):
        open_pulse(data)


def test_a_table_that_does_not_follow_from_the_draw_is_noticed_even_when_it_is_signed():
    files = archive.unpack(DATA)
    rows = list(estimate(MEASURED))
    rows[1] = replace(rows[1], missed=rows[1].missed + 1)
    files["pulse.csv"] = pulse_csv(QUESTION, tuple(rows))
    with pytest.raises(BadFile, match="does not follow"):
        open_pulse(signed_again(files))


@pytest.mark.parametrize("name", ["pulse.csv", "report.txt", "measurements.csv", "signer.pub"])
def test_a_file_that_was_not_signed_with_the_rest_is_noticed(name):
    files = archive.unpack(DATA)
    files[name] += b"x\n"
    with pytest.raises(BadFile, match="altered"):
        open_pulse(archive.pack(files))


def test_a_further_file_is_refused():
    with pytest.raises(BadFile, match="not a pulse"):
        open_pulse(archive.pack({**archive.unpack(DATA), "students.csv": b""}))


def test_a_signature_for_releases_is_no_signature_for_pulses():
    files = archive.unpack(DATA)
    files["pulse.json.sig"] = SIGNER.sign(files["pulse.json"]).encode()
    with pytest.raises(BadFile, match="another purpose"):
        open_pulse(archive.pack(files))


def test_the_state_does_not_take_a_pulse_for_a_release_nor_a_pulse_desk_a_release(package, tmp_path):
    pulse = tmp_path / "pulse.zip"
    pulse.write_bytes(DATA)
    assert not verify(pulse, None).accepted
    with pytest.raises(BadFile, match="not a pulse"):
        open_pulse(package.read_bytes())


def test_openssh_checks_the_signature_with_no_program_of_ours(tmp_path):
    if not shutil.which("ssh-keygen"):
        pytest.skip("this machine has no OpenSSH")
    files = archive.unpack(DATA)
    key = files["signer.pub"].decode().strip()
    (tmp_path / "allowed").write_text(f'lea-D1 namespaces="{NAMESPACE}" {key}\n')
    (tmp_path / "sig").write_bytes(files["pulse.json.sig"])
    words = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "lea-D1", "-n", NAMESPACE, "-s", "sig"]
    done = subprocess.run(words, input=files["pulse.json"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_the_report_says_in_plain_words_what_was_spent_and_what_is_not_covered():
    report = archive.unpack(DATA)["report.txt"].decode()
    for said in (
        "Elm School: about",
        "This week costs 1/72",
        "cost 1/72 with it, and may cost 1/2",
        "epsilon 0.74 for this week",
        "at most 17 students, 19 times in 20",
        "WHAT THIS DOES NOT COVER",
        ENTRY.sha256,
    ):
        assert said in report
    assert max(map(len, report.splitlines())) <= 120


def test_numbers_of_another_question_are_not_written_under_this_entry():
    other = a_question(rho=Fraction(1, 70))
    with pytest.raises(Refused, match="another question"):
        package_bytes(Measured(other, dict(MEASURED.counts)), FACTS, SIGNER)


@pytest.mark.parametrize("name", ["=1+1", "Elm\nSchool", "@x"])
def test_a_school_name_that_a_spreadsheet_would_run_is_refused(name):
    with pytest.raises(Refused, match="spreadsheet"):
        replace(FACTS, schools={"S1": name})


def test_a_draw_without_one_of_the_schools_is_not_an_answer():
    with pytest.raises(Refused, match="each school"):
        Measured(QUESTION, {DISTRICT: (55, 840), "S1": (22, 371)})
