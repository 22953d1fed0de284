"""The drawing of a release's states says what the table says, and nothing runs into anything else."""

from itertools import combinations

from appliance.jobs.release_states import STEPS
from appliance.web.state_diagram import diagram

DRAWN = diagram(STEPS)


def test_every_state_is_a_box_and_every_step_an_arrow():
    assert {box.name for box in DRAWN.boxes} == {state for step in STEPS for state in (step.before, step.after)}
    assert [arrow.deed for arrow in DRAWN.arrows] == [step.deed for step in STEPS]
    for step in STEPS:
        assert f"{step.deed}: from {step.before} to {step.after}" in DRAWN.description


def test_no_box_lies_on_another_or_outside_the_drawing():
    wide, tall = DRAWN.box_width, DRAWN.box_height
    for one, other in combinations(DRAWN.boxes, 2):
        assert abs(one.x - other.x) >= wide or abs(one.y - other.y) >= tall, (one, other)
    for box in DRAWN.boxes:
        assert 0 <= box.x <= DRAWN.width - wide
        assert 0 <= box.y <= DRAWN.height - tall


def test_the_manual_draws_it_above_the_table(visit):
    page = visit("ruiz").get("/manual/what-leaves").text
    assert page.index('id="release-states-t"') < page.index('aria-label="Steps of a release, table"')
    for box in DRAWN.boxes:
        assert f">{box.name}</text>" in page
