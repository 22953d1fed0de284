"""Maplewood takes October back, and the state learns it from a small signed file of its own."""

import hashlib

import pytest
from maplewood_release import facts

from appliance.aggregate.release import Signer, withdrawal
from appliance.aggregate.release.sshsig import principal
from appliance.errors import BadFile
from appliance.state_office import verify


@pytest.fixture
def told(package):
    made = facts()
    return withdrawal.Withdrawal(
        lea_id=made.lea_id, district_name=made.district_name, school_year=made.school_year, snapshot=made.snapshot,
        package=package.name, sha256=hashlib.sha256(package.read_bytes()).hexdigest(), withdrawn_by="s.ortiz",
        withdrawn_on="2026-10-20",
    )  # fmt: skip


@pytest.fixture
def registry(signer, tmp_path):
    path = tmp_path / "allowed_signers"
    path.write_text(f'{principal(facts().lea_id)} namespaces="schoolhouse-summary" {signer.public.line("x")}\n')
    return path


@pytest.fixture
def notice(told, signer, tmp_path):
    path = tmp_path / told.file_name
    path.write_bytes(withdrawal.write(told, signer))
    return path


def test_the_state_accepts_a_notice_and_says_which_numbers_not_to_use(notice, told, registry):
    verdict = verify(notice, registry)
    assert verdict.accepted
    assert verdict.trusted
    assert verdict.as_json()["package"]["withdraws"] == [told.sha256]
    assert f"Do not use the numbers of the package with sha256 {told.sha256}" in verdict.as_text()


def test_without_a_registry_the_key_of_a_notice_is_called_unknown(notice):
    verdict = verify(notice)
    assert (verdict.accepted, verdict.trusted) == (True, False)
    assert "NOT YET KNOWN" in verdict.as_text()


def test_a_notice_by_somebody_else_is_not_accepted(told, registry, tmp_path):
    path = tmp_path / "notice.txt"
    path.write_bytes(withdrawal.write(told, Signer.generate()))
    verdict = verify(path, registry)
    assert not verdict.accepted
    assert "not in the signers file" in verdict.as_text()


def test_a_package_beside_its_own_notice_is_refused_and_beside_another_is_not(notice, told, package, signer, tmp_path):
    assert "withdrew" in next(c.sentence for c in verify(package, others=[notice]).checks if not c.passed)
    other = tmp_path / "other.txt"
    other.write_bytes(withdrawal.write(withdrawal.Withdrawal(**_fields(told) | {"sha256": "0" * 64}), signer))
    assert verify(package, others=[other]).accepted


def test_a_notice_that_the_state_has_received_is_found_by_itself(notice, told, package, signer, tmp_path):
    assert "withdrew" in next(c.sentence for c in verify(package, received=tmp_path).checks if not c.passed)
    notice.write_bytes(notice.read_bytes().replace(b"Maplewood", b"Mapleton"))
    other = tmp_path / "other.txt"
    other.write_bytes(withdrawal.write(withdrawal.Withdrawal(**_fields(told) | {"sha256": "0" * 64}), signer))
    assert verify(package, received=tmp_path).accepted, "one that was altered is none, and the other is about another"


def _fields(told):
    return {name: getattr(told, name) for name in told.__struct_fields__}


def test_no_byte_of_a_notice_can_change(notice):
    whole = notice.read_bytes()
    for place in range(len(whole)):
        with pytest.raises(BadFile):
            withdrawal.read(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    for end in (0, 50, len(whole) - 1):
        with pytest.raises(BadFile):
            withdrawal.read(whole[:end])
    with pytest.raises(BadFile):
        withdrawal.read(whole + b"\n")
