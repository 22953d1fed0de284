"""A draft notes what it rests on, at the moment it is drafted."""

from appliance.storage.database import Database

from .conftest import Type


def test_a_draft_keeps_the_imports_behind_each_of_its_tables(ready: Type, tmp_path):
    ready("release", "draft", "--snapshot", "2026-10-01", "--as", "s.ortiz")
    database = Database(tmp_path / "home")
    found = database._writer.execute("SELECT metric, batch_key FROM release_source ORDER BY 1").fetchall()
    database.close()
    assert {batch for _, batch in found} == {1}
    assert {metric for metric, _ in found} == {
        *("membership", "subgroup_membership", "chronic_absence", "assessment_performance", "assessment_participation"),
        *("homeless_mobility", "leavers"),
    }
