-- further_groups: the groups that only a release shows totals by, of each student of `reporting_student` (or the like).
-- Groups are those of the student's last day: in a release each student stands at one school. NULL: the student is not one
-- whom the group is about. A field that is switched off, and a detail that nobody sent, is MISSING.
WITH counted AS (
    SELECT student_key, last_day, english_learner, disability FROM temp.reporting_student WHERE place_key = 0
), active AS (
    SELECT counted.student_key, program, max(begin_day) AS begin_day
      FROM counted JOIN program_membership USING (student_key)
     WHERE begin_day <= last_day AND coalesce(end_day > last_day, 1)
     GROUP BY counted.student_key, program
), learner AS (
    SELECT active.student_key, max(home_language) AS home_language,
           min(coalesce(learner_since_day, active.begin_day)) AS since_day,
           max(english_learner_detail.student_key IS NOT NULL) AS is_told
      FROM active LEFT JOIN english_learner_detail USING (student_key, begin_day)
     WHERE program IN ('english_learner', 'bilingual')
     GROUP BY active.student_key
), aged AS (
    SELECT student_key, (CAST(strftime('%Y%m%d', :snapshot * 86400, 'unixepoch') AS INTEGER)
                         - CAST(strftime('%Y%m%d', birth_day * 86400, 'unixepoch') AS INTEGER)) / 10000 AS years
      FROM student
), first_here AS (
    SELECT here.student_key, min(stay.begin_day) AS day
      FROM temp.reporting_student AS here JOIN school_enrollment AS stay
        ON stay.student_key = here.student_key AND stay.school_key = here.place_key
     WHERE stay.begin_day <= :snapshot AND coalesce(stay.end_day, :snapshot + 1) > max(stay.begin_day, :first_day)
     GROUP BY here.student_key
), began AS (
    SELECT min(day) AS day FROM attendance_taken WHERE day >= :first_day AND day <= :snapshot
), kept AS (
    SELECT name, is_on FROM field_choice
)
SELECT counted.student_key,
       CASE WHEN NOT (SELECT is_on FROM kept WHERE name = 'section_504') THEN 'MISSING'
            WHEN plan.student_key IS NOT NULL THEN 'DISAB504STAT' ELSE 'NDISAB504STAT' END AS section_504,
       CASE WHEN NOT (SELECT is_on FROM kept WHERE name = 'migrant') THEN 'MISSING'
            WHEN migrant.student_key IS NOT NULL THEN 'MS' ELSE 'NMS' END AS migrant,
       CASE WHEN NOT (SELECT is_on FROM kept WHERE name = 'homeless') THEN 'MISSING'
            WHEN homeless.student_key IS NOT NULL THEN 'HOMELSENRL' ELSE 'NHOMELSENRL' END AS homeless,
       CASE WHEN NOT (SELECT is_on FROM kept WHERE name = 'foster') THEN 'MISSING'
            WHEN foster.student_key IS NOT NULL THEN 'FCS' ELSE 'NFCS' END AS foster,
       CASE WHEN NOT (SELECT is_on FROM kept WHERE name = 'military') THEN 'MISSING'
            WHEN military.student_key IS NOT NULL THEN 'MILCNCTD' ELSE 'NMILCNCTD' END AS military,
       CASE WHEN counted.english_learner <> 'LEP' THEN NULL
            WHEN learner.home_language IS NULL THEN 'MISSING'
            WHEN learner.home_language IN ('zho', 'chi') THEN 'zho'
            WHEN learner.home_language IN
                ('spa', 'ara', 'vie', 'por', 'rus', 'hat', 'hmn', 'kor', 'urd', 'eng') THEN learner.home_language
            ELSE 'OTHER' END AS language,
       CASE WHEN counted.english_learner <> 'LEP' THEN NULL
            WHEN NOT coalesce(learner.is_told, 0) THEN 'MISSING'
            WHEN :snapshot - learner.since_day < 365 THEN 'Y1'
            WHEN :snapshot - learner.since_day < 3 * 365 THEN 'Y2TO3'
            WHEN :snapshot - learner.since_day < 5 * 365 THEN 'Y4TO5' ELSE 'Y6UP' END AS learner_years,
       CASE WHEN counted.disability = 'WDIS' THEN coalesce(detail.disability, 'MISSING') END AS impairment,
       CASE WHEN counted.disability = 'WDIS' THEN coalesce(detail.environment, 'MISSING') END AS environment,
       CASE WHEN counted.disability <> 'WDIS' THEN NULL
            WHEN aged.years BETWEEN 3 AND 5 THEN 'AGE3TO5' WHEN aged.years BETWEEN 6 AND 11 THEN 'AGE6TO11'
            WHEN aged.years BETWEEN 12 AND 17 THEN 'AGE12TO17' WHEN aged.years >= 18 THEN 'AGE18UP'
            ELSE 'MISSING' END AS age,
       CASE WHEN homeless.student_key IS NOT NULL THEN coalesce(spell.night_residence, 'MISSING') END AS residence,
       CASE WHEN homeless.student_key IS NULL THEN NULL
            ELSE CASE spell.is_unaccompanied WHEN 1 THEN 'UY' WHEN 0 THEN 'NUY' ELSE 'MISSING' END END AS unaccompanied,
       CASE WHEN (SELECT day FROM began) IS NULL THEN 'MISSING'
            WHEN first_here.day > (SELECT day FROM began) THEN 'IN' ELSE 'NIN' END AS entered
  FROM counted
  LEFT JOIN active AS plan ON plan.student_key = counted.student_key AND plan.program = 'section_504'
  LEFT JOIN active AS migrant ON migrant.student_key = counted.student_key AND migrant.program = 'migrant'
  LEFT JOIN active AS homeless ON homeless.student_key = counted.student_key AND homeless.program = 'homeless'
  LEFT JOIN active AS foster ON foster.student_key = counted.student_key AND foster.program = 'foster'
  LEFT JOIN active AS military ON military.student_key = counted.student_key AND military.program = 'military'
  LEFT JOIN active AS idea ON idea.student_key = counted.student_key AND idea.program = 'special_education'
  LEFT JOIN special_education_detail AS detail ON detail.student_key = idea.student_key
   AND detail.begin_day = idea.begin_day
  LEFT JOIN homeless_detail AS spell ON spell.student_key = homeless.student_key
   AND spell.begin_day = homeless.begin_day
  LEFT JOIN learner ON learner.student_key = counted.student_key
  LEFT JOIN first_here ON first_here.student_key = counted.student_key
  LEFT JOIN aged ON aged.student_key = counted.student_key
