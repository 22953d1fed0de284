"""What can be read in a PDF of ours: the words that its glyphs stand for, line by line."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)> *<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)> *<([0-9A-Fa-f]+)> *<([0-9A-Fa-f]+)>")
_SHOWN = re.compile(rb"/([^\s/]+) [\d.]+ Tf|\[([^\]]*)\] ?TJ|<([0-9A-Fa-f]+)> ?Tj|(\bET\b)", re.DOTALL)


def text_of(pdf: bytes) -> str:
    """The text in the order in which it is drawn, a line for each text object."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    streams = {number: _unpacked(body) for number, body in objects.items() if b"stream" in body}
    for number in [number for number, body in objects.items() if b"/ObjStm" in body]:
        objects |= _packed(objects[number], streams[number])
    glyphs = {number: _glyphs(streams[number]) for number in streams if b"begincmap" in streams[number]}
    fonts: dict[bytes, dict[bytes, str]] = {}
    for body in objects.values():
        for name, font in re.findall(rb"/([^\s/<>]+) (\d+) 0 R", body):
            told = re.search(rb"/ToUnicode (\d+) 0 R", objects.get(int(font), b""))
            if told:
                fonts[name] = glyphs[int(told[1])]
    return "".join(_words(content, fonts) for content in streams.values() if b" Tf" in content)


def _unpacked(body: bytes) -> bytes:
    found = _STREAM.search(body)
    raw = found[1] if found else b""
    return zlib.decompress(raw) if b"/FlateDecode" in body else raw


def _packed(head: bytes, content: bytes) -> dict[int, bytes]:
    first, count = (int(re.search(rb"/%b (\d+)" % name, head)[1]) for name in (b"First", b"N"))
    numbers = list(map(int, content[:first].split()))[: 2 * count]
    starts = [*numbers[1::2], len(content) - first]
    return {
        number: content[first + starts[place] : first + starts[place + 1]] for place, number in enumerate(numbers[::2])
    }


def _glyphs(cmap: bytes) -> dict[bytes, str]:
    listed = b"".join(re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL))
    found = {code.upper(): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in _PAIR.findall(listed)}
    for first, last, text in _RANGE.findall(b"".join(re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL))):
        for place, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
            found[b"%0*X" % (len(first), code)] = chr(int(text, 16) + place)
    return found


def _words(content: bytes, fonts: dict[bytes, dict[bytes, str]]) -> str:
    said, glyphs = [], dict[bytes, str]()
    for font, several, one, is_end in _SHOWN.findall(content):
        if font:
            glyphs = fonts.get(font, {})
        elif is_end:
            said.append("\n")
        for run in re.findall(rb"<([0-9A-Fa-f]+)>", several) or [one]:
            width = len(next(iter(glyphs), b"0000"))  # A font of few glyphs numbers them with one byte.
            said += [glyphs.get(run[at : at + width].upper(), "") for at in range(0, len(run), width)]
    return "".join(said)
