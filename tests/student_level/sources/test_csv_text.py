"""CSV as districts write it: any encoding and line end is read, anything that would lose data is refused."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.student_level.sources.archive import SourceFile
from appliance.student_level.sources.csv_text import LONGEST_FIELD, look_through


def source(content):
    return SourceFile("people.csv", len(content), lambda: io.BytesIO(content))


def rows_of(content):
    return list(look_through(source(content)).rows())


HEADER = ["student_id", "name", "note"]
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8)


def written(rows, encoding, line_end, quoting=csv.QUOTE_MINIMAL):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=line_end, quoting=quoting)
    writer.writerows([HEADER, *rows])
    return text.getvalue().encode(encoding)


@given(
    ROWS,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_a_csv_writer_wrote_is_read_back_to_the_letter(rows, encoding, line_end, quoting):
    if any("\r" in cell or "\n" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # Python 3.11 writes a lone line end of another kind without quotation marks.
    table = look_through(source(written(rows, encoding, line_end, quoting)))
    assert table.header == tuple(HEADER)
    assert [fields for _, fields in table.rows()] == rows


LATIN = st.text(st.characters(codec="cp1252", exclude_characters="\x00"), max_size=20)


@given(st.lists(st.lists(LATIN, min_size=3, max_size=3), max_size=8))
def test_windows_1252_is_read_where_it_is_not_utf_8(rows):
    rows = [["1", "Peña Müller", "naïve"], *rows]
    table = look_through(source(written(rows, "cp1252", "\r\n", csv.QUOTE_ALL)))
    assert table.encoding == "cp1252"
    assert [fields for _, fields in table.rows()] == rows


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_a_sentence(content):
    try:
        rows_of(content)
    except BadFile as refused:
        assert str(refused).startswith("people.csv")


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]))
def test_any_text_is_read_or_refused_in_a_sentence(text, encoding):
    try:
        rows_of(text.encode(encoding, "replace"))
    except BadFile as refused:
        assert str(refused).startswith("people.csv")


def test_rows_are_numbered_as_a_spreadsheet_numbers_them_and_blank_ones_are_passed_over():
    content = b'id,name\n1,Ada\n\n2,"Ben\nBrook"\n3,Cy\n'
    assert rows_of(content) == [(2, ["1", "Ada"]), (4, ["2", "Ben\nBrook"]), (5, ["3", "Cy"])]


def test_a_header_and_no_rows_is_a_table_without_rows():
    assert rows_of(b"id,name") == rows_of(b"id,name\n") == []


BAD = {
    "nothing": (b"", "is empty"),
    "a quote that is never closed": (b'id,name\n1,"Ada\n2,Ben\n', "never closed"),
    "a quote in the header that is never closed": (b'id,"name\n1,Ada\n', "never closed"),
    "a quote in the wrong place": (b'id,name\n1,"Ada" Abara\n', "wrong place"),
    "a NUL": (b"id,name\n1,A\x00da\n", "NUL"),
    "a NUL far into the file": (b"id,name\n" + b"1,Ada\n" * 400_000 + b"2,B\x00en\n", "NUL"),
    "cut short": (b"id,name,grade\n1,Ada,08\n2,Be", "cut short"),
    "utf-16 without a mark": ("id,name\n1,Ada\n".encode("utf-16-le"), "NUL"),
    "half a utf-16 character": ("id,name\n1,Ada\n".encode("utf-16") + b"\x41", "mixes character encodings"),
    "latin-1 after a utf-8 mark": (b"\xef\xbb\xbfid,name\n1,Pe\xf1a\n", "mixes character encodings"),
    "a field of 10 MB": (b'id,name\n1,"' + b"a" * 10_000_000 + b'"\n', "longer than"),
    "a field of 10 MB in lines": (b'id,name\n1,"' + b"aaaaaaaaa\n" * 1_000_000 + b'"\n', "longer than"),
    "one endless line": (b"a" * 10_000_000, "longer than"),
}


@pytest.mark.parametrize(("content", "sentence"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_one_sentence_that_names_it_and_shows_no_value(content, sentence):
    with pytest.raises(BadFile, match=sentence) as caught:
        rows_of(content)
    said = str(caught.value)
    assert said.startswith("people.csv")
    assert "\n" not in said
    assert not any(name in said for name in ("Ada", "Ben", "Peña", "aaaa"))


def test_a_field_as_long_as_allowed_is_read():
    assert rows_of(b"id,name\n1," + b"a" * LONGEST_FIELD + b"\n") == [(2, ["1", "a" * LONGEST_FIELD])]


def test_memory_is_flat_however_long_the_file(tmp_path):
    """200,000 rows are read in the memory of 2,000: some megabytes of buffers, whatever the length."""
    path = tmp_path / "results.csv"

    def peak(rows):
        with path.open("w") as file:
            file.write("sourcedId,student,score,date\n")
            file.writelines(f"R-{n},S{n // 50},{n % 100},2026-10-03\n" for n in range(rows))
        found = SourceFile("results.csv", path.stat().st_size, lambda: path.open("rb", buffering=0))
        tracemalloc.start()
        assert sum(1 for _ in look_through(found).rows()) == rows
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    small, large = peak(2_000), peak(200_000)
    assert path.stat().st_size > 5_000_000
    assert large < small + 4_000_000
