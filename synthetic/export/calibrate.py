"""Compute the numbers of china-2020 that follow from its margins: `python -m synthetic.export.calibrate [--write]`.

Numbers marked `inferred` with `where = "python -m synthetic.export.calibrate"` come from here: age tilts, cohort ages
of education, how alike schooling is in a household, employment, the income law and its fifths, internet use by age,
benefits, and rates of conduct that are known from what is recorded. Prints each number; `--write` puts those of the
recipe into its file.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from synthetic.conduct import Conduct
from synthetic.errors import unknown
from synthetic.export.margins import compare
from synthetic.layout import band_of
from synthetic.population import Population
from synthetic.recipes import FOLDER, REACH, Margin, Recipe
from synthetic.variables import Column
from synthetic.writing import replace_file

SEED = 20201101
PEOPLE = 1 << 21
PLACES = ("urban", "rural")
URBAN_DECLINE = 0.012
"""By how much the logarithm of the odds of living in town falls with a year of age inside an age group: assumed."""

Floats = NDArray[np.float64]


def _put(recipe: Recipe, values: Mapping[str, object]) -> Recipe:
    dials, tables = dict(recipe.dials), dict(recipe.tables)
    for path, value in values.items():
        if path in tables:
            tables[path] = replace(tables[path], values=np.asarray(value))
        else:
            dials[path] = dials[path].set(value)
    return recipe.with_numbers(dials, tables)


def _targets(recipe: Recipe, *names: str) -> Floats:
    """The values of the named margins; a margin by bands gives one for each band."""
    return np.array([margin.value for margin in _named(recipe, *names)])


def _named(recipe: Recipe, *names: str) -> list[Margin]:
    return [margin for name in names for margin in recipe.margins if f"{margin.name}, ".startswith(f"{name}, ")]


def _expected(recipe: Recipe, name: str, parents: Iterable[Column]) -> Floats:
    """The chances of each value of a variable, for each person."""
    table = recipe.chances(name)
    chances: Floats = table.table[:, table.row(list(parents))]
    return chances


def _bisect(share: Callable[[float], float], target: float, low: float, high: float) -> float:
    """The argument at which an increasing function reaches a target."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if share(middle) < target else (low, middle)
    return (low + high) / 2


def pyramids(recipe: Recipe) -> Floats:
    """The target shares of sex and five-year band among urban and among rural residents, as 2 rows of 34.

    The census pyramid is split between the places, so that the published shares of the ages below 15, 60 to 64, and 65
    and over hold in both (iterative proportional fitting). Inside these groups no figure was found: the odds of living
    in town fall by `URBAN_DECLINE` with each year of age.
    """
    pyramid = _targets(recipe, "men by age", "women by age")
    age = np.tile(np.arange(17) * 5 + 2.5, 2)
    group = np.searchsorted([15, 60, 65], age)
    old, older, young = (
        _targets(recipe, f"aged {ages}, urban", f"aged {ages}, rural")
        for ages in ("60 and over", "65 and over", "0 to 14")
    )
    urban = _targets(recipe, "urban residents")[0]
    wanted = np.stack([young, 1 - young - old, old - older, older], axis=1) * np.array([[urban], [1 - urban]])
    made = np.stack([np.exp(-URBAN_DECLINE * age), np.ones(34)]) * pyramid
    for _ in range(1000):
        found = np.stack([np.bincount(group, row, 4) for row in made])
        made *= (wanted / found)[:, group]
        made *= pyramid / pyramid.sum() / made.sum(axis=0)
    return np.asarray(made / made.sum(axis=1, keepdims=True))


def tilts(recipe: Recipe) -> dict[str, object]:
    """The age tilts of town and country, scaled iteratively to the pyramid of each."""
    target = pyramids(recipe)
    tilt = np.zeros((2, 34))
    for turn in range(60):
        paths = {
            f"recipe.demography.tilt_{place}_{sex}": tilt[row, low : low + 17]
            for row, place in enumerate(PLACES)
            for low, sex in ((0, "male"), (17, "female"))
        }
        found = Population(_put(recipe, paths), PEOPLE, seed=SEED).arrays(names=["demography", "residence"])
        cell = found["residence"] * 34 + band_of(found["demography"])
        share = np.bincount(cell, minlength=68).reshape(2, 34)
        share = share / share.sum(axis=1, keepdims=True)
        if turn < 59:
            tilt = (tilt - 0.7 * np.log(np.maximum(share, 1e-9) / target)).round(4)
            tilt -= tilt.mean(axis=1, keepdims=True).round(4)
    print(f"# pyramids: largest difference {np.abs(share - target).max():.5f}")
    return {path: [round(float(x), 4) for x in values] for path, values in paths.items()}


def cohorts(recipe: Recipe) -> dict[str, object]:
    """The age of the cohort that reaches each level of education, from the lowest level up."""
    arrays = Population(recipe, PEOPLE, seed=SEED).arrays(names=["age", "residence"])
    reach = np.cumsum(_targets(recipe, "college", "senior secondary", "junior secondary", "primary"))[::-1]
    made: dict[str, object] = {}
    for number, (level, target) in enumerate(zip(("primary", "junior", "senior", "college"), reach), 1):
        path = f"recipe.education.{level}_age"

        def share(age: float, path: str = path, number: int = number, recipe: Recipe = recipe) -> float:
            with_age = _put(recipe, {path: age})
            return float(_expected(with_age, "education", arrays.values())[number:].mean(axis=1).sum())

        low, high = recipe.dials[path].range or (0, 100)
        made[path] = round(_bisect(share, float(target), low, high), 2)
        recipe = _put(recipe, {path: made[path]})
    return made


def kin(recipe: Recipe) -> dict[str, object]:
    """The shares of partners and of children who have the rank of the head by schooling. How alike their schooling is
    grows in proportion to the share, since nobody's own distribution depends on it."""
    made: dict[str, object] = {}
    for key, name in (("partners", "schooling of partners"), ("generations", "schooling of adult children at home")):
        path = f"recipe.schooling.{key}"
        margins = [margin for margin in recipe.margins if margin.name.startswith(name)]
        none, all_ = (compare(Population(_put(recipe, {path: x}), PEOPLE, seed=SEED), margins) for x in (0.0, 1.0))
        low, high = none["found"][0], all_["found"][0]
        made[path] = round(float((margins[0].value - low) / (high - low)), 3)
    return made


def employment(recipe: Recipe) -> dict[str, object]:
    """The share of men who are active before the end of working age, urban and rural."""
    names = ["age", "sex", "education", "residence", "need"]
    arrays = Population(recipe, PEOPLE, seed=SEED).arrays(names=names)
    made: dict[str, object] = {}
    for code, place in enumerate(("urban", "rural")):
        path = f"recipe.work.{place}"
        here = [values[arrays["residence"] == code] for values in (arrays[name] for name in names)]

        def share(rate: float, path: str = path, here: list[Column] = here) -> float:
            return float(_expected(_put(recipe, {path: rate}), "work", here)[2].mean())

        target = float(_targets(recipe, f"employed, {place}")[0])
        print(f"# employed, {place}: {share(0.3):.4f} to {share(1.0):.4f}, target {target:.4f}")
        made[path] = round(_bisect(share, target, 0.3, 1.0), 4)
    return made


def incomes(recipe: Recipe) -> dict[str, object]:
    """The two lognormal laws of income and the two weights of pensions closest to the published fifths and means, of
    all and of the old, in units of what their margins allow; and the cuts between the fifths."""
    from scipy.optimize import least_squares

    paths = [f"recipe.income.{place}_{what}" for what in ("middle", "spread", "pension") for place in PLACES]
    plain = _put(recipe, dict(zip(paths, (50_000, 50_000, 0.5, 0.5, 0, 0))))
    names = ["income", "residence", "age", "work", "household", "household_size"]
    arrays = Population(plain, PEOPLE, seed=SEED).arrays(names=names)
    rank, place = np.log(arrays["income"] / 50_000) / 0.5, arrays["residence"]
    of_household = np.bincount(arrays["household"], arrays["work"] == 5, PEOPLE)
    retired = of_household[arrays["household"]] / arrays["household_size"]
    names = [f"income, {which} fifth" for which in ("lowest", "second", "middle", "fourth", "highest")]
    names += [f"income, {who}{at}" for who in ("", "aged 60 and over, ") for at in PLACES]
    target, allowed = (np.array([getattr(m, what) for m in _named(recipe, *names)]) for what in ("value", "within"))
    groups = [(place == code) & (arrays["age"] >= low) for low in (0, 60) for code in (0, 1)]

    def incomes_at(x: Floats) -> Floats:
        middle, spread, pension = x.reshape(3, 2)
        return np.asarray(np.exp(middle[place] + spread[place] * (rank + pension[place] * retired)))

    def misses(x: Floats) -> Floats:
        income = incomes_at(x)
        found = [part.mean() for part in np.array_split(np.sort(income), 5)]
        found += [income[group].mean() for group in groups]
        return np.asarray((np.array(found) - target) / allowed)

    fit = least_squares(misses, np.array([np.log(25_000), np.log(10_000), 0.5, 0.5, 0, 0]))
    print("# income, misses in units of what is allowed:", dict(zip(names, np.round(misses(fit.x), 3).tolist())))
    cuts = np.quantile(incomes_at(fit.x), [0.2, 0.4, 0.6, 0.8])
    made = {path: round(float(x), 4) for path, x in zip(paths, fit.x)}
    made |= {path: round(float(np.exp(x)), 0) for path, x in zip(paths[:2], fit.x)}
    return {**made, **{f"recipe.income_fifth.cut_{k}": round(float(cut), 0) for k, cut in enumerate(cuts, 1)}}


def users(recipe: Recipe) -> dict[str, object]:
    """Internet use by age and residence: odds that are a product of age and place, at the published margins.

    Each of the five levels of network reach has the same share of cities. The published share of users aged 20 to 29 is
    more than all people of that age; it is held at 98.5 % of them and the rest is spread over the other ages.
    """
    arrays = Population(recipe, PEOPLE, seed=SEED).arrays(names=["age", "residence"])
    reach = np.exp(float(recipe.dials["recipe.internet.network_spread"].value) * REACH)
    cell = np.minimum(arrays["age"] // 10, 6) * 2 + arrays["residence"]
    people = np.bincount(cell, minlength=14).reshape(7, 2) / PEOPLE
    place = _targets(recipe, "internet, urban", "internet, rural") * people.sum(axis=0)
    shares = _targets(recipe, "internet users by age") * place.sum()
    capped = np.minimum(shares, 0.985 * people.sum(axis=1))
    free = capped == shares
    capped[free] *= (place.sum() - capped[~free].sum()) / capped[free].sum()
    odds_age, odds_place = np.ones(7), np.ones(2)
    for _ in range(2000):
        for axis, odds, target in ((1, odds_age, capped), (0, odds_place, place)):
            odds_both = odds_age[:, None, None] * odds_place[:, None] * reach
            found = (people * (odds_both / (1 + odds_both)).mean(axis=2)).sum(axis=axis)
            full = people.sum(axis=axis)
            odds *= (target / (full - target)) / (found / (full - found))
    rate = odds_age[:, None] * odds_place
    rate = (rate / (1 + rate)).round(4)
    return {"recipe.internet.urban": rate[:, 0].tolist(), "recipe.internet.rural": rate[:, 1].tolist()}


def benefits(recipe: Recipe) -> dict[str, object]:
    """The share of households in the lowest fifth that receive a benefit, urban and rural."""
    arrays = Population(recipe, PEOPLE, seed=SEED).arrays(names=["residence", "income_fifth"])
    made: dict[str, object] = {}
    second = float(recipe.dials["recipe.benefit.second_fifth"].value)
    for code, place in enumerate(("urban", "rural")):
        fifth = arrays["income_fifth"][arrays["residence"] == code]
        reached = (fifth == 0).mean() + second * (fifth == 1).mean()
        made[f"recipe.benefit.{place}"] = round(float(_targets(recipe, f"benefit, {place}")[0] / reached), 4)
    return made


def records(recipe: Recipe) -> dict[str, object]:
    """Print the rates of conduct at which channels enter as many acts as are published; put them in by hand."""
    recorded = [margin for margin in recipe.margins if margin.recorded]
    town = Population(recipe, PEOPLE, seed=SEED)
    urban = _targets(recipe, "urban residents")[0]
    found = sum(
        share * compare(town.do({"residence": place}), recorded)["found"]
        for share, place in zip((urban, 1 - urban), PLACES)
    )
    for margin, entries in zip(recorded, found):
        rate = float(Conduct.load(margin.recorded).rate.value) * margin.value / entries
        print(f"# conduct.{margin.recorded}.rate = {rate:.3g}")
    return {}


def write(text: str, path: str, value: object) -> str:
    """The text of a recipe file with one number replaced."""
    _, section, key = path.split(".")
    pattern = rf"(?ms)(^\[{section}\]\n.*?^{key}\s*= \{{ values? = )(\[.*?\]|[-\w.]+)"
    changed, count = re.subn(pattern, lambda found: found.group(1) + str(value), text, count=1)
    if count != 1:
        raise SystemExit(f"{path} was not found in the recipe file.")
    return changed


def main() -> None:
    """Compute every number; each step uses the numbers of the steps before it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the numbers into china_2020.toml")
    steps = {step.__name__: step for step in (tilts, cohorts, kin, employment, incomes, users, benefits, records)}
    parser.add_argument(
        "steps", nargs="*", metavar="STEP", help=f"one of {', '.join(steps)}; all steps if none is given"
    )
    asked = parser.parse_args()
    for name in asked.steps:
        if name not in steps:
            parser.error(str(unknown("step", name, steps)))
    recipe = Recipe.load("china-2020")
    file = FOLDER / "china_2020.toml"
    text = file.read_text(encoding="utf-8")
    for step in (steps[name] for name in steps if name in asked.steps or not asked.steps):
        for path, value in step(recipe).items():
            print(f"{path} = {value}")
            recipe = _put(recipe, {path: value})
            text = write(text, path, value)
    if asked.write:
        replace_file(file, text)


if __name__ == "__main__":
    main()
