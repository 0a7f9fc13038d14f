"""A small society to copy and change: copy this file and `template.toml`, rename both, and edit them.

Each function is one variable; the names of its parameters are its causes. `draw()` gives each person a random
number between 0 and 1; `numbers` is the section of the same name in the TOML file.

The effects can be computed by hand. Belonging to the second community changes, on average,

    schooling  by  gap
    income     by  penalty + per_year * gap          (directly, and through schooling)
    wealth     by  ratio * that, and by `lift` for each year of schooling (an interaction)
"""

from __future__ import annotations

from collections.abc import Callable

from synthetic.variables import Column, Numbers, chances, normal, variable

Draw = Callable[..., Column]


@chances("person", "category", "abstract community", levels=("first", "second"))
def community(numbers: Numbers) -> tuple[float, ...]:
    return 1 - numbers.second, numbers.second


@variable("person", "float", "schooling", unit="years")
def schooling(community: Column, draw: Draw, numbers: Numbers) -> Column:
    years: Column = numbers.mean + numbers.gap * community + numbers.spread * normal(draw())
    return years


@variable("person", "float", "income", unit="thousand a year")
def income(schooling: Column, community: Column, draw: Draw, numbers: Numbers) -> Column:
    earned = numbers.base + numbers.per_year * schooling
    thousands: Column = earned + numbers.penalty * community + numbers.spread * normal(draw())
    return thousands


@variable("person", "float", "wealth", unit="thousand")
def wealth(income: Column, schooling: Column, community: Column, numbers: Numbers) -> Column:
    thousands: Column = numbers.ratio * income + numbers.lift * schooling * community
    return thousands


@variable("person", "float", "diligence: keeping to obligations, a rank", unit="rank", bounds=(0, 1), truth=True)
def diligence(draw: Draw) -> Column:
    return draw()
