"""The certificate is checked by a program of its own, without a solver, whose exit code decides."""

import json
import subprocess
from dataclasses import replace

import pytest
from districts import district

from appliance.aggregate.disclosure import Policy, certificate, protect
from appliance.aggregate.refusal import Refused


@pytest.fixture(scope="module")
def protected():
    return protect(district(5, 3), Policy())


@pytest.fixture
def documents(protected):
    """The certificate of Maplewood's release, a document a line."""
    return [json.loads(line) for line in certificate.lines(protected.certificate, left(protected))]


def left(protected):
    return [table.published for table in protected.tables]


def verified(documents, folder):
    """The exit code, and what the program prints."""
    file = folder / "certificate.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in documents))
    run = subprocess.run(
        [*certificate.PROGRAM, file], capture_output=True, text=True, check=False, env=certificate.ALONE
    )
    return run.returncode, json.loads(run.stdout) if run.stdout else run.stderr


def test_the_program_certifies_a_release_from_a_file_by_itself(protected, documents, tmp_path):
    code, told = verified(documents, tmp_path)
    assert (code, told["lacking"], told["otherwise"]) == (0, 0, 0)
    assert told["claims"] == protected.report.certified
    assert 0 < told["cut_down"] < told["claims"], "the empty groups of small schools say more than the rules promise"
    assert told["leave"] == sum(len(table.cells) for table in left(protected))


def test_it_loads_the_standard_library_and_plain_data_alone(documents, tmp_path):
    watch = (
        "import runpy, sys\nsys.argv = sys.argv[1:]\n"
        "try: runpy.run_module(sys.argv[0], run_name='__main__')\n"
        "finally: print(*sorted({name for name in sys.modules if name.split('.')[0] not in sys.stdlib_module_names}))"
    )
    file = tmp_path / "certificate.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in documents))
    python, flags, _, program = certificate.PROGRAM
    command = [python, flags, "-c", watch, program, file]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=certificate.ALONE)
    loaded = set(run.stdout.splitlines()[-1].split()) - {"__main__", "__mp_main__"}
    plain = {"codelists", "codes", "crossings", "published", "refusal", "tabulation"}
    assert loaded <= {
        "appliance",
        "appliance.errors",
        "appliance.aggregate",
        "appliance.aggregate.verifier",
        "appliance.aggregate.verifier.witnesses",
        *(f"appliance.aggregate.{one}" for one in plain),
    }


def without_witnesses(documents):
    for one in documents[:-1]:
        for attack in one["attacks"]:
            attack["witnesses"] = []


def with_one_more_student(documents):
    """Each table of students has one more in its first number: no sum holds any longer."""
    for one in documents[:-1]:
        for attack in one["attacks"]:
            for witness in attack["witnesses"]:
                witness[0][1] += 1


def without_a_claim(documents):
    """The block that somebody skipped: of one small group nothing is claimed, so nothing is missing either."""
    claims = next(attack["claims"] for one in documents[:-1] for attack in one["attacks"] if attack["claims"])
    del claims[0]


def with_a_bolder_claim(documents):
    claims = next(attack["claims"] for one in documents[:-1] for attack in one["attacks"] if attack["claims"])
    claims[0][2] = 10**6


def with_a_number_that_was_hidden(documents):
    cells = next(cells for metric, _, cells in documents[-1]["tables"] if metric == "membership")
    hidden = next(cell for cell in cells if cell[6] == "hidden")
    hidden[4], hidden[6] = 7, "none"


def with_nobody_where_a_number_was_hidden(documents):
    cells = next(cells for metric, _, cells in documents[-1]["tables"] if metric == "membership")
    next(cell for cell in cells if cell[6] == "hidden")[6] = "not_offered"


def with_another_number(documents):
    cells = next(cells for metric, _, cells in documents[-1]["tables"] if metric == "membership")
    next(cell for cell in cells if cell[4])[4] += 1


def without_what_leaves(documents):
    documents.pop()


def without_any_piece(documents):
    del documents[:-1]


@pytest.mark.parametrize(
    "fault",
    [
        without_witnesses, with_one_more_student, without_a_claim, with_a_bolder_claim, with_a_number_that_was_hidden,
        with_nobody_where_a_number_was_hidden, with_another_number, without_what_leaves, without_any_piece,
    ],
)  # fmt: skip
def test_it_does_not_leave_with_0_for_a_certificate_with_a_fault(fault, documents, tmp_path):
    fault(documents)
    code, told = verified(documents, tmp_path)
    assert code == 1, told


def test_a_file_that_is_no_certificate_is_none(tmp_path):
    assert verified([{"tables": "none"}], tmp_path)[0] == 1
    assert verified([], tmp_path)[0] == 1


def test_the_house_refuses_what_the_program_does_not_certify(protected, monkeypatch):
    assert certificate.check(protected.certificate, left(protected))["claims"] == protected.report.certified
    tables = left(protected)
    shown = next(cell for cell in tables[0].cells if cell.n)
    cells = tuple(replace(cell, n=cell.n + 1) if cell is shown else cell for cell in tables[0].cells)
    with pytest.raises(Refused, match="did not accept it"):
        certificate.check(protected.certificate, [replace(tables[0], cells=cells), *tables[1:]])
    with pytest.raises(Refused, match="did not accept it"):
        certificate.check((), tables)
    monkeypatch.setattr(certificate, "PROGRAM", (*certificate.PROGRAM[:-1], "appliance.no_such_program"))
    with pytest.raises(Refused, match="did not accept it"):
        certificate.check(protected.certificate, tables)
