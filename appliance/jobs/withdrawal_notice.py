"""The notice of a withdrawal, for the state office that has read the package already."""

import json
from pathlib import Path

from appliance.actions import Action
from appliance.aggregate.release import archive, withdrawal
from appliance.aggregate.release.package import DESCRIPTOR
from appliance.errors import Trouble
from appliance.jobs.release_record import files, show
from appliance.jobs.signing import district_signer
from appliance.storage.database import Database, Event


def lay_notice(database: Database, key: int, outbox: Path) -> None:
    """Write the signed notice of a withdrawn release into the outbox; written again, it is the same to the byte.

    None for a release of an earlier program, whose package was not kept: nothing here says what left.
    """
    release = show(database, key)
    try:
        facts = json.loads(files(database, key)[DESCRIPTOR])["schoolhouse"]
    except Trouble:
        return
    step = next(step for step in release["history"] if step["deed"] == "withdraw")
    notice = withdrawal.Withdrawal(
        lea_id=facts["lea_id"],
        district_name=facts["district_name"],
        school_year=release["school_year"],
        snapshot=release["snapshot"],
        package=release["package_name"],
        sha256=release["package_sha256"],
        withdrawn_by=step["who"],
        withdrawn_on=step["at"][:10],
    )
    path = outbox / notice.file_name
    if path.exists():
        return
    with database.changing(Event(step["who"], Action.WITHDRAW_RELEASE, f"notice of release {key}")) as tables:
        data = withdrawal.write(notice, district_signer(tables))
    outbox.mkdir(parents=True, exist_ok=True)
    archive.write(path, data)
