"""Each metric against the worked examples that the manual prints."""

import pytest

from appliance.student_level.metrics.catalogue import metrics, released
from appliance.student_level.metrics.worked_examples import worked_examples
from tests.student_level.metrics.worked_examples import count

EXAMPLES = worked_examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e.metric}: {e.title}" for e in EXAMPLES])
def test_the_metric_gives_what_the_example_says(tmp_path, example):
    counted = sorted(count(tmp_path, example), key=repr)
    assert counted == sorted(
        ({"detail": "", **row} for row in example.result.records), key=lambda row: repr(order(row))
    )


def order(row):
    return {name: row[name] for name in ("family", "place", "group", "detail", "count", "out of")}


def test_every_metric_has_an_example_and_every_example_a_metric():
    assert {example.metric for example in EXAMPLES if not example.is_released} == {metric.name for metric in metrics()}
    counted_otherwise = {metric.name for metric in released()} - {
        metric.name for metric in released() if metric in metrics()
    }
    shown = {example.metric for example in EXAMPLES if example.is_released}
    assert counted_otherwise <= shown <= {metric.name for metric in released()}
