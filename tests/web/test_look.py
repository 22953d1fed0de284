"""The stylesheet: colours that can be read, one file, small."""

import re

import pytest

from appliance.settings import TEMPLATES
from appliance.student_level.records.levels import LEVELS
from appliance.web.rendering import STATIC

CSS = (STATIC / "schoolhouse.css").read_text()
TEXT_ON = {
    "ink": ("paper", "surface", "note", "good", "raised"),
    "ink-2": ("paper", "surface", "raised"),
    "link": ("paper", "surface"),
    "btn-ink": ("btn",),
    "top-ink": ("top",),
    "bad": ("paper",),
    "c1": ("paper",),
}
MARKS_ON = {"line-2": ("paper",), "focus": ("paper",), "c2": ("paper",), "bar": ("paper",), "note-line": ("note",)}


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})", block))


LIGHT = tokens(CSS[: CSS.index("@media (prefers-color-scheme:dark)")])
DARK = tokens(CSS[CSS.index("@media (prefers-color-scheme:dark)") :].split("}")[0])


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(letter * 2 for letter in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, LIGHT | DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out_in_both_themes(theme: dict[str, str]) -> None:
    for pairs, least in ((TEXT_ON, 4.5), (MARKS_ON, 3.0)):
        for ink, papers in pairs.items():
            for paper in papers:
                assert contrast(theme[ink], theme[paper]) >= least, (ink, paper)


def test_the_letters_in_the_day_grid_can_be_read() -> None:
    for theme in (LIGHT, LIGHT | DARK):
        assert contrast(theme["day-u"], theme["paper"]) >= 4.5
        assert contrast(theme["day-e"], theme["ink"]) >= 4.5
        assert contrast(theme["day-t"], theme["ink"]) >= 4.5


def test_dark_names_colours_that_light_names_too() -> None:
    assert len(DARK) > 20
    assert set(DARK) <= set(LIGHT)


def test_the_stylesheet_is_small_and_needs_nothing_else() -> None:
    assert len(CSS.encode()) < 15_360
    assert not re.search(r"@import\s+[\"'u]", CSS)
    assert all(address.endswith(".woff2") and "/" not in address for address in re.findall(r"url\(([^)]*)\)", CSS))
    assert CSS.count("{") == CSS.count("}")


def test_no_rule_is_about_a_class_that_no_page_has() -> None:
    pages = [file.read_text() for file in TEMPLATES.rglob("*.html") if "paper" not in file.parts]
    written = " ".join(names for page in pages for names in re.findall(r'class="([^"]*)"', page))
    # What a page says only when it is drawn: a day's code, a level's place.
    drawn = {"e", "t", "u", *(f"m{place}" for place, _ in enumerate(LEVELS))}
    rules = re.sub(r"\{[^{}]*\}", " ", re.sub(r"url\([^)]*\)|/\*.*?\*/", "", CSS, flags=re.DOTALL))
    named = set(re.findall(r"\.([a-zA-Z][\w-]*)", rules))
    assert len(named) > 80
    assert named - set(re.findall(r"[\w-]+", written)) - drawn == set()


def test_no_token_is_named_that_nothing_uses() -> None:
    named = set(re.findall(r"(--[\w-]+):", CSS))
    assert {token for token in named if f"var({token})" not in CSS} == set()


def test_the_typeface_comes_from_the_appliance_itself() -> None:
    named = re.findall(r"src:url\(([^)]+)\)", CSS)
    assert len(named) == 2
    for name in named:
        # A bare name: beside the stylesheet, on this server; and really a WOFF2.
        assert (STATIC / name).read_bytes()[:4] == b"wOF2"
    assert "Open Font License" in (STATIC / "atkinson-next-OFL.txt").read_text()
