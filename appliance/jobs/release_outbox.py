"""What leaves and what is taken back: the package of an approved release, and the notice of a withdrawal.

The record and the file appear together: a file is written whole and durable, then the record of it, and then it gets
its name. What a crash leaves between these is finished by `clear_outbox`, or by building again.
"""

import hashlib
from pathlib import Path
from typing import Any

from appliance.actions import Action
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import Approval, Draft, approved, archive, laid
from appliance.jobs.release_deeds import allowed, carry_out, check_right, now, take
from appliance.jobs.release_facts import SOFTWARE
from appliance.jobs.release_record import content, listed, show
from appliance.jobs.release_states import LEFT
from appliance.jobs.signing import signer_of
from appliance.jobs.withdrawal_notice import notice_laid, unfinished_notice
from appliance.storage.database import Database, Event, Tables

_LEFT = "SELECT package_sha256 FROM release WHERE school_year = ? AND status IN (?, ?) ORDER BY release_key"


def build_package(database: Database, key: int, directory: Path, *, by: str) -> Path:
    """Build the signed package of an approved release from the files that were approved; built again, it is the same.

    A crash leaves the folder as it was or with the whole package, and building again completes it. Raises Refused when
    another release has left since it was drafted, when another program drafted it, whose attacks may not have been
    those of today, or when the draft does not bear its seal.
    """
    release = show(database, key)
    if release["status"] == "built":
        check_right(database, by, Action.BUILD_RELEASE)
        return _lay_again(database, release, directory)
    line = allowed(database, release, "build", by, "")
    made = Draft(content(database, key), release["seal"])
    data = approved(made, _approval(database, release), signer_of(database))
    _check_program(release, made)
    done = {"package_name": made.file_name, "package_sha256": hashlib.sha256(data).hexdigest(), "package": data}
    path = directory / made.file_name
    with laid(data, path), database.changing(Event(by, line.action, f"release {key}")) as tables:
        _check_beside(tables, release, made)
        take(tables, release, line, by, "", **done)
    return path


def _lay_again(database: Database, release: dict[str, Any], directory: Path) -> Path:
    """Write the package of a built release once more, byte for byte as it was built."""
    path = directory / str(release["package_name"])
    with laid(content(database, release["release_key"]), path):
        return path


def _approval(database: Database, release: dict[str, Any]) -> Approval:
    year = [one for one in reversed(listed(database)) if one["school_year"] == release["school_year"]]
    withdrawn = (one["package_sha256"] for one in year if one["status"] == "withdrawn")
    return Approval(release["approved_by"], release["approved_at"][:10], tuple(withdrawn))


def _check_program(release: dict[str, Any], made: Draft) -> None:
    if made.facts["software"] != SOFTWARE:
        raise Refused(
            f"Release {release['release_key']} was drafted by {made.facts['software']}, and this is {SOFTWARE}. "
            "Discard it and draft it again, so that it is attacked with all that is known today."
        )


def _check_beside(tables: Tables, release: dict[str, Any], made: Draft) -> None:
    """Raises Refused when other releases have left than those that a draft was protected and attacked together with."""
    left = tables.execute(_LEFT, (release["school_year"], *LEFT)).fetchall()
    if [sha256 for (sha256,) in left] != [one["sha256"] for one in made.facts["earlier"]]:
        raise Refused(
            f"Another release of the school year has left since release {release['release_key']} was drafted, and all "
            "that leaves in a year has to be protected together. Discard it and draft it again."
        )


def withdraw(database: Database, key: int, outbox: Path, *, by: str, reason: str) -> dict[str, Any]:
    """Take back a release that has left: its file leaves the outbox if it is there still, and a signed notice goes in.

    Later packages name it as well. It stays in the history, and later releases stay protected against it: what was
    read cannot be unread.
    """
    release = show(database, key)
    allowed(database, release, "withdraw", by, reason)
    with notice_laid(database, release, outbox, signer_of(database), by=" ".join(by.split()), on=now()[:10]):
        done = carry_out(database, key, "withdraw", by, reason)
    clear_outbox(database, outbox)
    return done


def clear_outbox(database: Database, outbox: Path) -> None:
    """Finish in the outbox what a withdrawal, or a crash in the middle of one or of building, left to do.

    Withdrawn packages go; what was written, and recorded, and has not got its name yet gets it. What somebody carried
    away is not laid again.
    """
    for release in listed(database):
        path = outbox / (release["package_name"] or "")
        if release["status"] == "built" and archive.unfinished(path).is_file():
            _lay_again(database, release, outbox)
        elif release["status"] == "withdrawn":
            if unfinished_notice(path).is_file():
                _lay_notice_again(database, release["release_key"], outbox)
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == release["package_sha256"]:
                archive.remove(path)


def _lay_notice_again(database: Database, key: int, outbox: Path) -> None:
    release = show(database, key)
    step = next(step for step in release["history"] if step["deed"] == "withdraw")
    with notice_laid(database, release, outbox, signer_of(database), by=step["who"], on=step["at"][:10]):
        pass
