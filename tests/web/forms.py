"""A form as a browser without a script sends it: every field with the value that stands in it."""

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._select = ""
        self._first = False

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "form":
            self.forms.append((told.get("action") or "", {}))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        if tag == "input" and told.get("name") and told.get("type") not in ("file", "checkbox", "radio"):
            fields[told["name"]] = told.get("value") or ""
        elif tag == "textarea":
            fields[told["name"]] = ""
        elif tag == "select":
            self._select, self._first = told["name"], True
        elif tag == "option" and (self._first or "selected" in told):
            self._first = False
            fields[self._select] = told.get("value", "\0")

    def handle_data(self, data):
        if self.forms and self.forms[-1][1].get(self._select) == "\0":
            self.forms[-1][1][self._select] = data


def form_on(page: str, *, having: str) -> tuple[str, dict[str, str]]:
    """(address, fields) of the form that has a field of this name."""
    parser = _Forms()
    parser.feed(page)
    return next((address, dict(fields)) for address, fields in parser.forms if having in fields)
