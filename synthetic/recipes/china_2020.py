"""People of a Chinese-like society in 2020: abstract communities, census margins, assumed dials where no figure exists.

Every number stands in `china_2020.toml` with its source. Each function names its parents as parameters.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from synthetic.kinship import LETTERS, OLDEST, ROLES, Kinship
from synthetic.recipe import Numbers, variable

Array = NDArray

COMPOSITIONS = {
    "alone": "H",
    "couple": "HP",
    "head, child": "HC",
    "head, parent": "HR",
    "head, other": "HO",
    "couple, child": "HPC",
    "head, 2 children": "HCC",
    "head, child, parent": "HCR",
    "couple, parent": "HPR",
    "couple, 2 children": "HPCC",
    "couple, child, parent": "HPCR",
    "couple, child, other": "HPCO",
    "couple, 3 children": "HPCCC",
    "couple, 2 children, parent": "HPCCR",
    "couple, child, 2 parents": "HPCRR",
    "couple, 2 children, 2 parents": "HPCCRR",
    "couple, 3 children, parent": "HPCCCR",
    "couple, 2 children, 2 parents, other": "HPCCRRO",
}
_ROLE_AT = np.array(
    [[LETTERS.index(letter) for letter in word.ljust(7, "O")] for word in COMPOSITIONS.values()], np.int8
)


# --- place ---------------------------------------------------------------------------------------------------


@variable("grid", "integer", "city: a run of grids", fixed=True, dtype=np.int32)
def city(grid: Array, numbers: Numbers) -> Array:
    return grid // int(numbers.grids_per_city)


@variable("grid", "category", "where the person lives", levels=("urban", "rural"))
def residence(draw, numbers: Numbers) -> Array:
    return draw() >= numbers.urban


@variable("grid", "float", "share of the minority in the grid", unit="share", column=False, range=(0, 1))
def minority_share(draw, numbers: Numbers) -> Array:
    enclaves = numbers.in_enclaves * numbers.mean / numbers.enclave_share
    elsewhere = numbers.mean * (1 - numbers.in_enclaves) / (1 - enclaves)
    return np.where(draw() < enclaves, numbers.enclave_share, elsewhere)


@variable("grid", "float", "surveillance cameras", unit="cameras per 1,000 people", range=(0, 10_000))
def camera_density(residence: Array, draw, numbers: Numbers) -> Array:
    spread = np.exp(numbers.spread * normal(draw()))
    return numbers.urban_median * spread * np.where(residence == 0, 1.0, numbers.rural_ratio)


# --- households ----------------------------------------------------------------------------------------------


@variable("household", "integer", "members of the household", unit="people", fixed=True)
def household_size(draw, numbers: Numbers) -> Array:
    return 1 + choose(draw(), [getattr(numbers, f"size_{k}") for k in range(1, 8)])


@variable("household", "category", "who lives together", levels=tuple(COMPOSITIONS), fixed=True)
def composition(household_size: Array, draw, numbers: Numbers) -> Array:
    coins = draw()
    made = np.zeros(len(coins), np.int8)
    names = list(COMPOSITIONS)
    for size in range(1, 8):
        options = [k for k, word in enumerate(COMPOSITIONS.values()) if len(word) == size]
        weights = [
            getattr(numbers, names[k].replace(",", "").replace(" ", "_")) if len(options) > 1 else 1.0 for k in options
        ]
        here = household_size == size
        made[here] = options[0] + choose(coins[here], weights)
    return made


@variable("person", "category", "role in the household", levels=ROLES, fixed=True)
def role(composition: Array, place: Array) -> Array:
    return _ROLE_AT[composition, place]


@variable("person", "integer", "sex and age drawn along kin ties: sex * 128 + age", column=False, fixed=True)
def demography(role: Array, composition: Array, draw, numbers: Numbers, members) -> Array:
    kinship = numbers.made(_kinship)
    return kinship.cells(members.first(composition), role, draw(), members)


def _kinship(numbers: Numbers) -> Kinship:
    return Kinship(tuple(COMPOSITIONS.values()), numbers)


@variable("person", "category", "sex", levels=("male", "female"))
def sex(demography: Array) -> Array:
    return demography >> 7


@variable("person", "integer", "age at the start", unit="years", range=(0, OLDEST + 27))
def age(demography: Array) -> Array:
    return demography & 127


# --- status --------------------------------------------------------------------------------------------------


@variable("household", "category", "abstract community", levels=("majority", "minority"))
def community(minority_share: Array, draw) -> Array:
    return draw() < minority_share


@variable("household", "category", "household registration (hukou)", levels=("urban", "rural"))
def registration(residence: Array, draw, numbers: Numbers) -> Array:
    return draw() >= np.where(residence == 0, numbers.urban_residents, numbers.rural_residents)


@variable(
    "household",
    "category",
    "lives away from the place of registration",
    levels=("none", "within province", "across provinces"),
)
def migrant(residence: Array, registration: Array, draw, numbers: Numbers) -> Array:
    outsider = np.where(registration == 1, numbers.urban_rural_registered, numbers.urban_urban_registered)
    share = np.where(residence == 0, outsider, numbers.rural)
    return np.where(draw() < share, np.where(draw(1) < numbers.across_provinces, 2, 1), 0)


@variable("person", "integer", "surname, by rank: 0 is the commonest", unit="code", range=(0, 6149))
def surname(role: Array, sex: Array, draw, numbers: Numbers, members) -> Array:
    own = np.searchsorted(numbers.made(_surnames), draw(), side="right").astype(np.int16)
    family = members.of_household(members.first(own))
    kept = (role == 2) | ((role == 3) & (sex == 0))
    return np.where(kept, family, own)


def _surnames(numbers: Numbers) -> Array:
    """Cumulative shares by rank: three published, two to the top-five share, a power law to each of the last two totals."""
    top = [numbers.rank_1, numbers.rank_2, numbers.rank_3]
    fourth = (numbers.top_5 - sum(top)) / 2
    ranks = np.arange(6, 101, dtype=float)
    middle = ranks**-numbers.middle_power
    middle *= (numbers.top_100 - numbers.top_5) / middle.sum()
    rest = np.arange(101, int(numbers.in_use) + 1, dtype=float) ** -numbers.tail_power
    rest *= (1 - numbers.top_100) / rest.sum()
    return np.cumsum(np.concatenate([top, [fourth, fourth], middle, rest]))[:-1]


@variable(
    "person",
    "category",
    "highest education, in course or done",
    levels=("none", "primary", "junior", "senior", "college"),
)
def education(age: Array, residence: Array, draw, numbers: Numbers) -> Array:
    rank = draw()
    cohort = age + np.where(residence == 0, -numbers.urban_lead, 0.0)
    made = np.zeros(len(rank), np.int8)
    for level, (key, from_age) in enumerate((("primary", 6), ("junior", 12), ("senior", 15), ("college", 18)), 1):
        reach = getattr(numbers, f"{key}_ceiling") / (
            1 + np.exp((cohort - getattr(numbers, f"{key}_age")) / getattr(numbers, f"{key}_spread"))
        )
        made[(rank < reach) & (age >= from_age) & (made == level - 1)] = level
    return made


@variable("person", "flag", "ill, or caring for a small child or a very old person at home")
def need(age: Array, draw, numbers: Numbers, members) -> Array:
    ill = np.minimum(numbers.illness_at_80 * np.exp((age - 80.0) * np.log(2) / numbers.illness_doubling), 1)
    cared = members.of_household(members.any((age <= 2) | (age >= 85)))
    caring = np.where(cared & (age >= 18) & (age < 75), numbers.caring, 0.0)
    return draw() < ill + caring - ill * caring


@variable("person", "category", "work", levels=("child", "student", "employed", "unemployed", "at home", "retired"))
def work(age: Array, sex: Array, education: Array, residence: Array, need: Array, draw, numbers: Numbers) -> Array:
    coin = draw()
    studying = ((age <= 18) & (education >= 3)) | ((age <= 22) & (education == 4))
    prime = np.where(sex == 0, numbers.men, numbers.women)
    ends = np.where(sex == 0, numbers.men_end, numbers.women_end)
    late = np.where(residence == 0, numbers.late_urban, numbers.late_rural)
    faded = np.maximum(0.0, 1 - (age - ends) / 20.0)
    rate = np.where(age < ends, prime, prime * late * faded) * np.where(need, 1 - numbers.need_loss, 1.0)
    made = np.where(draw(1) < numbers.unemployment, 3, 2)
    made = np.where(coin < rate, made, np.where(age < ends, 4, 5))
    made = np.where(studying & (draw(2) < numbers.in_school), 1, made)
    return np.where(age < 16, 0, made)


@variable("person", "category", "sector of work", levels=("none", "farm", "industry", "services"))
def sector(work: Array, residence: Array, draw, numbers: Numbers) -> Array:
    coin = draw()
    farm = np.where(residence == 0, numbers.farm_urban, numbers.farm_rural)
    other = np.where((coin - farm) < (1 - farm) * numbers.industry, 2, 3)
    return np.where(work == 2, np.where(coin < farm, 1, other), 0)


@variable("household", "float", "disposable income of the household", unit="yuan a year per head", range=(0, 1e9))
def income(residence: Array, community: Array, work: Array, education: Array, draw, numbers: Numbers, members) -> Array:
    size = members.size
    earners = members.sum(work == 2) / size - 0.53
    schooled = members.sum(education >= 3) / size - 0.3
    z = normal(draw()) + numbers.earners * earners + numbers.schooling * schooled
    spread = np.where(residence == 0, numbers.urban_spread, numbers.rural_spread)
    middle = np.where(residence == 0, numbers.urban_median, numbers.rural_median)
    short = np.where(community == 1, 1 - numbers.disparity, 1.0)
    return np.rint(middle * np.exp(spread * z) * short)


@variable("household", "integer", "fifth of the income distribution, 0 lowest", dtype=np.int8, range=(0, 4))
def income_fifth(income: Array, numbers: Numbers) -> Array:
    return np.searchsorted([numbers.cut_1, numbers.cut_2, numbers.cut_3, numbers.cut_4], income, side="right")


@variable("person", "flag", "uses the internet")
def internet(age: Array, residence: Array, draw, numbers: Numbers) -> Array:
    rate = np.where(residence == 0, numbers.urban[np.minimum(age // 10, 6)], numbers.rural[np.minimum(age // 10, 6)])
    return draw() < rate


# --- true traits behind conduct --------------------------------------------------------------------------------


@variable("person", "float", "diligence: keeping to obligations, a rank", unit="rank", range=(0, 1))
def diligence(community: Array, draw, numbers: Numbers) -> Array:
    return shifted(draw(), community, numbers.community_shift)


@variable("person", "float", "civic activity, a rank", unit="rank", range=(0, 1))
def civic(community: Array, draw, numbers: Numbers) -> Array:
    return shifted(draw(), community, numbers.community_shift)


@variable("person", "float", "taste for lawful but sensitive acts, a rank", unit="rank", range=(0, 1))
def sensitive_taste(community: Array, draw, numbers: Numbers) -> Array:
    return shifted(draw(), community, numbers.community_shift)


# --- laws ----------------------------------------------------------------------------------------------------


def choose(coins: Array, weights: list[float]) -> Array:
    """The index at each coin's rank among the weights, which need not sum to 1."""
    steps = np.cumsum(weights)
    return np.searchsorted(steps[:-1] / steps[-1], coins, side="right")


def shifted(coins: Array, community: Array, shift: float) -> Array:
    """Ranks whose odds are multiplied by exp(shift) in the minority; they stay in (0, 1)."""
    coins = np.maximum(coins, 2.0**-54)
    if shift == 0:
        return coins
    odds = np.where(community == 1, np.exp(shift), 1.0)
    return coins * odds / (1 - coins + coins * odds)


_STEPS = np.array([NormalDist().inv_cdf((k + 0.5) / 1024) for k in range(1024)])


def normal(coins: Array) -> Array:
    """Standard normal values from uniforms, straight lines between 1,024 quantiles."""
    place = np.clip(coins * 1024 - 0.5, 0, 1022.999999)
    low = place.astype(np.int32)
    return _STEPS[low] + (place - low) * (_STEPS[low + 1] - _STEPS[low])
