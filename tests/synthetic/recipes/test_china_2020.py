"""The recipe china-2020 against the census; no number is inert, communities are alike unless a dial says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from synthetic import Population, Recipe
from synthetic.draws import GRID
from synthetic.export.calibrate import pyramids
from synthetic.export.margins import compare
from synthetic.source import READINGS, sources

RECIPE = Recipe.load("china-2020")
PEOPLE = 400 * GRID
WHOLE = 12 * GRID


@pytest.fixture(scope="module")
def society():
    return Population(RECIPE, PEOPLE, seed=3).arrays()


@pytest.fixture(scope="module")
def margins():
    return compare(Population(RECIPE, PEOPLE, seed=3)).set_index("margin")


@pytest.mark.parametrize("margin", RECIPE.margins, ids=lambda margin: f"{margin.name} ({margin.source})")
def test_the_society_has_the_published_margin(margins, margin):
    row = margins.loc[margin.name]
    assert row["holds"], f"{row['found']:.5g} against {row['target']:.5g} from {row['source']}"


def test_a_margin_that_is_missed_is_shown_as_missed():
    other = RECIPE.set({"recipe.residence.urban": 0.3, "recipe.work.urban": 0.6})
    missed = compare(Population(other, 100 * GRID, seed=3)).set_index("margin")["holds"]
    assert not missed["urban residents"]
    assert not missed["employed, urban"]
    assert missed["employed, rural"]


def test_the_pyramid_is_within_a_twentieth_of_a_point_of_the_census():
    pyramid = [margin for margin in RECIPE.margins if margin.name.startswith(("men by age", "women by age"))]
    assert len(pyramid) == 34
    assert all(margin.within == 0.0005 for margin in pyramid)
    assert sum(margin.value for margin in pyramid) == pytest.approx(1)


def test_the_gap_of_residence_and_registration_lies_with_urban_residents(society):
    urban, registered = society["residence"] == 0, society["registration"] == 0
    share = (urban & ~registered).sum() / urban.sum()
    assert share == pytest.approx(1 - RECIPE.dials["recipe.registration.urban_residents"].value, abs=0.01)
    assert registered[~urban].mean() == pytest.approx(0.05, abs=0.01)


def test_every_column_says_what_it_is():
    for name, each in RECIPE.variables.items():
        assert each.meaning, name
        assert (each.levels is None) == (each.kind != "category"), name
        if each.kind == "float" or (each.kind == "integer" and not each.fixed and each.column):
            assert each.unit or name == "income_fifth", name


def test_every_number_has_a_unit_a_source_and_a_reading():
    for number in [*RECIPE.dials.values(), *RECIPE.tables.values(), *RECIPE.margins]:
        assert number.unit
        assert number.source in sources()
        assert number.reading in READINGS
    for dial in RECIPE.dials.values():
        assert dial.range is not None, dial.path
        assert dial.reading != "assumed" or dial.range[0] < dial.range[1], dial.path


def test_only_the_traits_behind_conduct_are_truth():
    assert Population(RECIPE, 10).truth == ("diligence", "civic", "sensitive_taste")


def test_what_is_left_out_is_said_in_sentences():
    assert len(RECIPE.not_modelled) >= 5
    assert all(line.endswith(".") for line in RECIPE.not_modelled)


def everything(recipe, names=None, people=WHOLE):
    found = Population(recipe, people, seed=1).arrays(names=names)
    return b"".join(values.tobytes() for _, values in sorted(found.items()))


@pytest.mark.parametrize("path", RECIPE.dials)
def test_no_dial_is_inert(path):
    dial = RECIPE.dials[path]
    low, high = dial.range
    other = high if abs(high - dial.value) > abs(low - dial.value) else low
    section = path.split(".")[1]
    of_place = ("city", "scheme", "camera_density", "minority_share", "residence")
    names = [section] if section in of_place else [section, "demography", "household"]
    people = 2048 * GRID if section in of_place else 200 * GRID if section == "internet" else WHOLE
    base = everything(RECIPE, names, people)
    assert everything(RECIPE.set({path: other}), names, people) != base


@pytest.mark.parametrize("path", RECIPE.tables)
def test_no_number_of_a_table_is_inert(path):
    table = RECIPE.tables[path]
    name = path.split(".")[1]
    base = everything(RECIPE, [name])
    for k in range(len(table.values)):
        values = table.values.copy()
        values[k] = values[k] - 0.04 if name == "internet" else values[k] + 1
        changed = RECIPE.with_numbers(RECIPE.dials, {**RECIPE.tables, path: replace(table, values=values)})
        assert everything(changed, [name]) != base, (path, k)


def households(found, name):
    """Each household's sum of a column, with its community: the unit to which the community is assigned."""
    heads = found["household"] == np.arange(len(found["household"]))
    sums = np.bincount(found["household"], weights=found[name], minlength=len(heads))[heads]
    return sums, found["household_size"][heads], found["community"][heads] == 1


def gap(found, name):
    """Difference of means between the communities in standard errors clustered by household."""
    sums, sizes, minority = households(found, name)
    means, variances = [], []
    for those in (minority, ~minority):
        n, mean = sizes[those].sum(), sums[those].sum() / sizes[those].sum()
        means.append(mean)
        variances.append(((sums[those] - mean * sizes[those]) ** 2).sum() / n**2)
    return (means[0] - means[1]) / np.sqrt(sum(variances))


@pytest.mark.parametrize(
    "name", ["age", "sex", "income", "education", "need", "internet", "diligence", "civic", "sensitive_taste"]
)
def test_communities_are_alike_when_every_disparity_is_0(society, name):
    inside = dict(society)
    if name in ("income", "education", "internet"):
        town = society["residence"] == 0
        inside[name] = np.where(town, society[name], 0)
        inside["household_size"] = np.where(town, society["household_size"], 0)
    assert abs(gap(inside, name)) < 4.5


@pytest.mark.parametrize(
    ("path", "name", "values"),
    [
        ("recipe.income.disparity", "income", (0.1, 0.3, 0.6)),
        ("recipe.diligence.community_shift", "diligence", (-0.2, -0.6, -1.5)),
        ("recipe.civic.community_shift", "civic", (-0.2, -0.6, -1.5)),
        ("recipe.sensitive_taste.community_shift", "sensitive_taste", (-0.2, -0.6, -1.5)),
    ],
)
def test_a_raised_disparity_widens_the_gap(path, name, values):
    gaps = []
    for value in values:
        names = [name, "community", "household", "household_size"]
        found = Population(RECIPE.set({path: value}), 100 * GRID, seed=3).arrays(names=names)
        gaps.append(gap(found, name))
    assert gaps[0] < -4.5
    assert gaps[0] > gaps[1] > gaps[2]


def test_a_disparity_leaves_the_majority_as_it_was():
    shifted = RECIPE.set({"recipe.diligence.community_shift": 1.0, "recipe.income.disparity": 0.5})
    one, two = (Population(recipe, 50 * GRID, seed=3).arrays() for recipe in (RECIPE, shifted))
    majority = one["community"] == 0
    for name, values in one.items():
        assert (values == two[name])[majority].all(), name
    assert (two["diligence"] > one["diligence"])[~majority].all()
    assert (two["income"] <= one["income"])[~majority].all()


@pytest.mark.parametrize("shift", [-2, 0, 2])
def test_traits_stay_inside_the_open_unit_interval(shift):
    traits = ("diligence", "civic", "sensitive_taste")
    recipe = RECIPE.set({f"recipe.{name}.community_shift": shift for name in traits})
    for name, values in Population(recipe, 100 * GRID, seed=3).arrays(names=traits).items():
        assert values.min() > 0, name
        assert values.max() < 1, name


@pytest.mark.parametrize("name", ["diligence", "civic", "sensitive_taste"])
def test_traits_are_uniform(society, name):
    counts = np.bincount((society[name] * 100).astype(int), minlength=100)
    expected = PEOPLE / 100
    assert abs(((counts - expected) ** 2 / expected).sum() - 99) < 5 * np.sqrt(2 * 99)


def test_traits_are_independent_of_each_other_and_of_everything_drawn(society):
    for name in ("diligence", "civic", "sensitive_taste"):
        for other in ("age", "sex", "education", "camera_density", "surname", "civic", "diligence"):
            if other != name:
                r = np.corrcoef(society[name], society[other])[0, 1]
                assert abs(r) < 5 / np.sqrt(PEOPLE), (name, other)


def test_the_minority_lives_more_in_some_grids_than_in_others_as_the_dial_says():
    def spread(value):
        recipe = RECIPE.set({"recipe.minority_share.in_enclaves": value})
        found = Population(recipe, PEOPLE, seed=3).arrays(names=["community"])["community"].reshape(-1, GRID)
        return found.mean(axis=1).std()

    assert spread(0) < spread(0.3) < spread(0.8)


def test_children_and_the_retired_have_the_work_of_their_age(society):
    age, work = society["age"], society["work"]
    assert ((work == 0) == (age < 16)).all()
    assert age[work == 1].max() <= 22
    assert age[work == 5].min() >= 55
    assert ((society["sector"] == 0) == (work != 2)).all()


def test_education_is_not_ahead_of_age(society):
    age, education = society["age"], society["education"]
    for level, youngest in ((1, 6), (2, 12), (3, 15), (4, 18)):
        assert age[education == level].min() >= youngest


def test_income_is_shared_by_the_household(society):
    assert (society["income"] == society["income"][society["household"]]).all()


def test_children_bear_the_surname_of_the_head(society):
    children = np.flatnonzero(society["role"] == 2)
    assert (society["surname"][children] == society["surname"][society["household"][children]]).all()


def test_cities_are_runs_of_grids_named_by_the_first(society):
    city, grid = society["city"][::GRID], society["grid"][::GRID]
    firsts = np.unique(city)
    assert (city == firsts[np.searchsorted(firsts, grid, side="right") - 1]).all()
    assert len(firsts) > 3


def test_scheme_and_network_reach_are_of_a_city_and_cameras_are_alike_in_one():
    found = Population(RECIPE.set({"recipe.scheme.share": 0.6}), 4000 * GRID, seed=3).arrays(
        names=["city", "scheme", "network", "camera_density", "residence"]
    )
    found = {name: values[::GRID] for name, values in found.items()}
    _, first, of = np.unique(found["city"], return_index=True, return_inverse=True)
    for name in ("scheme", "network"):
        assert (found[name] == found[name][first][of]).all()
        assert len(np.unique(found[name])) == len(RECIPE.variables[name].levels)
    schemes = np.bincount(found["scheme"][first], minlength=6) / len(first)
    assert abs(schemes[0] - 0.4) < 4.5 * np.sqrt(0.24 / len(first))
    assert (np.abs(schemes[1:] - 0.12) < 4.5 * np.sqrt(0.12 * 0.88 / len(first))).all()
    urban = found["residence"] == 0
    density = np.log(found["camera_density"][urban])
    mean = np.bincount(of[urban], density) / np.maximum(np.bincount(of[urban]), 1)
    assert (density - mean[of[urban]]).std() == pytest.approx(0.2, rel=0.1)
    assert mean[np.unique(of[urban])].std() == pytest.approx(0.44, rel=0.2)


def test_network_reach_raises_internet_use_as_the_dial_says():
    names = ["internet", "residence", "network"]
    town = Population(RECIPE, 60 * GRID, seed=3).do({"residence": "urban"})
    shares = [
        town.do({"network": level}).arrays(names=names)["internet"].mean()
        for level in RECIPE.variables["network"].levels
    ]
    assert shares == sorted(shares)
    odds = np.log(np.array(shares) / (1 - np.array(shares)))
    assert 0.5 * 0.3 * 2.8 < odds[-1] - odds[0] < 0.3 * 2.8
    flat = Population(RECIPE.set({"recipe.internet.network_spread": 0}), 60 * GRID, seed=3)
    low, high = (flat.do({"network": level}).arrays(names=names)["internet"] for level in ("lowest", "highest"))
    assert (low == high).all()


def test_months_of_work_are_those_of_work_and_sector(society):
    months, work, sector = society["months_worked"], society["work"], society["sector"]
    assert not months[(work != 2) & (work != 3)].any()
    assert months[work == 2].min() == 1
    for code, key in ((1, "farm"), (2, "industry"), (3, "services")):
        here = months[sector == code]
        share = RECIPE.dials[f"recipe.months_worked.{key}"].value
        assert abs((here < 12).mean() - share) < 4.5 * np.sqrt(share * (1 - share) / len(here))
        part = np.bincount(here[here < 12], minlength=12)[1:]
        assert ((part - part.mean()) ** 2 / part.mean()).sum() < 10 + 5 * np.sqrt(20)
    without = months[work == 3]
    assert abs((without > 0).mean() - 0.5) < 4.5 * 0.5 / np.sqrt(len(without))
    assert without.max() == 11


def test_a_benefit_is_a_households_and_none_above_the_second_fifth_has_one(society):
    assert (society["benefit"] == society["benefit"][society["household"]]).all()
    assert not society["benefit"][society["income_fifth"] > 1].any()
    lowest, second = (society["benefit"][society["income_fifth"] == fifth].mean() for fifth in (0, 1))
    assert lowest > 5 * second > 0


def test_old_files_and_phones_begin_at_the_age_the_dials_say(society):
    assert society["age"][society["legacy_file"]].min() == 40
    assert society["age"][society["phone"] & ~society["internet"]].min() == 12


COMPARED = ["age", "sex", "income", "education", "need", "internet", "work", "registration", "migrant", "surname"]
COMPARED += ["diligence", "civic", "sensitive_taste", "months_worked", "benefit", "legacy_file", "phone", "sector"]


def exchanged(found, names, draws=99):
    """The gap of the communities in each column, in standard deviations of what it is after redrawing which
    households of each grid are of the minority."""
    minority = households(found, names[0])[2]
    sums = np.array([households(found, name)[0] for name in names] + [households(found, names[0])[1]])
    grid = found["grid"][found["household"] == np.arange(len(found["household"]))]
    random = np.random.default_rng(1)
    orders = (np.lexsort((random.random(len(grid)), grid)) for _ in range(draws))
    inside = np.array([sums[:, those].sum(axis=1) for those in [minority, *(minority[order] for order in orders)]])
    outside = sums.sum(axis=1) - inside
    gaps = inside[:, :-1] / inside[:, -1:] - outside[:, :-1] / outside[:, -1:]
    return dict(zip(names, (gaps[0] - gaps[1:].mean(axis=0)) / gaps[1:].std(axis=0)))


def test_communities_are_exchangeable_inside_their_grid_when_every_disparity_is_0(society):
    some = {name: values[: 150 * GRID] for name, values in society.items()}
    apart = exchanged(some, COMPARED)
    # 18 columns: more than 4.5 standard deviations has a chance of 1 in 10,000 for any of them.
    assert max(map(abs, apart.values())) < 4.5, apart


@pytest.mark.parametrize(
    ("path", "name"), [("recipe.income.disparity", "income"), ("recipe.diligence.community_shift", "diligence")]
)
def test_a_permutation_test_sees_a_small_disparity(path, name):
    names = [name, "community", "household", "household_size", "grid"]
    found = Population(RECIPE.set({path: 0.2}), 150 * GRID, seed=3).arrays(names=names)
    assert abs(exchanged(found, [name])[name]) > 4.5


def test_contradictory_sources_are_recorded_each_with_its_source_and_what_is_used():
    assert len(RECIPE.contradictory) >= 5
    for each in RECIPE.contradictory:
        assert len(each.figures) >= 2
        assert each.used.endswith(".")
        assert all(source in sources() for _, source in each.figures)
    fifths = sum(margin.value for margin in RECIPE.margins if margin.name.endswith("fifth") and margin.mean) / 5
    assert f"{fifths:,.0f}" in RECIPE.contradictory[0].figures[1][0]


def test_the_young_live_in_town_and_the_old_in_the_country(society):
    urban, age = society["residence"] == 0, society["age"]
    bands = ((15, 35), (35, 60), (60, 75), (75, 101))
    shares = [urban[(age >= low) & (age < high)].mean() for low, high in bands]
    assert shares == sorted(shares, reverse=True)
    # Before ages knew the place, all four were alike to within half a point.
    assert shares[0] - shares[-1] > 0.15


def test_who_moves_to_the_country_gets_its_ages_and_keeps_the_household():
    town = Population(RECIPE, 100 * GRID, seed=3)
    names = ["age", "residence", "household", "role", "composition"]
    there, here = (town.do({"residence": place}).arrays(names=names) for place in ("rural", "urban"))
    old = [(found["age"] >= 65).mean() for found in (there, here)]
    assert old[0] == pytest.approx(0.1772, abs=0.004)
    assert old[1] == pytest.approx(0.1111, abs=0.004)
    for name in ("household", "role", "composition"):
        assert (there[name] == here[name]).all()
    mixed = town.arrays(names=names)
    for found, place in ((here, 0), (there, 1)):
        those = mixed["residence"] == place
        assert (mixed["age"] == found["age"])[those].all()


def test_the_pyramids_of_town_and_country_add_up_to_the_census():
    town, country = pyramids(RECIPE)
    census = [margin.value for margin in RECIPE.margins if margin.name.startswith(("men by age", "women by age"))]
    assert 0.6389 * town + 0.3611 * country == pytest.approx(census, abs=2e-4)
    for made, young, old in ((town, 0.1720, 0.1111), (country, 0.1927, 0.1772)):
        bands = made.reshape(2, 17).sum(axis=0)
        assert bands[:3].sum() == pytest.approx(young, abs=0.001)
        assert bands[13:].sum() == pytest.approx(old, abs=0.001)


def couples(recipe, people=100 * GRID):
    """Whether each partner is as old as the head, and the education of both."""
    found = Population(recipe, people, seed=3).arrays(names=["education", "age", "role", "household"])
    partner = np.flatnonzero(found["role"] == 1)
    head = found["household"][partner]
    alike = found["age"][partner] == found["age"][head]
    return alike, found["education"][partner], found["education"][head], found["education"]


def test_all_partners_of_one_age_have_the_same_schooling_where_all_have_the_rank_of_the_head():
    alike, partner, head, _ = couples(RECIPE.set({"recipe.schooling.partners": 1}))
    assert alike.sum() > 1000
    assert (partner == head)[alike].all()
    alike, partner, head, _ = couples(RECIPE.set({"recipe.schooling.partners": 0}))
    assert 0.2 < (partner == head)[alike].mean() < 0.7


def test_partners_are_like_strangers_of_their_age_and_place_where_none_has_the_rank_of_the_head():
    town = RECIPE.set({"recipe.schooling.partners": 0, "recipe.schooling.generations": 0})
    names = ["education", "age", "role", "household", "residence"]
    found = Population(town, 200 * GRID, seed=3).do({"residence": "urban"}).arrays(names=names)
    partner = np.flatnonzero((found["role"] == 1) & (found["age"] == 45))
    head = found["household"][partner]
    same = (found["age"][head] >= 43) & (found["age"][head] <= 47)
    r = np.corrcoef(found["education"][partner[same]], found["education"][head[same]])[0, 1]
    assert abs(r) < 4.5 / np.sqrt(same.sum())


def test_how_alike_households_are_leaves_the_schooling_of_an_age_as_it_is():
    paths = ("recipe.schooling.partners", "recipe.schooling.generations")
    shares = []
    for value in (0, 1):
        recipe = RECIPE.set(dict.fromkeys(paths, value))
        found = Population(recipe, 200 * GRID, seed=3).arrays(names=["education", "age", "role"])
        here = (found["age"] >= 40) & (found["age"] < 45) & (found["role"] == 1)
        shares.append(np.bincount(found["education"][here], minlength=5) / here.sum())
        n = here.sum()
    assert shares[0] == pytest.approx(shares[1], abs=4.5 * np.sqrt(0.5 / n))
    assert (shares[0] != shares[1]).any()
