"""From a measure's number to the students in it: the SQL that counted them, run once more within the reader's scope."""

from dataclasses import dataclass

from appliance.storage.database import Reading
from appliance.student_level.metrics.catalogue import metrics, with_prepared
from appliance.student_level.metrics.counting import values_for
from appliance.student_level.records.rule_book import RuleBook


@dataclass(frozen=True, slots=True)
class Behind:
    """One student's part of a number: counted in `count` of `out_of`, in the unit of the measure."""

    student_key: int
    count: int
    out_of: int


def behind(counting: Reading, name: str, detail: str, school_key: int, day: int, book: RuleBook) -> list[Behind]:
    """The students of a school in a measure's number, found by the SQL that counted it, among those of the reader.

    Ask through `access.counting_as`. Students who left since are in the number and not here.
    """
    metric = next(one for one in metrics() if one.name == name)
    rows = counting.query(
        f"""{with_prepared(metric.sql)}
        SELECT counted.student_key, sum(counted.count) AS count, sum(counted.out_of) AS out_of
          FROM ({metric.sql}) AS counted
          JOIN reporting_student AS here ON here.place_key = counted.place_key
                                        AND here.student_key = counted.student_key
         WHERE counted.place_key = :school AND here.begin_day <= :snapshot
           AND (:detail = '' OR counted.detail = :detail)
         GROUP BY counted.student_key ORDER BY counted.student_key""",  # noqa: S608 our own files
        {**values_for(day, book), "school": school_key, "detail": detail},
    )
    return [Behind(**row) for row in rows]
