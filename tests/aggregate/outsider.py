"""An attacker of the tests' own: reads the CSV files of a package with nothing but csv and a linear program.

It shares no line with the house's attacker: one big program over all files, one variable a number, no simplification.
"""

import csv
import io
import math

import highspy
import numpy as np

IDS = ("school_year", "lea_id", "school_id", "category_set")
NUMBERS = ("n", "denominator", "suppression", "n_lower", "n_upper", "n_as_of", "denominator_as_of")

DETAILS = ("subject", "cohort", "action", "moved")
SHARES = ("outcome", "level", "cohort_status", "diploma", "removal")
FAMILY = dict.fromkeys(
    ("subgroup_membership", "english_learners", "idea_child_count", "homeless_mobility"), "membership"
)
"""Tables that are about the same students as another one."""
SAME_SIZES = {
    "chronic_absence": "membership", "discipline": "membership", "assessment_performance": "assessment_participation"
}  # fmt: skip
"""Rates whose groups are those of another table."""
SAME_DETAIL = {"MATH": "RLA"}
"""A subject whose grades are those of another one."""
WITHIN = {"assessment_participation": "membership"}
"""A table whose groups are some of another's."""
ALL_RATES = {
    *("chronic_absence", "assessment_performance", "grad_cohort", "completers"),
    *("dropouts", "discipline"),
}


class Outsider:
    """Every number of every table as a variable with bounds; every sum as a row."""

    def __init__(self, files: dict[str, str], rates: set[str], *, smallest: int, additive: bool, areas=None) -> None:
        areas = areas or {}
        self.variables: dict[tuple, int] = {}
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.hidden: list[tuple] = []
        self.coded: set[tuple] = set()
        self.rows: list[tuple[list[int], list[float]]] = []
        self.smallest = smallest
        self.at: dict[tuple, tuple] = {}
        columns: dict[tuple, list[tuple]] = {}
        lines: dict[tuple, list[tuple]] = {}
        shares: dict[tuple, list[tuple]] = {}
        for name, text in files.items():
            for row in csv.DictReader(io.StringIO(text)):
                key = self._row(name, row, rate=name in rates)
                filled = {column: value for column, value in key[-1] if value and column not in DETAILS}
                place = (FAMILY.get(name, name), key[1], key[2])
                self.at[(*place, frozenset(filled.items()))] = key
                columns.setdefault((name, key[1], key[3], key[-1]), []).append(key)
                for column in filled:
                    rest = frozenset((other, code) for other, code in filled.items() if other != column)
                    lines.setdefault((*place, key[3], column, rest), []).append(key)
                if "outcome" in filled:
                    group = frozenset((other, code) for other, code in filled.items() if other not in SHARES)
                    shares.setdefault((*place, key[3], filled["outcome"], group), []).append(key)
        self._margins(lines, rates)
        self._shares(shares)
        self._same_students(rates)
        if additive:
            self._schools(columns, rates, areas)
        self._load()

    def _margins(self, lines, rates):
        for (*place, _, column, rest), keys in lines.items():
            whole = self.at.get((*place, rest))
            if whole and column not in SHARES:
                rate = keys[0][0] in rates and "OUTCOME" not in keys[0][3]
                for part in ("n", "d", "z") if rate else ("n",):
                    self._sum([(part, *key) for key in keys], (part, *whole))

    def _shares(self, shares):
        for (*place, _, outcome, group), keys in shares.items():
            whole = self.at[(*place, group)]
            self._sum([("n", *key) for key in keys], ("n" if outcome == "YES" else "z", *whole))
            for key in keys:
                self._sum([("d", *key)], ("d", *whole))

    def _same_students(self, rates):
        """Sizes that are one number in several tables; and groups within groups, whose rest is not negative."""
        for (name, detail, school, group), key in list(self.at.items()):
            if any(column == "outcome" for column, _ in group):
                continue
            size, root = ("d" if name in rates else "n", *key), SAME_SIZES.get(name, name)
            outer = self.at.get((WITHIN.get(root), "", school, group))
            if outer and any(column == "grade" for column, _ in group):
                self._sum([size], ("n", *outer))  # a grade takes a test as a whole
                continue
            first = self.at.get((root, SAME_DETAIL.get(detail, detail) if root in WITHIN else "", school, group))
            if first and first != key:
                self._sum([size], ("d" if first[0] in rates else "n", *first))
            elif outer:
                self._rest(size, ("n", *outer))

    def _rest(self, part, whole):
        rest = ("rest", *part)
        self._variable(rest, None, 0)
        self._sum([part, rest], whole)

    def _schools(self, columns, rates, areas):
        for (name, _, kind, _), keys in columns.items():
            schools = [key for key in keys if key[2] and key[2] not in areas]
            for whole in (key for key in keys if key not in schools):
                parts = [key for key in schools if not whole[2] or key[2] in areas[whole[2]]]
                measures = ("n", "d", "z") if name in rates and "OUTCOME" not in kind else ("n",)
                for part in measures if schools else ():
                    self._sum([(part, *key) for key in parts], (part, *whole))

    def _row(self, name, row, *, rate):
        group = tuple((column, value) for column, value in row.items() if column not in IDS + NUMBERS)
        detail = next((value for column, value in group if column in DETAILS), "")
        key = (name, detail, row["school_id"], row["category_set"], group)
        nobody = row["suppression"] == "not_offered"
        n = 0 if nobody else int(row["n"]) if row["n"] else None
        d = 0 if nobody else int(row["denominator"]) if row["denominator"] else None
        coded = row["suppression"] == "coded"
        self._variable(("n", *key), n, int(row["n_lower"]) if coded else 0 if rate else self.smallest)
        if coded:
            self.coded.add(("n", *key))
            self.upper[-1] = int(row["n_upper"])
        if n is None:
            self.hidden.append(("n", *key))
        if rate:
            self._variable(("d", *key), d, self.smallest)
            self._variable(("z", *key), d - n if None not in (n, d) else None, 0)
            self._sum([("n", *key), ("z", *key)], ("d", *key))
        return key

    def _variable(self, key, value, lowest):
        self.variables[key] = len(self.lower)
        self.lower.append(lowest if value is None else value)
        self.upper.append(highspy.kHighsInf if value is None else value)

    def _sum(self, parts, whole):
        columns = [self.variables[part] for part in parts] + [self.variables[whole]]
        self.rows.append((columns, [1.0] * len(parts) + [-1.0]))

    def fix(self, key, value):
        column = self.variables[key]
        self.solver.changeColBounds(column, value, value)
        self._forget()

    def _forget(self):
        """Forget the tables met so far: they may contradict what has become known."""
        self.least, self.most = np.full(len(self.lower), math.inf), np.full(len(self.lower), -math.inf)

    def reaches(self, key, value, sign):
        """Whether a number can be at or beyond a value; tables met before answer most such questions."""
        column = self.variables[key]
        seen = self.most[column] >= value - 1e-6 if sign > 0 else self.least[column] <= value + 1e-6
        return bool(seen) or sign * self._most(key, float(sign)) >= sign * value - 1e-6

    def is_exact(self, key):
        """Whether a number has one possible value."""
        column = self.variables[key]
        if self.most[column] - self.least[column] > 0.5:
            return False
        low, high = self.interval(key)
        return high - low < 0.5

    def _load(self):
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.lower), len(self.rows)
        lp.col_cost_ = np.zeros(len(self.lower))
        lp.col_lower_, lp.col_upper_ = np.array(self.lower, dtype=float), np.array(self.upper, dtype=float)
        lp.row_lower_ = lp.row_upper_ = np.zeros(len(self.rows))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0] + [len(cells) for cells, _ in self.rows])
        lp.a_matrix_.index_ = np.array([cell for cells, _ in self.rows for cell in cells])
        lp.a_matrix_.value_ = np.array([value for _, values in self.rows for value in values])
        self.solver.passModel(lp)
        self._forget()

    def interval(self, key):
        """The least and greatest possible value of a number; infinity when nothing bounds it."""
        return -self._most(key, -1.0), self._most(key, +1.0)

    def _most(self, key, sign):
        column = self.variables[key]
        self.solver.changeColCost(column, -sign)
        self.solver.run()
        status = self.solver.getModelStatus()
        values = np.array(self.solver.getSolution().col_value)
        value = values[column]
        self.solver.changeColCost(column, 0.0)
        if status == highspy.HighsModelStatus.kOptimal:
            np.minimum(self.least, values, out=self.least)
            np.maximum(self.most, values, out=self.most)
        if status != highspy.HighsModelStatus.kOptimal:
            assert status in (
                highspy.HighsModelStatus.kUnbounded,
                highspy.HighsModelStatus.kUnboundedOrInfeasible,
            ), status
            return math.inf
        return sign * value
