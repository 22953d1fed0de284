"""A withdrawal notice: a small signed text that says which package the district has taken back, and when.

The notice is a JSON document and, beneath it, the district's SSH signature over that document, in one file. The same
facts and key always give the same bytes, so that no byte of it can change unnoticed. The reason stays in the district's
history: it is a sentence that somebody typed for the house, and nobody approved it to leave.
"""

import msgspec

from appliance.aggregate.release import sshsig
from appliance.aggregate.release.sshsig import PublicKey, Signer
from appliance.errors import BadFile

LARGEST = 64 * 1024
"""Bytes. A longer file is no notice."""
_BEGINS = b'{\n  "schoolhouse_withdrawal": 1,'
_SIGNED = "-----BEGIN SSH SIGNATURE-----"


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a notice says. Days are ISO text."""

    schoolhouse_withdrawal: int = 1
    """The format of the notice."""
    lea_id: str
    district_name: str
    school_year: str
    snapshot: str
    package: str
    """The file name under which the package left."""
    sha256: str
    """Of the whole package: this one, and no other, is withdrawn."""
    withdrawn_by: str
    withdrawn_on: str

    @property
    def file_name(self) -> str:
        """Where the notice lies in the outbox, beside where the package lay."""
        return notice_name(self.package)


def notice_name(package: str) -> str:
    """The name of the notice of a package, which takes the place of its own."""
    return f"{package.removesuffix('.zip')}.withdrawn.txt"


def write(withdrawal: Withdrawal, signer: Signer) -> bytes:
    """The notice as it leaves."""
    document = _document(withdrawal)
    return document + signer.sign(document).encode()


def is_notice(data: bytes) -> bool:
    """Whether a file claims to be a notice, and not a package."""
    return data.startswith(_BEGINS)


def read(data: bytes) -> tuple[Withdrawal, PublicKey]:
    """What a notice says, and the key that signed it. Raises `BadFile` unless it is, to the byte, what `write` gives.

    Whether the key is to be trusted is another question.
    """
    document, mark, signature = data[:LARGEST].partition(_SIGNED.encode())
    try:
        told = msgspec.json.decode(document, type=Withdrawal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadFile("It is not a withdrawal notice of format 1. Ask the district for it again.") from None
    if len(data) > LARGEST or not mark or told.schoolhouse_withdrawal != 1 or document != _document(told):
        raise BadFile("The withdrawal notice is not written as the appliance writes it. It was altered or cut short.")
    try:
        return told, sshsig.verify(document, (mark + signature).decode(errors="replace"))
    except BadFile:
        raise BadFile("The signature does not fit the withdrawal notice. Refuse it and ask the district.") from None


def _document(withdrawal: Withdrawal) -> bytes:
    return msgspec.json.format(msgspec.json.encode(withdrawal), indent=2) + b"\n"
