"""What tests read of a page: its words, and nothing of what is random in it."""

from tests.page_text import read


def test_words_are_read_and_tokens_addresses_scripts_and_marks_are_not() -> None:
    page = (
        "<title>Elm</title><style>.IEP{}</style><script>let IEP</script>"
        '<form action="/students/xIEPx"><input type="hidden" name="csrf" value="aIEPb"></form>'
        "<p><bdi>Ada</bdi>&#39;s day,<br>\n Nov&nbsp;20</p><td>5</td><td>of 60</td>"
    )
    assert read(page) == "Elm Ada's day, Nov 20 5 of 60"


def test_what_only_attributes_say_is_read_last() -> None:
    said = read('<svg aria-label="Eight weeks"><title>Days</title></svg><input placeholder="A name" value="sIEPt">met')
    assert said == "Days met Eight weeks A name"


def test_a_part_that_is_cut_out_of_a_page_is_read_too() -> None:
    assert read("Ada</b> came.</p><p>Gus <b>left") == "Ada came. Gus left"
