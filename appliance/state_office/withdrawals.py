"""A district's withdrawal notice, checked on a machine that has no home."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from appliance.aggregate.release import sshsig, withdrawal
from appliance.aggregate.release.withdrawal import Withdrawal
from appliance.errors import BadFile
from appliance.state_office import signers


def is_notice(path: Path) -> bool:
    """Whether a file claims to be a withdrawal notice. A file that cannot be read is none."""
    try:
        with path.open("rb") as file:
            return withdrawal.is_notice(file.read(100))
    except OSError:
        return False


def about(folder: Path, sha256: str) -> list[Path]:
    """The notices in a folder that take back the package of this hash. One that was altered is none."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        with suppress(BadFile, OSError):
            if is_notice(path) and withdrawal.read(path.read_bytes())[0].sha256 == sha256:
                found.append(path)
    return found


def check(path: Path, registry: Path | None, at: datetime) -> tuple[Withdrawal, str, str, bool]:
    """The notice, the fingerprint of its key, a sentence about that key, and whether the registry trusts it.

    Raises `BadFile` for a notice that was altered, or whose key the registry does not accept.
    """
    notice, key = withdrawal.read(path.read_bytes())
    who = sshsig.principal(notice.lea_id)
    if registry is None:
        told = f"Signed as {who} by a key that is NOT YET KNOWN here ({key.fingerprint}). Give a signers file."
        return notice, key.fingerprint, told, False
    if problem := signers.judge(signers.read(registry), who, key, at):
        raise BadFile(f"The signature of {who} is not accepted: {problem}. Ask the district and the registry.")
    return notice, key.fingerprint, f"Signed as {who} by a registered key ({key.fingerprint}).", True


def sentence(notice: Withdrawal) -> str:
    """What the state has to know and do."""
    return (
        f"{notice.district_name} ({notice.lea_id}) withdrew {notice.package} of {notice.snapshot} on "
        f"{notice.withdrawn_on}. Do not use the numbers of the package with sha256 {notice.sha256}."
    )
