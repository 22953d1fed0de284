"""The house checks itself: its walls hold when pushed, and its habits are kept in every file."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.student_level.metrics import catalogue

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "appliance"
MODULES = sorted(HOUSE.rglob("*.py"))


def lint(copy):
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path):
    """The house, to break on purpose."""
    ignored = shutil.ignore_patterns("__pycache__", "static", "*.svg")
    shutil.copytree(HOUSE, tmp_path / "appliance", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


LAYERS, LOCK = "The house: imports go down the hill", "The folder lock"
ATTACKER, DATABASE = "The optimiser, the attacker and the verifier share", "Only storage opens a database"
BREAKS = {
    "settings reach up to storage": ("settings.py", "import appliance.storage.database", LAYERS),
    "students' rooms reach up to pages": ("student_level/access.py", "import appliance.web", LAYERS),
    "storage reaches over to totals": ("storage/keys.py", "import appliance.aggregate.tabulation", LAYERS),
    "a module without a place": ("odds_and_ends.py", "", LAYERS),
    "totals reach for students": ("aggregate/published.py", "import appliance.student_level.access", LOCK),
    "totals reach for the database": ("aggregate/published.py", "import appliance.storage.database", LOCK),
    "totals bring a driver of their own": ("aggregate/release/facts.py", "import sqlite3", LOCK),
    "the state's side reaches for students": ("state_office/reading.py", "import appliance.counts", LOCK),
    "the attacker asks the optimiser": (
        "aggregate/disclosure/attacker/search.py", "import appliance.aggregate.disclosure.suppression.plan", ATTACKER,
    ),
    "a job opens a database": ("jobs/status.py", "import sqlcipher3", DATABASE),
    "a page opens a database": ("web/sessions.py", "import sqlite3", DATABASE),
    "students' rooms open a database": ("student_level/staging/batch.py", "import sqlcipher3", DATABASE),
}  # fmt: skip


def test_the_walls_stand(copy):
    answer = lint(copy)
    assert answer.returncode == 0, answer.stdout
    assert "0 broken" in answer.stdout


@pytest.mark.parametrize(("file", "line", "contract"), BREAKS.values(), ids=BREAKS.keys())
def test_a_wall_that_is_pushed_cries_out(copy, file, line, contract):
    path = copy / "appliance" / file
    path.write_text((path.read_text() if path.exists() else '"""Odds."""\n') + f"\n{line}\n")
    answer = lint(copy)
    assert answer.returncode != 0
    assert contract in answer.stdout.split("Broken contracts")[-1]


SQL = re.compile(
    r"\b(SELECT .|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TEMP )?(TABLE|VIEW)|PRAGMA )", re.S
)
BUILDS_SQL = {
    "storage/connection.py": "from its own random words",
    "storage/moving_out.py": "from its own table of names",
    "storage/in_tray.py": "from its own list of columns",
    "staging/days_from_sections.py": "from its own pieces",
    "staging/upsert.py": "from names that the loaders write in their code",
    "staging/first_rows.py": "from names that the loaders write in their code",
    "staging/load_delta.py": "from names in its own code",
    "staging/journal.py": "from the names of the tables in the schema",
    "staging/tally.py": "from its own table of names",
    "staging/twins.py": "from its own pieces",
    "staging/leading.py": "from its own table of names",
    "linking/merging.py": "from its own table of names",
    "records/lineage.py": "from its own pieces",
    "metrics/catalogue.py": "from the metric files",
    "metrics/counting.py": "from the metric files and their dimensions",
    "metrics/release_cells.py": "from the code lists' names of groups",
    "metrics/origins.py": "from its own table of names",
    "records/behind_causes.py": "from its own pieces",
    "records/behind_measures.py": "from the metric files",
    "jobs/status.py": "from its own table of names",
    "student_level/access.py": "from its own pieces and those of scopes.py",
    "student_level/scopes.py": "from its own pieces",
}
"""The modules that may put SQL together, and from what. Never from anything a person typed or sent."""


def pieces(node):
    """The texts of which an expression puts a string together, or nothing."""
    match node:
        case ast.JoinedStr(values=parts) if any(isinstance(part, ast.FormattedValue) for part in parts):
            yield from (part.value for part in parts if isinstance(part, ast.Constant))
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            yield from (side.value for side in (left, right) if isinstance(side, ast.Constant))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=text), attr="format" | "replace" | "join")):
            yield text


def test_sql_is_put_together_in_few_places_and_nowhere_else():
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if any(isinstance(text, str) and SQL.search(text) for text in pieces(node)):
                found.add("/".join(path.parts[-2:]))
    assert found == set(BUILDS_SQL)


def test_nobody_prints_and_nobody_runs_text_as_code():
    for path in (path for path in MODULES if path.name != "__main__.py"):
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"print", "eval", "exec", "input"}, path


def test_no_question_hides_behind_the_name_of_a_view():
    """A common table expression of that name would be read instead of the view; the gate holds, the reader errs."""
    for path in [*MODULES, *HOUSE.rglob("*.sql")]:
        assert not re.search(r"\bvisible_\w+\s*(\([^)]*\)\s*)?AS\s*\(\s*SELECT", path.read_text(), re.I), path


def test_files_are_small_and_their_names_say_what_they_hold():
    vague = {"utils", "util", "helpers", "helper", "manager", "service", "services", "base", "common", "misc"}
    for path in MODULES:
        assert path.stem not in vague, path
        assert path.parent.name not in vague
        assert len(path.read_text().splitlines()) <= 400, path


def test_every_sql_file_of_the_metrics_is_a_metric_or_says_what_it_prepares():
    folder = HOUSE / "student_level" / "metrics"
    named = {metric.name for metric in catalogue.metrics()} | {"stays", "student_sums", "further_groups"}
    named |= {*catalogue.PREPARED.values(), "reporting_student", "reporting_days", "one_school"}
    assert {path.stem for path in folder.glob("*.sql")} == named
    assert {path.stem for path in folder.glob("released/*.sql")} < {metric.name for metric in catalogue.released()}
    for path in folder.rglob("*.sql"):
        assert path.read_text().startswith(f"-- {path.stem}: "), path


def test_the_lock_files_pin_every_part_by_hash_and_name_no_address():
    locks = sorted((ROOT / "deploy").glob("requirements*.lock"))
    assert len(locks) >= 2
    for path in locks:
        text = path.read_text()
        assert "://" not in text
        assert not re.search(r"^\s*(-i|--\w*index\w*|--find-links|--trusted)", text, re.M)
        parts = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert len(parts) > 10
        for part in parts:
            assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^ ]+", part), part.splitlines()[0]
            assert "--hash=sha256:" in part, part.splitlines()[0]


ASVS = """
    3.2.1 3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.3 3.4.4 3.4.5 3.4.6 3.4.7 3.4.8 3.5.1 3.5.3 3.5.8 3.6.1 3.7.2
    6.1.1 6.1.3 6.2.1 6.2.4 6.2.5 6.2.9 6.2.10 6.2.12 6.3.1 6.3.2 6.3.3 6.3.4 6.3.8 6.4.1 6.4.6 6.5.1 6.5.5
    7.1.1 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.5 7.5.3
    8.1.1 8.1.2 8.2.1 8.2.2 8.2.3 8.3.1 8.3.2
    14.1.1 14.1.2 14.2.1 14.2.2 14.2.3 14.2.6 14.2.7 14.3.1 14.3.2 14.3.3
    16.1.1 16.2.2 16.2.5 16.3.1 16.3.2 16.3.3 16.4.1 16.4.2 16.4.3 16.5.1 16.5.3 16.5.4
""".split()
"""What of OWASP's list (ASVS 5.0) holds about browsers, signing in, sessions, rights, data and logs."""


def test_each_row_of_the_security_list_has_a_test_of_its_name_or_a_deviation_in_the_manual():
    names = [
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_v")
    ]
    proved = {".".join(row) for name in names for row in re.findall(r"_v(\d+)_(\d+)_(\d+)(?=_)", name)}
    manual = (ROOT / "templates" / "manual" / "signing-in.html").read_text()
    apart = set(re.findall(r"<li>(\d+\.\d+\.\d+): \w", manual))
    assert set(ASVS) - proved - apart == set()
    assert apart - set(ASVS) <= {"12.2.2"}


def test_the_aggregate_wing_imports_nothing_behind_the_contracts_back():
    """Import contracts read import statements; a module fetched by its name at run time would pass them unseen."""
    for wing in ("aggregate", "state_office"):
        for path in (HOUSE / wing).rglob("*.py"):
            names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
            assert not names & {"importlib", "__import__"}, path
            assert "importlib" not in path.read_text(), path
