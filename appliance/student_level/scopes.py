"""How far each scope of `roles.py` reaches: the students, each with the reason, and the classes. Plain SQL, one beside
another, worked out anew at each request: what the roster or a grant says now is what holds now.

`:staff` is the reader in the roster, `:account` their account, `:today` the day the pages are about, `:now` Unix
seconds, `:grace` days, `:family_pages` 1 when the district has switched these on, `:named` one student or NULL, and
`:typed` a whole name or a district's student id, for whoever answers questions about one student at a time.
"""

from dataclasses import dataclass

from appliance.roles import Scope


@dataclass(frozen=True, slots=True)
class Reach:
    """`students`: SELECT student_key, reason; the reason ends a sentence about the student. `sections`: section_key."""

    students: str
    sections: str = "SELECT NULL AS section_key WHERE 0"


_TEACHES = """
    SELECT student_key,
           CASE count(*) WHEN 1 THEN 'is in your class ' ELSE 'is in your classes ' END || group_concat(title, '; ')
               AS reason
      FROM (SELECT section_enrollment.student_key, max(is_primary) AS is_first,
                   section.title || CASE max(is_primary) WHEN 1 THEN '' ELSE ' (as co-teacher)' END AS title
              FROM {vault}.teaching
              JOIN {vault}.section USING (section_key)
              JOIN {vault}.section_enrollment USING (section_key)
             WHERE teaching.staff_key = :staff AND section.is_active
               AND section_enrollment.begin_day <= :today AND teaching.begin_day <= :today
               AND :today < :grace + min(coalesce(section_enrollment.end_day, section.end_day),
                                         coalesce(teaching.end_day, section.end_day))
             GROUP BY section_enrollment.student_key, section.title
             ORDER BY section.title)
     GROUP BY student_key
"""
_TEACHES_SECTIONS = """
    SELECT DISTINCT section_key FROM {vault}.teaching JOIN {vault}.section USING (section_key)
     WHERE staff_key = :staff AND section.is_active AND teaching.begin_day <= :today
       AND :today < :grace + coalesce(teaching.end_day, section.end_day)
"""
_CASELOAD = """
    SELECT student_key, 'is on your caseload' AS reason FROM {vault}.caseload
     WHERE staff_key = :staff AND begin_day <= :today AND (end_day IS NULL OR end_day > :today)
     GROUP BY student_key
"""


def _day(number: str) -> str:
    """SQL that writes a day number for people, as pages do: Dec 4, 2026."""
    at = f"86400 * ({number}), 'unixepoch'"
    month = f"substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * strftime('%m', {at}) - 2, 3)"
    return f"{month} || ' ' || CAST(strftime('%d', {at}) AS INTEGER) || strftime(', %Y', {at})"


# The day on which a grant ends is its last: people write "until December 4" and mean that day too.
_GRANTED = f"""
    SELECT student_key, group_concat(reason, '; ') AS reason
      FROM (SELECT student_key, 'was opened for you until ' || {_day("max(end_day)")} AS reason
              FROM {{vault}}.coach_grant
             WHERE account_key = :account AND student_key IS NOT NULL AND :today BETWEEN begin_day AND end_day
             GROUP BY student_key
             UNION ALL
            SELECT seat.student_key,
                   'is in ' || section.title || ', opened for you until ' || {_day("max(given.end_day)")}
              FROM {{vault}}.coach_grant AS given
              JOIN {{vault}}.section USING (section_key)
              JOIN {{vault}}.section_enrollment AS seat USING (section_key)
             WHERE given.account_key = :account AND :today BETWEEN given.begin_day AND given.end_day
               AND section.is_active AND seat.begin_day <= :today
               AND :today < coalesce(seat.end_day, section.end_day)
             GROUP BY seat.student_key, section.section_key)
     GROUP BY student_key
"""  # noqa: S608 nothing but our own words goes in
_GRANTED_SECTIONS = """
    SELECT DISTINCT section_key FROM {vault}.coach_grant JOIN {vault}.section USING (section_key)
     WHERE account_key = :account AND :today BETWEEN coach_grant.begin_day AND coach_grant.end_day AND section.is_active
"""
_COVERED = """
    SELECT seat.student_key,
           'is in ' || group_concat(DISTINCT section.title) || ', for whose teacher you stand in today' AS reason
      FROM {vault}.day_code
      JOIN {vault}.teaching USING (staff_key)
      JOIN {vault}.section USING (section_key)
      JOIN {vault}.section_enrollment AS seat USING (section_key)
     WHERE day_code.account_key = :account AND begins_at <= :now AND :now < ends_at
       AND section.is_active AND teaching.begin_day <= :today AND seat.begin_day <= :today
       AND :today < min(coalesce(seat.end_day, section.end_day), coalesce(teaching.end_day, section.end_day))
     GROUP BY seat.student_key
"""
_COVERED_SECTIONS = """
    SELECT DISTINCT section_key
      FROM {vault}.day_code
      JOIN {vault}.teaching USING (staff_key)
      JOIN {vault}.section USING (section_key)
     WHERE day_code.account_key = :account AND begins_at <= :now AND :now < ends_at
       AND section.is_active AND section.begin_day <= :today AND teaching.begin_day <= :today
       AND :today < coalesce(teaching.end_day, section.end_day)
"""
LEADS_SCHOOLS = """
    SELECT DISTINCT organization_key AS school_key FROM {vault}.staff_role
     WHERE staff_key = :staff AND role = 'principal'
       AND (begin_day IS NULL OR begin_day <= :today) AND (end_day IS NULL OR end_day > :today)
"""
LEADS_REASON = "is a student of the school you lead"
_LEADS = f"""
    SELECT DISTINCT student_key, '{LEADS_REASON}' AS reason
      FROM ({LEADS_SCHOOLS}) CROSS JOIN {{vault}}.school_enrollment USING (school_key)
     WHERE begin_day <= :today AND (end_day IS NULL OR end_day > :today)
"""  # noqa: S608 nothing but our own words goes in
_LEADS_SECTIONS = f"SELECT section_key FROM ({LEADS_SCHOOLS}) CROSS JOIN {{vault}}.section USING (school_key)"  # noqa: S608
_BROKEN_GLASS = """
    SELECT student_key, 'was opened by you by breaking the glass, until '
               || trim(strftime('%l:%M %P', max(ends_at), 'unixepoch', 'localtime')) AS reason
      FROM {vault}.broken_glass
     WHERE account_key = :account AND opened_at <= :now AND :now < ends_at
     GROUP BY student_key
"""
_NAMED = """
    SELECT student_key, 'was named by you' AS reason FROM {vault}.student WHERE student_key = :named
     UNION
    SELECT * FROM (
        SELECT student_key, 'was named by you' FROM (SELECT 1 WHERE :typed <> '') CROSS JOIN {vault}.student
         WHERE (lower(given_name || ' ' || family_name) = lower(:typed) OR student_key IN
               (SELECT key FROM {vault}.identity
                 WHERE entity = 'student' AND system = 'district' AND source_id = :typed))
         LIMIT 20)
"""
_OWN_CHILDREN = """
    SELECT student_key, 'is your child' AS reason FROM {vault}.guardian_link
     WHERE account_key = :account AND :family_pages
       AND begin_day <= :today AND (end_day IS NULL OR end_day > :today)
"""

REACHES = {
    Scope.OWN_CLASSES: Reach(_TEACHES, _TEACHES_SECTIONS),
    Scope.CASELOAD: Reach(_CASELOAD),
    Scope.GRANTED: Reach(_GRANTED, _GRANTED_SECTIONS),
    Scope.COVERED_CLASSES: Reach(_COVERED, _COVERED_SECTIONS),
    Scope.SCHOOL: Reach(_LEADS, _LEADS_SECTIONS),
    Scope.BROKEN_GLASS: Reach(_BROKEN_GLASS),
    Scope.ONE_BY_NAME: Reach(_NAMED),
    Scope.OWN_CHILDREN: Reach(_OWN_CHILDREN),
    Scope.NOBODY: Reach("SELECT NULL AS student_key, NULL AS reason WHERE 0"),
}
