"""The state verifies: a good package passes, and every way of breaking one is named in a sentence."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from districts import district
from hypothesis import given, settings
from hypothesis import strategies as st
from maplewood_release import files_of

from appliance.aggregate.release import Signer, archive
from appliance.aggregate.release.package import sums
from appliance.state_office import verify

THEN = datetime(2026, 11, 3, tzinfo=UTC)


def failed(verdict):
    return {check.name: check.sentence for check in verdict.checks if not check.passed}


def registry(path, signer, options='namespaces="schoolhouse-summary"', who="lea-0612345"):
    path.write_text(f"# the state's districts\n{who} {options} {signer.public.line('x')}\n")
    return path


def forged(package, folder, signer, change):
    """The package as a dishonest or broken district would make it: changed, hashed and signed again."""
    import hashlib

    files = files_of(package)
    change(files)
    described = json.loads(files["datapackage.json"])
    for resource in described["resources"]:
        content = files[resource["path"]]
        resource["bytes"], resource["hash"] = len(content), f"sha256:{hashlib.sha256(content).hexdigest()}"
    files["datapackage.json"] = (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()
    return signed(files, folder, signer)


def signed(files, folder, signer):
    files["datapackage.json.sig"] = signer.sign(files["datapackage.json"]).encode()
    files["SHA256SUMS"] = sums(files)
    path = folder / "forged.zip"
    path.write_bytes(archive.pack(files))
    return path


def test_a_good_package_is_accepted_and_its_key_is_called_unknown(package):
    verdict = verify(package)
    assert verdict.accepted, verdict.as_text()
    assert not verdict.trusted
    assert "NOT YET KNOWN" in verdict.as_text()
    assert verdict.fingerprint in verdict.as_text()


def test_a_registered_key_is_trusted(package, signer, tmp_path):
    verdict = verify(package, registry(tmp_path / "signers", signer), at=THEN)
    assert verdict.accepted
    assert verdict.trusted


def test_the_verdict_says_the_privacy_sentences(package):
    told = {check.name: check.sentence for check in verify(package).checks}
    assert told["small groups"].endswith("shown groups has 1 to 9 students.")
    assert told["outcomes"].endswith("shown outcomes shows nobody, everybody, or fewer than 3 students.")
    assert "none fell" in told["attack"]


def test_the_verdict_as_json_keeps_its_shape(package):
    told = verify(package).as_json()
    assert (told["version"], told["state"], told["accepted"], told["trusted"]) == (2, "accepted", True, False)
    assert told["package"]["lea_id"] == "0612345"
    assert told["published"] > told["hidden"] > 0
    assert all(set(check) == {"name", "passed", "sentence"} for check in told["checks"])
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    ("options", "who", "reason"),
    [
        ('namespaces="file"', "lea-0612345", "not for schoolhouse-summary"),
        ('namespaces="schoolhouse-summary"', "lea-7777777", "not for lea-0612345"),
        ('namespaces="schoolhouse-summary",valid-before="20261101"', "lea-0612345", "expired"),
        ('valid-after="20261201Z"', "lea-0612345", "not valid yet"),
    ],
)
def test_a_key_registered_for_something_else_is_refused(package, signer, tmp_path, options, who, reason):
    verdict = verify(package, registry(tmp_path / "signers", signer, options, who), at=THEN)
    assert not verdict.accepted
    assert reason in failed(verdict)["signature"]


def test_a_key_within_its_time_is_accepted(package, signer, tmp_path):
    options = 'namespaces="other,schoolhouse-*",valid-after="20260101",valid-before="202801010000Z"'
    assert verify(package, registry(tmp_path / "signers", signer, options, "lea-06*"), at=THEN).trusted


def test_an_unknown_key_is_refused_when_there_is_a_registry(package, tmp_path):
    verdict = verify(package, registry(tmp_path / "signers", Signer.generate()), at=THEN)
    assert "is not in the signers file" in failed(verdict)["signature"]


def test_a_registry_that_cannot_be_read_is_a_failed_check(package, tmp_path):
    (tmp_path / "signers").write_text("lea-0612345 what is this\n")
    assert "signers, line 1" in failed(verify(package, tmp_path / "signers"))["signature"]
    assert "cannot be read" in failed(verify(package, tmp_path / "nowhere"))["signature"]


@given(place=st.floats(0, 1), flip=st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_one_changed_byte_anywhere_is_noticed(package, tmp_path_factory, place, flip):
    data = bytearray(package.read_bytes())
    data[min(int(place * len(data)), len(data) - 1)] ^= flip
    path = tmp_path_factory.mktemp("inbox") / "changed.zip"
    path.write_bytes(bytes(data))
    verdict = verify(path)
    assert not verdict.accepted
    assert all(sentence.endswith(".") for sentence in failed(verdict).values())


@pytest.mark.parametrize(
    "name", ["datapackage.json", "datapackage.json.sig", "SHA256SUMS", "report.txt", "membership.csv"]
)
def test_a_byte_changed_inside_any_file_is_noticed_even_when_zipped_again(package, tmp_path, name):
    files = files_of(package)
    for place in (0, len(files[name]) // 2, len(files[name]) - 1):
        altered = dict(files)
        altered[name] = files[name][:place] + bytes([files[name][place] ^ 1]) + files[name][place + 1 :]
        path = tmp_path / "changed.zip"
        path.write_bytes(archive.pack(altered))
        assert failed(verify(path)), (name, place)


def test_an_extra_file_is_refused(package, tmp_path, signer):
    path = signed(files_of(package) | {"students.csv": b"name\n"}, tmp_path, signer)
    assert "students.csv, which datapackage.json does not list" in failed(verify(path))["contents"]


def test_a_missing_table_is_refused(package, tmp_path, signer):
    files = files_of(package)
    del files["membership.csv"]
    assert (
        "membership.csv, which the package does not hold" in failed(verify(signed(files, tmp_path, signer)))["contents"]
    )


@pytest.mark.parametrize("name", ["../x.csv", "a/b.csv", "C:\\x.csv", ".hidden", "inner.zip", "x\ny.csv"])
def test_paths_and_nested_archives_are_refused(package, tmp_path, name):
    path = tmp_path / "odd.zip"
    path.write_bytes(archive.pack(files_of(package) | {name: b"x"}))
    assert "Refuse it" in failed(verify(path))["archive"]


def test_two_files_of_one_name_are_refused(package, tmp_path):
    path = tmp_path / "twice.zip"
    buffer = io.BytesIO(package.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as twice:
        twice.writestr("membership.csv", "x")
    path.write_bytes(buffer.getvalue())
    assert "two files of one name" in failed(verify(path))["archive"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("membership.csv", bytes(65 * 1024 * 1024))
    assert "larger than 64 MB" in failed(verify(path))["archive"]


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(40)])
def test_what_is_no_archive_gets_one_sentence(tmp_path, content):
    path = tmp_path / "thing.zip"
    path.write_bytes(content)
    verdict = verify(path)
    assert list(failed(verdict)) == ["archive"]
    assert not verify(tmp_path / "nothing.zip").accepted


def line_of(files, name, wanted):
    """The first line of a table that fits, split into columns, with its number and the lines."""
    lines = files[name].decode().splitlines()
    header = lines[0].split(",")
    for number, line in enumerate(lines[1:], start=1):
        row = dict(zip(header, line.split(","), strict=True))
        if wanted(row):
            return number, row, lines
    raise AssertionError("no such line")


def rewrite(name, wanted, **changes):
    def change(files):
        number, row, lines = line_of(files, name, wanted)
        lines[number] = ",".join((row | changes).values())
        files[name] = ("\n".join(lines) + "\n").encode()

    return change


def shown(number):
    """What a row says when it shows its number."""
    return {"n": number, "n_lower": number, "n_upper": number}


hidden_race = lambda row: row["suppression"] == "hidden" and row["category_set"] == "RACE"  # noqa: E731
shown_rate = lambda row: row["suppression"] == "none" and row["category_set"] == "SEX"  # noqa: E731


@pytest.mark.parametrize(
    ("change", "check", "sentence"),
    [
        (
            rewrite("membership.csv", hidden_race, n="4", suppression="none", n_lower="4", n_upper="4"),
            "small groups",
            "fewer than 10",
        ),
        (rewrite("chronic_absence.csv", shown_rate, **shown("0")), "outcomes", "nobody"),
        (rewrite("chronic_absence.csv", shown_rate, **shown("2")), "outcomes", "fewer than 3"),
        (rewrite("membership.csv", hidden_race, n_upper="10000"), "attack", "range"),
        (rewrite("membership.csv", hidden_race, race="XX7"), "tables", "not a code of race"),
        (rewrite("membership.csv", hidden_race, school_id="S999"), "tables", "not in directory.csv"),
        (rewrite("membership.csv", hidden_race, n="-4"), "tables", "not a whole number"),
        (rewrite("membership.csv", hidden_race, suppression="primary"), "tables", "not a state of suppression"),
        (rewrite("membership.csv", hidden_race, sex="F"), "tables", "filled group columns"),
        (rewrite("membership.csv", hidden_race, lea_id="0699999"), "tables", "not that of the package"),
    ],
)
def test_a_district_that_breaks_a_rule_and_signs_it_is_found_out(package, tmp_path, signer, change, check, sentence):
    verdict = verify(forged(package, tmp_path, signer, change))
    assert not verdict.accepted
    assert sentence in failed(verdict)[check]


def test_everybody_is_as_telling_as_nobody(package, tmp_path, signer):
    def change(files):
        _, row, _ = line_of(files, "chronic_absence.csv", shown_rate)
        size = row["denominator"]
        rewrite("chronic_absence.csv", shown_rate, **shown(size))(files)

    assert "everybody" in failed(verify(forged(package, tmp_path, signer, change)))["outcomes"]


def test_sums_that_do_not_add_up_are_noticed(package, tmp_path, signer):
    total = lambda row: row["category_set"] == "TOT" and row["school_id"] == "S001"  # noqa: E731
    change = rewrite("membership.csv", total, **shown("777"))
    assert "contradict" in failed(verify(forged(package, tmp_path, signer, change)))["sums"]


def test_hiding_only_the_small_counts_is_noticed(package, tmp_path, signer):
    """As many states do it: with the larger hidden cells shown again, the small ones follow by subtraction."""
    true = {
        (cell.school_id, cell.category): cell.count
        for cell in district(5)[0].cells
        if cell.dimension == "race" and cell.count >= 10
    }

    def change(files):
        lines = files["membership.csv"].decode().splitlines()
        header = lines[0].split(",")
        rows = [dict(zip(header, line.split(","), strict=True)) for line in lines[1:]]
        for row in rows:
            if row["suppression"] == "hidden" and (count := true.get((row["school_id"], row["race"]))):
                row.update(n=str(count), n_lower=str(count), n_upper=str(count), suppression="none")
        files["membership.csv"] = ("\n".join([lines[0], *(",".join(row.values()) for row in rows)]) + "\n").encode()

    problems = failed(verify(forged(package, tmp_path, signer, change)))
    assert "leaves fewer than 10 students" in problems["remainders"]
    assert "can be worked out exactly" in problems["attack"] or "prove" in problems["attack"]


def test_a_policy_below_the_floor_is_refused(package, tmp_path, signer):
    files = files_of(package)
    described = json.loads(files["datapackage.json"])
    described["schoolhouse"]["policy"]["minimum_n"] = 3
    files["datapackage.json"] = json.dumps(described).encode()
    assert "floor is 5" in failed(verify(signed(files, tmp_path, signer)))["policy"]


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.pop("schoolhouse"),
        lambda told: told["schoolhouse"].update(district_rows=["membership"]),
        lambda told: told["schoolhouse"].update(district_rows={"membership": "sometimes"}),
        lambda told: told["schoolhouse"].update(district_rows={"lunch": "equal"}),
        lambda told: told["schoolhouse"].update(policy="strict"),
        lambda told: told["schoolhouse"].update(format=99),
        lambda told: told["schoolhouse"].update(lea_id=7),
        lambda told: told.update(resources="none"),
        lambda told: told.update(resources=[{"path": ["x"]}]),
        lambda told: told["resources"][0].update(bytes="many"),
    ],
)
def test_a_descriptor_that_makes_no_sense_is_a_failed_check_and_no_crash(package, tmp_path, signer, change):
    files = files_of(package)
    described = json.loads(files["datapackage.json"])
    change(described)
    files["datapackage.json"] = json.dumps(described).encode()
    assert failed(verify(signed(files, tmp_path, signer)))


def test_the_key_in_the_package_must_be_the_one_that_signed(package, tmp_path):
    files = files_of(package)
    path = signed(files, tmp_path, Signer.generate())
    assert "not the key that signed" in failed(verify(path))["signature"]
