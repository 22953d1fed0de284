"""The type lock: nobody else can make, change, copy or subclass a table that may leave."""

import ast
import copy
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from districts import district
from maplewood_release import APPROVAL, facts

import appliance
from appliance.aggregate.disclosure import Protected, ProtectedTable
from appliance.aggregate.published import PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import Draft, Signer, approved, archive, draft

HOUSE = Path(appliance.__file__).parent


def test_a_protected_table_cannot_be_constructed_elsewhere(maplewood):
    with pytest.raises(TypeError, match=r"Only disclosure\.protect"):
        ProtectedTable(maplewood.tables[0].published, object())


def test_it_cannot_be_subclassed_changed_copied_or_pickled(maplewood):
    table = maplewood.tables[0]
    with pytest.raises(TypeError):
        type("Forged", (ProtectedTable,), {})
    with pytest.raises(AttributeError):
        table.anything = 1
    with pytest.raises(TypeError):
        copy.copy(table)
    with pytest.raises(TypeError):
        pickle.dumps(table)


def test_exact_counts_cannot_be_written_into_a_release(maplewood, signer):
    exact = district(5)[0]
    rows = PublishedTable(exact.metric, exact.school_year, exact.snapshot, "equal", ())
    for forged in (exact, rows):
        with pytest.raises(TypeError, match="Only a ProtectedTable"):
            draft(Protected((forged,), maplewood.report), facts(), signer)


def test_files_that_were_not_written_from_protected_tables_are_never_signed(maplewood, signer):
    """What is kept between drafting and building has lost its type; the seal stands in for it."""
    made = draft(maplewood, facts(), signer)
    files = archive.unpack(made.data)
    files["membership.csv"] = files["membership.csv"].replace(b",hidden,", b",none,", 1)
    forged = archive.pack(files)
    for data, seal in (
        (forged, made.seal),
        (forged, signer.sign(forged)),
        (forged, ""),
        (made.data, draft(maplewood, facts(), Signer.generate()).seal),
    ):
        with pytest.raises(Refused, match="does not bear the seal"):
            approved(Draft(data, seal), APPROVAL, signer)
    assert approved(made, APPROVAL, signer)


def test_who_drafted_a_release_does_not_approve_it(maplewood, signer):
    with pytest.raises(Refused, match="approved by another"):
        approved(draft(maplewood, facts(), signer), replace(APPROVAL, by="M. Ruiz"), signer)


def test_no_other_module_names_the_seal():
    for path in HOUSE.rglob("*.py"):
        if path.parent.name == "disclosure" and path.name in ("protected.py", "protect.py"):
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        names |= {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        imported = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("protected")
            for alias in node.names
        }
        assert "_SEAL" not in names | imported, path
        assert "seal" not in imported, path
        assert "_ProtectedTable__table" not in path.read_text(), path
