"""What the Debian package promises, as far as it can be seen without building it (`make deb-check` does the rest)."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from appliance.cli import cli

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "deploy" / "package"
DEBIAN = ROOT / "deploy" / "debian"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def lines(file: Path) -> list[list[str]]:
    """The words of each line that is not a comment."""
    return [line.split() for line in file.read_text().splitlines() if line and not line.startswith("#")]


def test_the_changelog_the_manual_page_and_the_project_name_one_version():
    changelog = re.match(r"schoolhouse \(([^)]+)\)", (DEBIAN / "changelog").read_text())
    manual = re.search(r'"Schoolhouse ([^"]+)"', (DEBIAN / "schoolhouse.1").read_text())
    assert changelog
    assert manual
    assert changelog[1] == manual[1] == PROJECT["version"]


def test_the_interpreter_is_pinned_by_version_and_hash_for_both_architectures():
    parts = lines(RECIPE / "interpreter.list")
    assert {part[2] for part in parts} == {"amd64", "arm64"}
    for name, version, _, digest in parts:
        assert re.fullmatch(r"[0-9a-f]{64}", digest), name
        assert {other[1] for other in parts if other[0] == name} == {version}, f"{name} differs between architectures"
    assert len({part[3] for part in parts}) == len(parts), "a hash was copied from one part to another"


def test_every_part_is_pinned_by_hash_and_no_file_says_where_it_comes_from():
    lock = (ROOT / "deploy" / "requirements.lock").read_text()
    for part in re.split(r"\n(?=[a-z0-9])", lock.strip()):
        assert re.match(r"[a-z0-9-]+==\S+ (; .* )?\\\n +--hash=sha256:[0-9a-f]{64}", part), part.partition("\n")[0]
    for file in [*RECIPE.iterdir(), ROOT / "deploy" / "requirements.lock"]:
        assert "://" not in file.read_text().replace("http://127.0.0.1:", ""), file.name


def test_the_command_runs_on_the_packages_own_interpreter_and_parts_only():
    first, *rest = (RECIPE / "schoolhouse").read_text().splitlines()
    assert first == "#!/usr/lib/schoolhouse/py/bin/python3 -IS"
    assert [line for line in rest if "sys.path" in line] == ['sys.path.append("/usr/lib/schoolhouse/site")']
    module, function = PROJECT["scripts"]["schoolhouse"].split(":")
    assert f"from {module} import {function}" in rest
    compile("\n".join(rest), "schoolhouse", "exec")


def test_what_stays_out_of_the_package_is_locked_but_never_imported():
    """Every module of the appliance is imported in a fresh interpreter that refuses the parts which are not shipped.

    All but the doorkeeper's half that runs under the system's own Python, with the distribution's python3-ldap.
    """
    unneeded = {name for name, *_ in lines(RECIPE / "unneeded.list")}
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "deploy" / "requirements.lock").read_text(), re.MULTILINE))
    assert unneeded <= locked, "a part that is no longer asked for needs no line in unneeded.list"
    program = f"""
import importlib, pkgutil, sys
for name in {sorted(unneeded)!r}:
    sys.modules[name] = None  # makes importing it an error
import appliance
for module in pkgutil.walk_packages(appliance.__path__, "appliance."):
    if module.name != "appliance.doorkeeper.directory":
        importlib.import_module(module.name)
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_manual_page_names_every_command():
    program = [sys.executable, RECIPE / "commands.py"]
    commands = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = re.findall(r"^\.TP\n\.B (\S+)\n\S", commands, re.MULTILINE)
    assert [name.replace("\\-", "-") for name in named] == sorted(cli.commands)
    assert '.SH COMMANDS\n.\\" deploy/package/commands.py writes them here.' in (DEBIAN / "schoolhouse.1").read_text()


@pytest.fixture
def installed_part(tmp_path):
    """Make the metadata of one installed part, from what it says of its licence and the licence texts it brings."""

    def make(name, said, *texts):
        folder = tmp_path / f"{name}-1.0.dist-info"
        for text in texts:
            (folder / text).parent.mkdir(parents=True, exist_ok=True)
            (folder / text).write_text("Permission is hereby granted")
        folder.mkdir(exist_ok=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{said}\n")
        return tmp_path

    return make


def licences(site):
    return subprocess.run([sys.executable, RECIPE / "licences.py", site], capture_output=True, text=True, check=False)


def test_a_part_is_given_on_with_its_licence_and_the_words_of_it(installed_part):
    run = licences(installed_part("ledger", "License-Expression: MIT OR Apache-2.0", "licenses/LICENSE"))
    assert "Files: usr/lib/schoolhouse/site/ledger*" in run.stdout
    assert "License: MIT or Apache-2.0" in run.stdout
    assert "/usr/lib/schoolhouse/site/ledger-1.0.dist-info/licenses/LICENSE" in run.stdout


@pytest.mark.parametrize(
    ("said", "texts", "trouble"),
    [
        ("Summary: keeps books", ["LICENSE"], "does not say its licence"),
        ("License: MIT", [], "brings no licence text"),
    ],
)
def test_a_part_without_a_licence_stops_the_build(installed_part, said, texts, trouble):
    run = licences(installed_part("ledger", said, *texts))
    assert run.returncode == 1
    assert trouble in run.stderr
