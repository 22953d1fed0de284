"""A zip is opened with care: whatever is wrong with it is one sentence, and nothing of it is read."""

import io
import random
import struct
import warnings
import zipfile

import pytest

from appliance.errors import BadFile
from appliance.student_level.sources.archive import MOST_MEMBERS, files_in

ROW = b"student_id,date,category\n501,2026-09-08,Excused\n"


def packed(*members, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(content, "w", method) as package:
        warnings.simplefilter("ignore")
        for member, data in members:
            package.writestr(member, data)
    return content.getvalue()


def link():
    member = zipfile.ZipInfo("users.csv")
    member.external_attr = 0o120777 << 16
    return member


def locked():
    content = bytearray(packed(("users.csv", ROW)))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


def lying(size):
    """A member that says it unpacks to `size` bytes."""
    content = bytearray(packed(("users.csv", b"x" * 100_000)))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + place
        content[at : at + 4] = struct.pack("<I", size)
    return bytes(content)


def damaged(place):
    content = bytearray(packed(("users.csv", random.Random(1).randbytes(5000).hex().encode())))
    content[place] ^= 0xFF
    return bytes(content)


def of_unknown_method():
    content = bytearray(packed(("users.csv", ROW)))
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(signature) + place] = 97
    return bytes(content)


def another_name_inside():
    return packed(("users.csv", ROW)).replace(b"users.csv", b"other.csv", 1)


def read_all(path):
    for file in files_in(path):
        with file.open() as stream:
            while stream.read(1 << 16):
                pass


BAD = {
    "not a zip": (b"sourcedId,name\n1,Ada\n", "is not a zip file"),
    "an empty file": (b"", "is not a zip file"),
    "the start of a zip": (packed(("users.csv", ROW))[:40], "damaged zip file"),
    "a zip without its end": (packed(("users.csv", ROW))[:-30], "damaged zip file"),
    "a name that climbs out": (packed(("../../etc/users.csv", ROW)), "leads out of the package"),
    "a name with backslashes": (packed(("..\\..\\users.csv", ROW)), "leads out of the package"),
    "an absolute name": (packed(("/etc/users.csv", ROW)), "leads out of the package"),
    "a drive": (packed(("C:\\users.csv", ROW)), "leads out of the package"),
    "a zip in the zip": (packed(("inner.zip", packed(("users.csv", ROW)))), "holds another zip file"),
    "a link": (packed((link(), b"/etc/passwd")), "holds a link"),
    "a password": (locked(), "locked with a password"),
    "two files of one name": (packed(("users.csv", ROW), ("users.csv", ROW)), "two files of the same name"),
    "two names but for case": (packed(("users.csv", ROW), ("Users.CSV", ROW)), "two files of the same name"),
    "two folders with one name": (packed(("a/users.csv", ROW), ("b/users.csv", ROW)), "two files of the same name"),
    "too many files": (packed(*((f"{n}.csv", b"x") for n in range(MOST_MEMBERS + 1))), "files; at most"),
    "a bomb": (packed(("users.csv", b"0" * 30_000_000)), "would unpack to"),
    "a size that lies low": (lying(100), "is damaged inside"),
    "a size that lies high": (lying(10**9), "would unpack to"),
    "a flipped byte": (damaged(2000), "is damaged inside"),
    "an unknown compression": (of_unknown_method(), "damaged"),
    "another name inside": (another_name_inside(), "is damaged inside"),
}


@pytest.mark.parametrize(("content", "sentence"), BAD.values(), ids=BAD.keys())
def test_a_bad_zip_is_one_sentence_that_names_it(tmp_path, content, sentence):
    path = tmp_path / "roster.zip"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=sentence) as caught:
        read_all(path)
    assert str(caught.value).startswith("roster.zip ")
    assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.rglob("*")] == ["roster.zip"]


@pytest.mark.parametrize("seed", range(150))
def test_a_zip_with_any_byte_damaged_is_read_whole_or_refused(tmp_path, seed):
    dice = random.Random(seed)
    content = bytearray(packed(("users.csv", ROW * 20), ("orgs.csv", ROW * 10), method=dice.choice([0, 8])))
    for _ in range(dice.randint(1, 3)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    path = tmp_path / "roster.zip"
    path.write_bytes(content[: dice.randint(4, len(content))] if dice.random() < 0.2 else content)
    try:
        read_all(path)
    except BadFile as refused:
        assert "roster.zip" in str(refused)


def test_a_zip_under_another_name_a_folder_and_a_missing_file_are_told_apart(tmp_path):
    (tmp_path / "users.csv").write_bytes(packed(("users.csv", ROW)))
    for path, sentence in (
        (tmp_path / "users.csv", "zip file under another name"),
        (tmp_path, "is a folder"),
        (tmp_path / "nothing.csv", "no such file"),
    ):
        with pytest.raises(BadFile, match=sentence):
            list(files_in(path))


def test_what_file_managers_put_into_a_zip_is_passed_over(tmp_path):
    path = tmp_path / "roster.zip"
    path.write_bytes(packed(("export/users.csv", ROW), ("__MACOSX/export/._users.csv", b"\0\5"), (".DS_Store", b"\0")))
    assert [file.name for file in files_in(path)] == ["roster.zip/users.csv"]
