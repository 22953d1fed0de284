"""The file of a pulse: an archive as plain as a release's, with its own descriptor, report, sums and signature.

`pulse.csv` is what people read; `measurements.csv` is what was drawn, so that anybody can redo the arithmetic. No
student-level thing has a field here. The signature is made in a namespace of its own: a pulse cannot be passed off as
a release, nor a release as a pulse.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from appliance.aggregate.pulse import wording
from appliance.aggregate.pulse.estimate import Estimate, estimate
from appliance.aggregate.pulse.facts import (
    DESCRIPTOR,
    MEASURED_COLUMNS,
    NAMESPACE,
    PULSE_COLUMNS,
    SIGNATURE,
    PulseFacts,
)
from appliance.aggregate.pulse.measured import Measured
from appliance.aggregate.pulse.question import D_IN, FORMAT, MECHANISM, UNIT, Question
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import Signer, archive, rows
from appliance.aggregate.release.sshsig import principal
from appliance.aggregate.tabulation import DISTRICT


def package_bytes(measured: Measured, facts: PulseFacts, signer: Signer) -> bytes:
    """The whole file. The same bytes from the same draw, facts and key."""
    question = measured.question
    if facts.entry.question != question:
        raise Refused("The numbers answer another question than the one that was debited.")
    estimates = estimate(measured)
    files = {
        "pulse.csv": pulse_csv(question, estimates),
        "measurements.csv": _measurements(measured),
        "report.txt": wording.report(facts, estimates).encode(),
        "signer.pub": (signer.public.line(principal(question.lea_id)) + "\n").encode(),
    }
    files[DESCRIPTOR] = _describe(facts, files)
    files[SIGNATURE] = signer.sign(files[DESCRIPTOR], NAMESPACE).encode()
    return archive.pack(files)


def pulse_csv(question: Question, estimates: tuple[Estimate, ...]) -> bytes:
    """What people read. `school_id` is empty in the district's row; `percent` and `margin` where noise is too great."""
    head = [question.school_year, question.lea_id]
    lines = [
        [*head, one.school_id, question.monday.isoformat(), str(one.missed), str(one.enrolled),
         _text(one.percent), _text(one.margin)]
        for one in estimates
    ]  # fmt: skip
    return rows.csv_bytes(PULSE_COLUMNS, lines)


def _measurements(measured: Measured) -> bytes:
    lines = [[place, str(missed), str(none)] for place, (missed, none) in measured.counts.items()]
    return rows.csv_bytes(MEASURED_COLUMNS, lines)


def _describe(facts: PulseFacts, files: Mapping[str, bytes]) -> bytes:
    question, entry = facts.entry.question, facts.entry
    document: dict[str, Any] = {
        "name": question.release,
        "title": f"Weekly pulse of {facts.district_name}, week of {question.monday}",
        "format": FORMAT,
        "lea_id": question.lea_id,
        "school_year": question.school_year,
        "week": question.monday.isoformat(),
        "drawn": facts.drawn,
        "software": facts.software,
        "schools": {DISTRICT: facts.district_name, **dict(sorted(facts.schools.items()))},
        "question": question.text(),
        "question_sha256": question.sha256,
        "privacy": {
            "mechanism": MECHANISM,
            "unit": UNIT,
            "d_in": D_IN,
            "variance": str(question.variance),
            "rho": str(question.rho),
            "rho_year": str(facts.spent),
            "rho_cap": str(facts.cap),
            "delta": str(question.delta),
            "epsilon": facts.epsilon_week,
            "epsilon_cap": facts.epsilon_year,
        },
        "ledger": {"entry": entry.number, "sha256": entry.sha256, "previous_sha256": entry.previous_sha256},
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
