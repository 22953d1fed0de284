"""A gate holds against any SQL: what is not declared cannot be read, named, counted or learned from an error."""

import pytest

from appliance.storage.connection import Gate, PastTheGate

GATE = Gate(
    open_tables=frozenset({"organization", "batch"}),
    scratch=("CREATE TEMP TABLE scope (student_key INTEGER PRIMARY KEY, reason TEXT NOT NULL)",),
    inner={"scope": "SELECT student_key, reason FROM temp.scope"},
    views={
        "visible_student": "SELECT student_key, given_name FROM {gate}scope JOIN {vault}.student USING (student_key)"
    },
)
MINE = (
    ("DELETE FROM temp.scope", {}),
    ("INSERT INTO temp.scope SELECT student_key, 'mine' FROM {vault}.student WHERE student_key <= :most", {"most": 3}),
)


@pytest.fixture(scope="module")
def names(grand_bend):
    return dict(grand_bend._writer.execute("SELECT student_key, given_name FROM student"))


@pytest.fixture
def mine(grand_bend):
    with grand_bend.reading(GATE, MINE) as reading:
        yield reading


def test_a_gate_shows_the_students_in_scope_and_no_others(mine, names):
    rows = mine.query("SELECT student_key, given_name FROM visible_student ORDER BY 1")
    assert rows == [{"student_key": key, "given_name": names[key]} for key in (1, 2, 3)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) AS n FROM visible_student",
        "SELECT count(*) AS n FROM (SELECT * FROM visible_student)",
        "SELECT sum(1) AS n FROM visible_student AS a JOIN visible_student AS b USING (student_key)",
        "WITH mine AS (SELECT * FROM visible_student) SELECT count(*) AS n FROM mine",
        "SELECT count(DISTINCT given_name || student_key) AS n FROM visible_student",
    ],
)
def test_ordinary_questions_work(mine, sql):
    assert mine.query(sql) == [{"n": 3}]


def test_open_tables_can_be_counted_joined_and_read(mine):
    assert mine.one("SELECT count(*) AS n FROM organization") == {"n": 4}
    assert mine.one("SELECT count(name) AS n FROM organization LEFT JOIN batch ON batch_key = 99") == {"n": 4}


HOSTILE = {
    "a base table": "SELECT * FROM student",
    "a count of a base table": "SELECT count(*) FROM student",
    "whether anybody is there": "SELECT 1 WHERE EXISTS (SELECT 1 FROM student WHERE student_key = 900)",
    "a row number": "SELECT rowid FROM student",
    "a base table under another name": "SELECT visible_student.given_name FROM student AS visible_student",
    "main": "SELECT * FROM main.student",
    "a guessed vault": "SELECT * FROM vault.student",
    "a union": "SELECT given_name FROM visible_student UNION ALL SELECT given_name FROM student",
    "a subquery": "SELECT (SELECT group_concat(given_name) FROM student)",
    "a join": "SELECT student.* FROM visible_student JOIN student USING (student_key)",
    "a natural join": "SELECT * FROM visible_student NATURAL JOIN student",
    "a CTE under the view's name": "WITH visible_student AS (SELECT * FROM student) SELECT * FROM visible_student",
    "a CTE under the gate's name": "WITH gate_scope AS (SELECT * FROM student) SELECT * FROM gate_scope",
    "a nested CTE": "WITH a AS (WITH visible_student AS (SELECT * FROM student) SELECT * FROM visible_student)"
    " SELECT * FROM a",
    "a recursive CTE": "WITH RECURSIVE visible_student(k) AS (SELECT 1 UNION SELECT student_key FROM student)"
    " SELECT * FROM visible_student",
    "an IN table": "SELECT 1 WHERE 900 IN student",
    "an open table's filter": "SELECT * FROM organization WHERE EXISTS (SELECT 1 FROM student WHERE student_key = 900)",
    "an ordering": "SELECT * FROM organization ORDER BY (SELECT given_name FROM student LIMIT 1)",
    "a window": "SELECT max((SELECT given_name FROM student LIMIT 1)) OVER () FROM organization",
    "the scope": "SELECT * FROM scope",
    "the temporary scope": "SELECT * FROM temp.scope",
    "the scope's size": "SELECT count(*) FROM temp.student",
    "the schema": "SELECT sql FROM sqlite_schema",
    "the old name of the schema": "SELECT sql FROM sqlite_master",
    "the temporary schema": "SELECT sql FROM sqlite_temp_schema",
    "the old temporary schema": "SELECT * FROM sqlite_temp_master",
    "the temporary schema, named": "SELECT sql FROM temp.sqlite_master",
    "statistics": "SELECT * FROM sqlite_stat1",
    "a pragma": "PRAGMA database_list",
    "a pragma function": "SELECT * FROM pragma_database_list",
    "a pragma's table": "SELECT * FROM pragma_table_info('student')",
    "the prepared statements": "SELECT * FROM sqlite_stmt",
    "the pages": "SELECT * FROM sqlite_dbpage",
    "an explanation": "EXPLAIN SELECT * FROM visible_student",
    "a query plan": "EXPLAIN QUERY PLAN SELECT * FROM visible_student",
    "an attachment": "ATTACH 'x' AS y",
    "a detachment": "DETACH vault",
    "a new key": "PRAGMA rekey = 'x'",
    "a transaction": "COMMIT",
    "a deletion": "DELETE FROM scope",
    "a deletion behind WITH": "WITH a AS (SELECT 1) DELETE FROM scope",
    "an insertion behind WITH": "WITH a AS (SELECT 900, 'mine') INSERT INTO scope SELECT * FROM a",
    "an insertion into the vault": "WITH a AS (SELECT 1) INSERT INTO batch SELECT * FROM a",
    "a new view": "CREATE TEMP VIEW mine AS SELECT * FROM student",
    "a new table": "CREATE TEMP TABLE mine AS SELECT * FROM student",
    "two statements": "SELECT 1; SELECT * FROM student",
    "an extension": "SELECT load_extension('x')",
    "a file": "SELECT readfile('/etc/passwd')",
    "a fts table": "SELECT fts3_tokenizer('simple')",
    "the version of the library": "SELECT sqlite_version()",
    "a zero byte": "SELECT 1\0",
    "nonsense": "SELECT FROM WHERE",
    "nothing": "",
    "a missing parameter": "SELECT :nobody FROM nowhere",
}


@pytest.mark.parametrize("sql", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_sql_is_refused_and_its_error_teaches_nothing(mine, names, sql):
    gate = mine._connection
    with pytest.raises(PastTheGate) as caught:
        mine.query(sql)
    sentence = str(caught.value)
    assert gate._vault.removeprefix("vault_") not in sentence
    assert gate._prefix.removeprefix("gate_").rstrip("_") not in sentence
    assert not any(name in sentence for name in names.values() if len(name) > 4)
    assert mine.one("SELECT count(*) AS n FROM visible_student") == {"n": 3}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM visible_student WHERE 1 OR student_key = 900",
        "SELECT * FROM visible_student -- WHERE student_key = 1",
        "SELECT visible_student.* FROM organization LEFT JOIN visible_student ON 1",
        "SELECT max(student_key) OVER () AS student_key FROM visible_student",
        "SELECT value AS student_key FROM json_each((SELECT json_group_array(student_key) FROM visible_student))",
    ],
)
def test_sql_that_asks_for_everybody_gets_the_students_in_scope(mine, sql):
    assert {row["student_key"] for row in mine.query(sql)} <= {1, 2, 3}


def test_a_statement_prepared_for_one_viewer_gives_the_next_one_theirs(grand_bend):
    asked = "SELECT student_key FROM visible_student"
    for most in (3, 1, 2, 0):
        fill = (MINE[0], (MINE[1][0], {"most": most}))
        with grand_bend.reading(GATE, fill) as reading:
            assert len(reading.query(asked)) == most


def test_the_statements_that_fill_the_scope_cannot_be_used_again(mine):
    for sql, values in MINE:
        with pytest.raises(PastTheGate):
            mine._connection.query(sql.format(vault="vault"), values)


def test_a_handle_that_outlives_its_request_sees_nothing(grand_bend):
    with grand_bend.reading(GATE, MINE) as kept:
        assert kept.query("SELECT * FROM visible_student")
    with grand_bend.reading(GATE, MINE), pytest.raises(PastTheGate, match="has ended"):
        kept.query("SELECT * FROM visible_student")


def test_an_error_on_a_page_ends_its_handle(grand_bend):
    with pytest.raises(ZeroDivisionError), grand_bend.reading(GATE, MINE) as kept:
        raise ZeroDivisionError
    with pytest.raises(PastTheGate, match="has ended"):
        kept.query("SELECT * FROM visible_student")


def test_a_page_reads_one_moment_of_the_database(database):
    from appliance.actions import Action
    from appliance.storage.database import Event

    def batches(reading):
        return reading.one("SELECT count(*) AS n FROM batch")["n"]

    with database.reading(GATE) as reading:
        assert batches(reading) == 0
        with database.changing(Event("lind", Action.IMPORT)) as tables:
            tables.execute(
                "INSERT INTO batch (loaded_at, loaded_by, status, seconds) VALUES ('now', 'lind', 'loaded', 0)"
            )
        assert batches(reading) == 0
    with database.reading(GATE) as reading:
        assert batches(reading) == 1


def test_the_handle_for_releases_sees_the_counts_shelf_and_nothing_else(grand_bend):
    tables = {name for (name,) in grand_bend._writer.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    shelf = {"count_table", "count_cell", "count_turnover"}
    assert len(tables - shelf) > 30
    with grand_bend.counts_only() as reading:
        for table in shelf:
            assert reading.query(f"SELECT * FROM {table}") == []
            assert reading.one(f"SELECT count(*) AS n FROM {table}") == {"n": 0}
        for table in tables - shelf:
            for sql in (f"SELECT * FROM {table}", f"SELECT count(*) FROM {table}", f"SELECT 1 FROM {table}"):
                with pytest.raises(PastTheGate):
                    reading.query(sql)
