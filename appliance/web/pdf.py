"""Pages as PDF, made in a worker process: it is handed HTML and holds no key, no database and no network.

A worker lives for one batch. That costs a second to start and leaves no process with pupils' pages in its memory.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from importlib.util import find_spec
from multiprocessing import get_context
from urllib.parse import urlsplit
from urllib.request import url2pathname

from appliance.errors import Trouble
from appliance.settings import PACKAGE

_STATIC = PACKAGE / "web" / "static"
MOST_SHEETS = 500
"""In one file. A school's letters are more often than that a mistake in the filter."""


class NoPdf(Trouble):
    """No PDF can be made on this machine, or the worker has ended."""


def pdf_of(sheets: Sequence[str]) -> bytes:
    """One PDF of several HTML documents, each beginning on a page of its own. About 30 ms a sheet after the first
    second. Raises NoPdf with what to install or do.
    """
    if len(sheets) > MOST_SHEETS:
        raise NoPdf(f"That would be {len(sheets)} sheets, and {MOST_SHEETS} fit into one file. Choose fewer students.")
    _see_that_it_can()
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as worker:
            return worker.submit(_make, tuple(sheets)).result()
    except BrokenProcessPool as error:
        raise NoPdf("The PDF could not be made: the worker ended. Print the page from the browser instead.") from error


@cache
def _see_that_it_can() -> None:
    """WeasyPrint draws text with Pango, which a bare server may lack."""
    import ctypes.util

    if find_spec("weasyprint") is None or not ctypes.util.find_library("pango-1.0"):
        raise NoPdf(
            "PDFs need Pango on the server. Whoever looks after it: apt install libpango-1.0-0 libpangoft2-1.0-0 "
            "libharfbuzz-subset0. Until then, print the page from the browser."
        )


def _make(sheets: tuple[str, ...]) -> bytes:
    """In the worker. Each sheet is laid out on its own: one long document would take the square of the time."""
    import weasyprint
    from weasyprint.urls import URLFetcher

    class OurFilesOnly(URLFetcher):  # type: ignore[misc]
        """Opens what lies beside the stylesheet, and no other address on or off this machine."""

        def fetch(self, url: str, headers: object = None) -> object:
            parts = urlsplit(url)
            if parts.scheme != "file" or not (_STATIC / url2pathname(parts.path)).resolve().is_relative_to(_STATIC):
                raise ValueError("not one of our files")
            return super().fetch(url, headers)

    base = _STATIC.as_uri() + "/"
    laid_out = [weasyprint.HTML(string=sheet, base_url=base, url_fetcher=OurFilesOnly()).render() for sheet in sheets]
    pages = [page for document in laid_out for page in document.pages]
    made: bytes = laid_out[0].copy(pages).write_pdf()
    return made
