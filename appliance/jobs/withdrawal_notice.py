"""The notice of a withdrawal, for the state office that has read the package already."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from appliance.aggregate.release import Signer, archive, withdrawal
from appliance.aggregate.release.package import DESCRIPTOR
from appliance.errors import Trouble
from appliance.jobs.release_record import files
from appliance.storage.database import Database


@contextmanager
def notice_laid(
    database: Database, release: dict[str, Any], outbox: Path, signer: Signer, *, by: str, on: str
) -> Iterator[None]:
    """Lay the signed notice of a release into the outbox, where it gets its name when the block is over.

    `on`: ISO day of the withdrawal. Laid again, it is the same to the byte. There is none for a release of an earlier
    program, whose package was not kept: nothing here says what left.
    """
    try:
        facts = json.loads(files(database, release["release_key"])[DESCRIPTOR])["schoolhouse"]
    except Trouble:
        yield
        return
    notice = withdrawal.Withdrawal(
        lea_id=facts["lea_id"],
        district_name=facts["district_name"],
        school_year=release["school_year"],
        snapshot=release["snapshot"],
        package=release["package_name"],
        sha256=release["package_sha256"],
        withdrawn_by=by,
        withdrawn_on=on,
    )
    outbox.mkdir(parents=True, exist_ok=True)
    with archive.laid(outbox / notice.file_name, withdrawal.write(notice, signer)):
        yield


def unfinished_notice(package: Path) -> Path:
    """Where the notice beside a package lies as long as it has no name yet."""
    return archive.unfinished(package.with_name(withdrawal.notice_name(package.name)))
