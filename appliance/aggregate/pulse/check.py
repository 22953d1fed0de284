"""The receiving side: is this file whole, signed, and does its table follow from what was drawn?"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from appliance.aggregate.pulse.estimate import Estimate, estimate
from appliance.aggregate.pulse.facts import DESCRIPTOR, MEASURED_COLUMNS, NAMESPACE, SIGNATURE
from appliance.aggregate.pulse.measured import Measured
from appliance.aggregate.pulse.package import pulse_csv
from appliance.aggregate.pulse.question import Question
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import PublicKey, archive, rows, sshsig
from appliance.errors import BadFile

_FILES = {DESCRIPTOR, SIGNATURE, "pulse.csv", "measurements.csv", "report.txt", "signer.pub"}


@dataclass(frozen=True, slots=True)
class OpenedPulse:
    """A pulse that passed every check. Whether `key` is the district's must be asked by telephone."""

    question: Question
    measured: Measured
    estimates: tuple[Estimate, ...]
    key: PublicKey
    entry_number: int
    entry_sha256: str
    previous_sha256: str


def open_pulse(data: bytes) -> OpenedPulse:
    """Check a pulse file. Raises `BadFile` with what is wrong with it."""
    files = archive.unpack(data)
    if set(files) != _FILES:
        raise BadFile(f"The file holds {sorted(files)}; a pulse holds {sorted(_FILES)}. It is not a pulse.")
    if archive.pack(files) != data:
        raise BadFile("The file is not packed as the appliance packs it. It was packed again or altered.")
    try:
        signature = files[SIGNATURE].decode("ascii")
        key = sshsig.verify(files[DESCRIPTOR], signature, NAMESPACE)
        document: dict[str, Any] = json.loads(files[DESCRIPTOR])
        for name in sorted(_FILES - {DESCRIPTOR, SIGNATURE}):
            if document["files"][name]["sha256"] != hashlib.sha256(files[name]).hexdigest():
                raise BadFile(f"{name} is not the file that was signed. It was altered.")
        question = Question.from_text(document["question"])
        measured = Measured(question, _counts(files["measurements.csv"]))
        ledger = document["ledger"]
        entry = int(ledger["entry"]), str(ledger["sha256"]), str(ledger["previous_sha256"])
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, Refused):
        raise BadFile("The pulse's descriptor or measurements cannot be read. Ask the district for it again.") from None
    estimates = estimate(measured)
    if pulse_csv(question, estimates) != files["pulse.csv"]:
        raise BadFile("pulse.csv does not follow from measurements.csv. Do not use its numbers.")
    if PublicKey.from_line(files["signer.pub"].decode("ascii", "replace")) != key:
        raise BadFile("signer.pub is not the key that signed. Refuse the file.")
    return OpenedPulse(question, measured, estimates, key, *entry)


def _counts(content: bytes) -> dict[str, tuple[int, int]]:
    found = rows.read_csv(content, "measurements.csv", MEASURED_COLUMNS)
    return {row["school_id"]: (int(row["missed"]), int(row["missed_none"])) for row in found}
