"""A small society to read aloud and change: copy this file and `template.toml`, rename both, and edit.

Each function is one variable; the names of its parameters are its causes. `draw()` is the person's own chance, a
number between 0 and 1; `numbers` is the section of the same name in the TOML file.

The effects are known by hand. Being of the second community changes, on average,

    schooling  by  gap
    income     by  penalty + per_year * gap          (directly, and through schooling)
    wealth     by  ratio * that, and by `lift` for each year of schooling: there the two interact
"""

from __future__ import annotations

from collections.abc import Callable

from numpy.typing import NDArray

from synthetic.variables import Numbers, chances, normal, variable

Draw = Callable[..., NDArray]


@chances("person", "category", "abstract community", levels=("first", "second"))
def community(numbers: Numbers) -> tuple:
    return 1 - numbers.second, numbers.second


@variable("person", "float", "schooling", unit="years")
def schooling(community: NDArray, draw: Draw, numbers: Numbers) -> NDArray:
    return numbers.mean + numbers.gap * community + numbers.spread * normal(draw())


@variable("person", "float", "income", unit="thousand a year")
def income(schooling: NDArray, community: NDArray, draw: Draw, numbers: Numbers) -> NDArray:
    earned = numbers.base + numbers.per_year * schooling
    return earned + numbers.penalty * community + numbers.spread * normal(draw())


@variable("person", "float", "wealth", unit="thousand")
def wealth(income: NDArray, schooling: NDArray, community: NDArray, numbers: Numbers) -> NDArray:
    return numbers.ratio * income + numbers.lift * schooling * community


@variable("person", "float", "diligence: keeping to obligations, a rank", unit="rank", bounds=(0, 1), truth=True)
def diligence(draw: Draw) -> NDArray:
    return draw()
