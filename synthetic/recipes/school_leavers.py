"""School leavers with what the grading of A levels in 2020 read: teachers' grades, past results, and entries.

Each person is one entry in a subject at a center of their own, so people share no draws. Points are grades: 6 is A*, 5
is A, down to 0 for U. A center's past results, the rank in it and this year's change give three grades:

    attained  this year's level at the rank: what an exam would have found
    history   the past level at the rank: what the center's past results give
    teacher   this year's level at the rank, as teachers see it, who are generous on average
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synthetic.variables import Column, Numbers, chances, normal, variable

Draw = Callable[..., Column]
BEST = 6
INDEPENDENT = 1


@chances("person", "category", "abstract community", levels=("majority", "minority"))
def community(numbers: Numbers) -> tuple[float, ...]:
    return 1 - numbers.minority, numbers.minority


@chances("person", "category", "sex", levels=("male", "female"))
def sex(numbers: Numbers) -> tuple[float, ...]:
    return 1 - numbers.female, numbers.female


@chances("person", "integer", "age at the start", unit="years", bounds=(18, 19))
def age(numbers: Numbers) -> tuple[float, ...]:
    return 1 - numbers.nineteen, numbers.nineteen


@chances("person", "category", "who pays for the school", levels=("state", "independent"))
def school(community: Column, numbers: Numbers) -> tuple[Column, Column]:
    paying = np.where(community == 1, numbers.minority, numbers.majority)
    return 1 - paying, paying


@variable("person", "integer", "entries of the center in the subject", unit="entries", bounds=(1, 200))
def entries(school: Column, draw: Draw, numbers: Numbers) -> Column:
    median = np.where(school == INDEPENDENT, numbers.independent, numbers.state)
    many: Column = np.clip(np.rint(median * np.exp(numbers.spread * normal(draw()))), 1, 200)
    return many


@variable("person", "float", "mean of the center's past results", unit="grades", bounds=(-9, 15), column=False)
def past(school: Column, draw: Draw, numbers: Numbers) -> Column:
    mean = np.where(school == INDEPENDENT, numbers.independent, numbers.state)
    level: Column = mean + numbers.spread * normal(draw())
    return level


@variable("person", "float", "distance from the center's mean, by rank in it", unit="grades", column=False)
def distance(draw: Draw, numbers: Numbers) -> Column:
    grades: Column = numbers.spread * normal(draw())
    return grades


@variable("person", "float", "this year's mean of the center", unit="grades", column=False)
def level(past: Column, draw: Draw, numbers: Numbers) -> Column:
    grades: Column = past + numbers.change * normal(draw())
    return grades


@variable("person", "integer", "grade that an exam would have found", unit="points", bounds=(0, BEST), truth=True)
def attained(level: Column, distance: Column) -> Column:
    return _grade(level + distance)


@variable("person", "integer", "grade that the center's past results give at the rank", unit="points", bounds=(0, BEST))
def history_grade(past: Column, distance: Column) -> Column:
    return _grade(past + distance)


@variable("person", "integer", "grade that the teachers gave", unit="points", bounds=(0, BEST))
def teacher_grade(level: Column, distance: Column, draw: Draw, numbers: Numbers) -> Column:
    return _grade(level + distance + numbers.generosity + numbers.error * normal(draw()))


def _grade(points: Column) -> Column:
    """The nearest grade on the scale."""
    nearest: Column = np.clip(np.rint(points), 0, BEST)
    return nearest
