"""The package: the same bytes twice, readable by other people's tools, free of anything about a student."""

import re
import shutil
import subprocess
import traceback
from dataclasses import replace

import msgspec
import pytest
from districts import district
from maplewood_release import SCHOOLS, build, facts, files_of, package_bytes

from appliance.aggregate.disclosure import Policy, protect
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import Signer, archive, rules_wording
from appliance.aggregate.tabulation import Tabulation


def unzip(path, folder):
    folder.mkdir()
    for name, content in files_of(path).items():
        (folder / name).write_bytes(content)
    return folder


def test_building_twice_gives_the_same_bytes(maplewood, signer, package):
    assert package_bytes(maplewood, facts(), signer) == package.read_bytes()
    assert package_bytes(protect(district(5)), facts(), signer) == package.read_bytes()


def test_the_package_holds_what_it_should(package):
    assert sorted(files_of(package)) == [
        *("README.txt", "SHA256SUMS", "assessment_performance.csv", "chronic_absence.csv", "datapackage.json"),
        *("datapackage.json.sig", "directory.csv", "membership.csv", "report.txt", "signer.pub"),
        "subgroup_membership.csv",
    ]


def test_frictionless_finds_the_package_valid_and_a_changed_digit_invalid(package, tmp_path):
    frictionless = pytest.importorskip("frictionless")
    folder = unzip(package, tmp_path / "package")
    good = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert good.valid, good.flatten(["rowNumber", "type", "message"])
    table = folder / "membership.csv"
    table.write_bytes(table.read_bytes().replace(b",none,", b",None,", 1))
    bad = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert not bad.valid


needs_openssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")


def ssh_verify(folder, registry, principal="lea-0612345", namespace="schoolhouse-summary"):
    (folder / "allowed_signers").write_text(registry)
    return subprocess.run(
        f"ssh-keygen -Y verify -f allowed_signers -I {principal} -n {namespace} -s datapackage.json.sig".split(),
        cwd=folder,
        input=(folder / "datapackage.json").read_bytes(),
        capture_output=True,
        check=False,
    )


@needs_openssh
def test_openssh_accepts_the_signature_and_refuses_every_other(package, tmp_path):
    folder = unzip(package, tmp_path / "package")
    registry = 'lea-0612345 namespaces="schoolhouse-summary" ' + (folder / "signer.pub").read_text()
    assert ssh_verify(folder, registry).returncode == 0
    assert ssh_verify(folder, registry, principal="lea-9999999").returncode != 0
    assert ssh_verify(folder, registry, namespace="file").returncode != 0
    stranger = Signer.generate().public.line("x")
    assert ssh_verify(folder, f"lea-0612345 {stranger}\n").returncode != 0
    described = folder / "datapackage.json"
    described.write_bytes(described.read_bytes().replace(b"Maplewood", b"Mapleweed", 1))
    assert ssh_verify(folder, registry).returncode != 0


@needs_openssh
def test_the_readme_prints_a_registry_line_that_openssh_accepts(package, tmp_path):
    folder = unzip(package, tmp_path / "package")
    (line,) = re.findall(r"^ +(lea-0612345 namespaces=.*)$", (folder / "README.txt").read_text(), re.MULTILINE)
    assert ssh_verify(folder, line + "\n").returncode == 0


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_checks_every_file(package, tmp_path):
    folder = unzip(package, tmp_path / "package")
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 10


def test_no_cell_tells_primary_from_complementary_suppression(package):
    for name, content in files_of(package).items():
        assert b"primary" not in content.lower().replace(b"primarykey", b""), name
        assert b"complementary" not in content.lower(), name


def test_no_path_and_no_number_of_a_hidden_cell_is_in_the_texts(package, tmp_path_factory):
    root = str(tmp_path_factory.getbasetemp()).encode()
    for name, content in files_of(package).items():
        assert root not in content, name
        assert not re.search(rb"/(home|root|tmp|var|usr)/", content), name


def test_a_grade_that_a_school_does_not_offer_is_told_apart_from_zero(package):
    lines = files_of(package)["membership.csv"].decode().splitlines()
    assert "2026-2027,0612345,S001,GRADE,11,,,,,not_offered,,,," in lines
    assert not [line for line in lines if ",S001,GRADE,KG," in line and "not_offered" in line]


def test_a_school_that_the_directory_lacks_is_refused(maplewood, signer):
    with pytest.raises(Refused, match="S004"):
        package_bytes(maplewood, facts(schools=SCHOOLS[:3]), signer)


def test_tables_of_another_snapshot_are_refused(maplewood, signer):
    with pytest.raises(Refused, match="another school year or snapshot"):
        package_bytes(maplewood, facts(snapshot="2026-10-02"), signer)


def test_a_release_whose_attack_was_not_silent_is_refused(maplewood, signer):
    fell = replace(maplewood.report.attacks[0], fallen=1)
    loud = replace(maplewood, report=replace(maplewood.report, attacks=(fell,)))
    with pytest.raises(Refused, match="not silent"):
        package_bytes(loud, facts(), signer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lea_id": "../../etc"},
        {"lea_id": ""},
        {"school_year": "2026"},
        {"snapshot": "1 October"},
        {"version": 2},
        {"replaces": "abc"},
        {"district_name": "Maple\nwood"},
        {"schools": (SCHOOLS[0], SCHOOLS[0])},
        {"schools": (replace(SCHOOLS[0], grades=("first",)),)},
        {"schools": (replace(SCHOOLS[0], name="=HYPERLINK()"),)},
    ],
)
def test_facts_that_the_package_cannot_carry_are_refused(wrong):
    with pytest.raises(Refused):
        facts(**wrong)


def test_an_amendment_names_what_it_replaces(maplewood, signer):
    data = package_bytes(maplewood, facts(version=2, replaces="ab" * 32, reason="A calendar was corrected."), signer)
    assert b"It replaces the package with sha256 " + b"ab" * 32 in data
    assert b"A calendar was corrected." in data


def test_a_package_is_never_overwritten_by_another(maplewood, signer, tmp_path):
    path = build(maplewood, facts(), signer, tmp_path)
    before = path.read_bytes()
    assert build(maplewood, facts(), signer, tmp_path) == path
    with pytest.raises(Refused, match="exists already"):
        build(maplewood, facts(), signer, tmp_path, by="J. Lind")
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_crash_while_writing_leaves_the_outbox_as_it_was(maplewood, signer, tmp_path, monkeypatch):
    def full_disk(_):
        raise OSError("no space")

    monkeypatch.setattr(archive.os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        build(maplewood, facts(), signer, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("column", ["dimension", "category", "detail"])
def test_a_name_in_the_counts_reaches_neither_the_package_nor_the_refusal(column):
    """Strings in a tabulation can only be codes of closed lists, and the sentence repeats none that is not."""
    counts = district(5)
    cells = [*counts[0].cells, replace(counts[0].cells[1], **{column: "ZZCanary Quillfeather"})]
    with pytest.raises(Refused, match=r"^Table membership") as refusal:
        protect([Tabulation("membership", "2026-2027", "2026-10-01", tuple(cells)), *counts[1:]])
    assert "Quillfeather" not in "".join(traceback.format_exception(refusal.value))


def test_where_empty_groups_are_hidden_a_grade_that_is_not_offered_is_not_one_of_them(signer):
    """Everybody knows that Elm has no eleventh grade; hidden, it would look like a group and be none."""
    counts, rules = district(5), Policy(zeros="hidden")
    offered = {school.school_id: school.grades for school in SCHOOLS}
    protected = protect(counts, rules, offered=offered)
    assert b"S001,GRADE,11,,,,,not_offered,,,," in package_bytes(protected, facts(), signer)
    states = {
        (cell.school_id, cell.category): cell.suppression for cell in protected.tables[0] if cell.dimension == "grade"
    }
    assert states[("S001", "11")] == "not_offered"
    assert all(cell.n != 0 for table in protected.tables for cell in table)


def test_the_report_fits_a_page_adds_up_and_says_whom_each_table_counts(maplewood, signer):
    told = facts(definitions={"membership": "students enrolled on the snapshot day. " * 5, "least_days_enrolled": "10"})
    report = archive.unpack(package_bytes(maplewood, told, signer))["report.txt"].decode()
    assert max(map(len, report.splitlines())) <= 110
    text = " ".join(report.split())
    shown = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) rows with their number", text)]
    hidden = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) hidden[,.]", text)]
    for numbers in (shown, hidden):
        assert len(numbers) == len(maplewood.tables) + 1
        assert sum(numbers[:-1]) == numbers[-1] > 0
    assert "- Membership (membership.csv): students enrolled on the snapshot day." in text
    assert "Fewest days enrolled for a student to be counted in attendance: 10." in text
    assert text.endswith("Drafted by M. Ruiz on 2026-11-01. Approved by C. Okafor on 2026-11-02.")
    for line in maplewood.report.attacks:
        assert f"{line.hidden:,} hidden numbers attacked; 0 narrowed too far, 0 worked out exactly" in text


def test_how_many_numbers_are_too_small_by_themselves_stays_in_the_house(maplewood, signer):
    """Mr. Brandt reads that four promises were made, and knows how two schools share sixteen children."""
    made = maplewood.report
    assert made.certified > 0 < made.witnesses
    others = replace(made, certified=4, witnesses=7, repaired=made.repaired + 3, repair_rounds=5, late=("a block",))
    others = replace(others, blocks=made.blocks + 2, blocks_optimal=made.blocks_optimal + 2)
    left = package_bytes(maplewood, facts(), signer)
    assert package_bytes(replace(maplewood, report=others), facts(), signer) == left
    assert b"For every hidden number there are tables" in archive.unpack(left)["report.txt"]


def test_the_report_says_what_the_attacks_do_not_cover(maplewood, signer):
    report = archive.unpack(package_bytes(maplewood, facts(), signer))["report.txt"].decode()
    not_covered = " ".join(report.partition("WHAT THE ATTACKS DO NOT COVER")[2].partition("WHAT EACH TABLE")[0].split())
    for told in (
        "- Tables about students of the past (graduation, diplomas, leaving without one)",
        "- Releases of two school years",
        "beyond numbers worked out exactly",
        "- Two or more students of small groups",
        "- Someone who already knows most members of a group",
        "a rule-aware attacker",
        "a Bayesian attacker",
    ):
        assert told in not_covered
    assert "public enrolment list" not in not_covered


def test_without_a_public_list_the_report_says_that_one_who_has_it_was_not_tried(maplewood, signer):
    unlisted = replace(maplewood.report, policy=msgspec.structs.replace(maplewood.report.policy, public=()))
    report = "\n".join(rules_wording.attacks(unlisted))
    assert "- Someone who has a public enrolment list" in report
