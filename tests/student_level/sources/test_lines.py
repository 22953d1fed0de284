"""The hashes of lines, by which a nightly file is held against last night's."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appliance.student_level.sources.lines import LineHashes

OF_ELM, OF_OAK = b"Elm's home.", b"Oak's home."


def hashes(blocks, key=OF_ELM):
    found = LineHashes(key)
    for block in blocks:
        found.take(block)
    return found.end().tolist()


@given(st.lists(st.binary(max_size=9), max_size=9), st.lists(st.integers(0, 99), max_size=5))
def test_each_line_has_one_hash_however_the_file_comes_in_pieces(lines, cuts):
    whole = b"".join(line.replace(b"\n", b"") + b"\n" for line in lines)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[one:other] for one, other in pairwise(edges)]
    assert hashes(pieces) == hashes([whole])
    assert len(hashes([whole])) == len(lines)


def test_lines_are_told_apart_and_like_lines_are_not():
    ada, ben, again = hashes([b"Ada,91\nBen,91\nAda,91"])
    assert ada == again != ben


def test_another_home_hashes_ada_s_line_in_another_way():
    assert hashes([b"Ada,91\n"], OF_ELM) != hashes([b"Ada,91\n"], OF_OAK)


def test_a_file_with_a_line_longer_than_any_row_has_no_hashes():
    assert hashes([b"Ada,91\n", b"x" * (1 << 20), b"x", b"\nBen,91\n"]) == []
