"""Every real sample file is read, or left out with its reason; and the copies that the tests use are the samples.

Grand Bend's packages load with their known counts in `staging/test_grand_bend.py` and `sources/test_edfi_*.py`, which
work on copies: the first test here makes those speak for the samples.
"""

import hashlib
from pathlib import Path

import pytest

from appliance.errors import BadFile
from appliance.jobs.import_files import check_files
from appliance.storage.database import Database

ROOT = Path(__file__).parents[2]
SAMPLES, COPIES = ROOT.parent / "shared" / "samples", ROOT / "tests" / "data"
NO_DATA = {"columns_by_year.csv": "a list of column names, no results"}
LEFT_OUT = {
    "discipline.csv": "the district has this switched off: discipline",
    "student_attributes.csv": "the district has this switched off: disability and home language",
}
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the samples beside the repository")


def samples():
    if not SAMPLES.is_dir():
        return []
    kinds = (".csv", ".txt", ".zip")
    return sorted(path for path in SAMPLES.rglob("*") if path.suffix in kinds)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_copies_that_the_tests_use_are_the_samples_to_the_byte():
    ours = {path.name + digest(path) for path in COPIES.rglob("*") if path.is_file()}
    theirs = {path.name + digest(path) for path in samples()}
    data = {path for path in COPIES.rglob("*") if path.suffix in (".csv", ".txt", ".zip")}
    assert len(data) > 40
    assert {path.name + digest(path) for path in data} <= theirs
    unused = {path.name for path in samples() if path.name + digest(path) not in ours}
    assert unused == set(NO_DATA)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    database = Database.create(tmp_path_factory.mktemp("samples") / "home")
    yield database
    database.close()


@pytest.mark.parametrize(
    "path", [path for path in samples() if path.suffix != ".zip"], ids=lambda path: "/".join(path.parts[-2:])
)
def test_a_sample_is_read_or_left_out_with_its_reason(home, path):
    if path.name in NO_DATA:
        with pytest.raises(BadFile, match="fits no kind of file"):
            check_files(home, [path])
        return
    report = check_files(home, [path])
    assert all(read.rows or read.note for read in report.files)
    if path.name in LEFT_OUT:
        assert LEFT_OUT[path.name] in report.files[0].note
        assert not report.changed_anything
    else:
        assert sum(read.rows for read in report.files) > 0
    # Nobody is in this home yet, so results wait for their students; nothing else is wrong with the samples but the
    # codes and dates that the tests of each vendor name.
    known = {"unknown_reference", "not_in_list", "missing", "wrong_width", "no_role"}
    assert {problem.code for problem in report.problems} <= known
