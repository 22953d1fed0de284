"""While files are checked or loaded, the page says how far that is, with a script and without."""

import pytest

from tests.conftest import Person, app_for, sign_in
from tests.web.test_upload import send


@pytest.fixture
def kim(own_town) -> Person:
    app = app_for(own_town)
    yield sign_in(app, "kim")
    app.state["uploads"].close()


def test_the_page_names_the_file_what_is_done_with_it_and_how_much_of_it(kim):
    at = send(kim, ("late.csv", b"student_id,school_id,entry_date,grade_level\n")).headers["location"]
    uploads = kim.browser.app.state["uploads"]
    uploads._worker.submit(lambda: None).result()  # its check is over
    upload = uploads.find(at.rpartition("/")[2])
    upload.state = "checking"
    upload.note("roster.zip/results.csv, loading (rows)", 51_000, 204_000)
    answer = kim.get(at)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in answer.text
    assert f'data-hx-get="{at}" data-hx-trigger="every 3s"' in answer.text
    assert "roster.zip/results.csv, loading (rows): 51,000 of 204,000." in answer.text
    assert 'value="51000" max="204000"' in answer.text
    upload.state = "checked"
    over = kim.get(at).text
    assert not any(word in over for word in ("refresh", "data-hx-", "<script"))
