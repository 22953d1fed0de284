"""What a reader of a page is told, without the random letters that a page also holds."""

from html.parser import HTMLParser

_UNREAD = {"script", "style", "template"}
_WITHIN_A_LINE = set("a abbr b bdi code em i label mark small span strong sub sup tspan wbr".split())
_TOLD_BY_ATTRIBUTES = ("aria-label", "alt", "title", "placeholder")


def read(page: str) -> str:
    """The words of a page or of a part of one, with single spaces; after them the labels that only attributes hold.

    Tokens, keys and addresses stand in other attributes and are left out: of enough random letters some will spell any
    short word, so `"IEP" not in page` would fail by chance where `"IEP" not in read(page)` does not.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return " ".join("".join([*reader.text, *reader.labels]).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.labels: list[str] = []
        self._unread = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread = tag
        self._break_at(tag)
        self.labels += [f" {value}" for name, value in attrs if name in _TOLD_BY_ATTRIBUTES]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._unread = ""
        self._break_at(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.text.append(data)

    def _break_at(self, tag: str) -> None:
        if tag not in _WITHIN_A_LINE:
            self.text.append(" ")
