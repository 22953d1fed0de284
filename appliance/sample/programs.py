"""Programs and services, with shares that differ from school to school and depend on each other."""

from dataclasses import dataclass
from datetime import date
from random import Random

from appliance.sample.year import SchoolYear


@dataclass(frozen=True, slots=True)
class Program:
    """`end` is the first day without it, or None while it goes on."""

    name: str
    begin: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Supports:
    """The shares of a school's students, 0 to 1, whose families are poor, or who are learning English."""

    poverty: float
    english_learners: float
    military: float

    @classmethod
    def of_a_school(cls, rng: Random) -> "Supports":
        """Schools differ much: a fifth to four fifths of the students are poor."""
        poverty = 0.15 + 0.65 * rng.betavariate(2.2, 2.4)
        return cls(poverty, 0.03 + 0.2 * poverty * rng.lognormvariate(0, 0.3), 0.012 * rng.lognormvariate(0, 0.8))


def draw_programs(
    supports: Supports, years_in_school: int, skill: float, year: SchoolYear, rng: Random
) -> tuple[Program, ...]:
    """A student's programs. Most have learnt English by the upper grades; a disability excludes a 504 plan."""
    poor = rng.random() < supports.poverty
    disabled = rng.random() < (0.17 if skill < -0.5 else 0.12)
    chances = {
        "English learner": supports.english_learners * (1.3 if years_in_school < 6 else 0.6) * (1.3 if poor else 0.7),
        "Special education": 1.0 if disabled else 0.0,
        "Section 504": 0.0 if disabled else 0.035,
        "Economically disadvantaged": 1.0 if poor else 0.0,
        "Gifted and talented": 0.3 if skill > 1.1 and years_in_school >= 2 else 0.01,
        "Migrant": 0.012 if poor else 0.0,
        "Homeless": 0.042 if poor else 0.001,
        "Foster care": 0.005,
        "Military family": supports.military,
    }
    return tuple(_dated(name, years_in_school, year, rng) for name, chance in chances.items() if rng.random() < chance)


def _dated(name: str, years_in_school: int, year: SchoolYear, rng: Random) -> Program:
    """Mostly since the first day of this year; some for years; a few began or ended in the course of this one."""
    draw, day = rng.random(), year.days[rng.randrange(10, 150)]
    known = day < year.last_day
    if draw < 0.35 and years_in_school:
        begin = date(year.ends_in - 1 - rng.randint(1, min(3, years_in_school)), 8, 20)
    else:
        begin = day if draw > 0.95 and known else year.begin
    return Program(name, begin, day if 0.3 < draw < 0.33 and known else None)
