"""People of a Chinese-like society in 2020: abstract communities, census margins, assumed dials if no figure exists.

Every number is in `china_2020.toml` with its source. Each function names its parents as parameters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from synthetic.layout import LETTERS, OLDEST, ROLES, Kinship, KinshipByPlace, Members, cities_by_seed, quantiles
from synthetic.variables import Column, Numbers, Ranks, chances, normal, shifted, variable

Weights = tuple[Column | float, ...]
"""One weight for each level: a number, or an array over the combinations of the parents."""
Draw = Callable[..., NDArray[np.float64]]

# Codes of the levels named below.
URBAN, MALE, MINORITY, JUNIOR, SENIOR, EMPLOYED, UNEMPLOYED, RETIRED, CHILD, PARENT = 0, 0, 1, 2, 3, 2, 3, 5, 2, 3

SCHEMES = ("none", "rongcheng", "suining-2010", "suqian", "xiamen", "hangzhou")
REACH = np.array([-1.4, -0.532, 0.0, 0.532, 1.4])
"""Means of the fifths of the standard normal distribution: how far each level of network reach is from the middle."""

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


@variable("grid", "integer", "city: a run of grids, named by the first", fixed=True, dtype=np.int32, drawn_by="city")
def city(grid: Column, seed: int, numbers: Numbers) -> Column:
    return numbers.made(cities_by_seed)(seed).bounds(grid)[0]


@variable("grid", "category", "point scheme of the city", levels=SCHEMES, drawn_by="city", spread="share")
def scheme(city: Column, draw: Draw, numbers: Numbers) -> Column:
    return np.searchsorted(numbers.made(_scheme_ends), draw(of=city), side="right")


def _scheme_ends(numbers: Numbers) -> Column:
    """The upper end of each level among the coins: no scheme first, then each scheme by its weight."""
    weights = np.array([getattr(numbers, name.replace("-", "_")) for name in SCHEMES[1:]])
    ends = 1 - numbers.share + numbers.share * np.cumsum(weights)[:-1] / weights.sum()
    return np.array([1 - numbers.share, *ends])


@variable(
    "grid",
    "category",
    "network reach of the city",
    levels=("lowest", "low", "middle", "high", "highest"),
    drawn_by="city",
)
def network(city: Column, draw: Draw) -> Column:
    return draw(of=city) * 5


@chances("grid", "category", "where the person lives", levels=("urban", "rural"))
def residence(numbers: Numbers) -> Weights:
    return numbers.urban, 1 - numbers.urban


@variable("grid", "float", "share of the minority in the grid", unit="share", column=False, bounds=(0, 1))
def minority_share(draw: Draw, numbers: Numbers) -> Column:
    enclaves = numbers.in_enclaves * numbers.mean / numbers.enclave_share
    elsewhere = numbers.mean * (1 - numbers.in_enclaves) / (1 - enclaves)
    share: Column = np.where(draw() < enclaves, numbers.enclave_share, elsewhere)
    return share


@variable(
    "grid",
    "float",
    "surveillance cameras",
    unit="cameras per 1,000 people",
    bounds=(0, 10_000),
    drawn_by="city",
    spread="spread",
)
def camera_density(city: Column, residence: Column, draw: Draw, numbers: Numbers) -> Column:
    spread = np.exp(numbers.spread * normal(draw(of=city)) + numbers.spread_in_city * normal(draw(1)))
    density: Column = numbers.urban_median * spread * np.where(residence == URBAN, 1.0, numbers.rural_ratio)
    return density


# --- households ----------------------------------------------------------------------------------------------


@chances("household", "integer", "members of the household", unit="people", bounds=(1, 7), fixed=True)
def household_size(numbers: Numbers) -> Weights:
    return tuple(getattr(numbers, f"size_{size}") for size in range(1, 8))


@chances("household", "category", "who lives together", levels=tuple(COMPOSITIONS), fixed=True)
def composition(household_size: Column, numbers: Numbers) -> Weights:
    return tuple(
        np.where(household_size == len(letters), _weight(label, numbers), 0.0)
        for label, letters in COMPOSITIONS.items()
    )


def _weight(label: str, numbers: Numbers) -> float:
    letters = COMPOSITIONS[label]
    alone = sum(len(other) == len(letters) for other in COMPOSITIONS.values()) == 1
    return 1.0 if alone else getattr(numbers, label.replace(",", "").replace(" ", "_"))


@variable("person", "category", "role in the household", levels=ROLES, fixed=True)
def role(composition: Column, place: Column) -> Column:
    return _ROLE_AT.ravel().take(np.multiply(composition, 7, dtype=np.int64) + place)


@variable(
    "person",
    "integer",
    "sex and age drawn along kin ties: sex * 128 + age",
    column=False,
    fixed=True,
    drawn_by="household",
)
def demography(
    role: Column, composition: Column, residence: Column, words: Column, numbers: Numbers, members: Members
) -> Column:
    place, together = members.first(residence), members.first(composition)
    return numbers.made(_kinship).cells(place, together, role, words, members)


def _kinship(numbers: Numbers) -> KinshipByPlace:
    tilts = (numbers.tilt_urban_male, numbers.tilt_urban_female), (numbers.tilt_rural_male, numbers.tilt_rural_female)
    return KinshipByPlace(tuple(Kinship(tuple(COMPOSITIONS.values()), numbers, tilt) for tilt in tilts))


@variable("person", "category", "sex", levels=("male", "female"))
def sex(demography: Column) -> Column:
    return demography >> 7


@variable("person", "integer", "age at the start", unit="years", bounds=(0, OLDEST))
def age(demography: Column) -> Column:
    return demography & 127


# --- status --------------------------------------------------------------------------------------------------


@variable("household", "category", "abstract community", levels=("majority", "minority"))
def community(minority_share: Column, draw: Draw) -> Column:
    return draw() < minority_share


@chances("household", "category", "household registration (hukou)", levels=("urban", "rural"))
def registration(residence: Column, numbers: Numbers) -> Weights:
    urban = np.where(residence == URBAN, numbers.urban_residents, numbers.rural_residents)
    return urban, 1 - urban


@chances(
    "household",
    "category",
    "lives away from the place of registration",
    levels=("none", "within province", "across provinces"),
)
def migrant(residence: Column, registration: Column, numbers: Numbers) -> Weights:
    in_town = np.where(registration == URBAN, numbers.urban_urban_registered, numbers.urban_rural_registered)
    floating = np.where(residence == URBAN, in_town, numbers.rural)
    return 1 - floating, floating * (1 - numbers.across_provinces), floating * numbers.across_provinces


@variable(
    "person",
    "integer",
    "surname, by rank: 0 is the commonest",
    unit="code",
    bounds=(0, 6149),
    drawn_by="household",
)
def surname(role: Column, sex: Column, words: Column, numbers: Numbers, members: Members) -> Column:
    own = numbers.made(_surnames).ranks(words)
    bearers, house = members.where((role == CHILD) | ((role == PARENT) & (sex == MALE)))
    own[bearers] = members.first(own).take(house)
    return own


def _surnames(numbers: Numbers) -> Ranks:
    """Shares by rank: three published, two that complete the top five, power laws up to rank 100 and for the rest."""
    top = [numbers.rank_1, numbers.rank_2, numbers.rank_3]
    fourth = (numbers.top_5 - sum(top)) / 2
    middle = np.arange(6, 101, dtype=float) ** -numbers.middle_power
    middle *= (numbers.top_100 - numbers.top_5) / middle.sum()
    rest = np.arange(101, int(numbers.in_use) + 1, dtype=float) ** -numbers.tail_power
    rest *= (1 - numbers.top_100) / rest.sum()
    return Ranks(np.concatenate([top, [fourth, fourth], middle, rest]))


@variable(
    "person",
    "integer",
    "given name, by rank: 0 is the commonest",
    unit="code",
    bounds=(0, 999_999),
    dtype=np.int32,
)
def given_name(words: Column, numbers: Numbers) -> Column:
    return numbers.made(_given_names).ranks(words)


def _given_names(numbers: Numbers) -> Ranks:
    """Shares by rank: straight lines between the logarithms of four published ones, and a power law for the rest."""
    known = np.array([1.0, 10, 50, 1000])
    held = np.array([numbers.rank_1, numbers.rank_10, numbers.rank_50, numbers.rank_1000])
    top = np.exp(np.interp(np.log(np.arange(1, 1001)), np.log(known), np.log(held)))
    rest = np.arange(1001, int(numbers.in_use) + 1, dtype=float) ** -numbers.tail_power
    rest *= (1 - top.sum()) / rest.sum()
    return Ranks(np.concatenate([top, rest]))


@variable(
    "person",
    "float",
    "share of the nation's people who bear the surname",
    unit="share of people",
    bounds=(0, 1),
    column=False,
    section="surname",
)
def surname_share(surname: Column, numbers: Numbers) -> Column:
    return numbers.made(_surnames).shares(surname)


@variable(
    "person",
    "float",
    "share of the nation's people who bear the full name",
    unit="share of people",
    bounds=(0, 1),
    section="given_name",
)
def name_share(given_name: Column, surname_share: Column, numbers: Numbers) -> Column:
    return surname_share * numbers.made(_given_names).shares(given_name)


@variable(
    "person",
    "integer",
    "rank among people of the same age and place by schooling, the lowest first: a 32-bit word",
    column=False,
    fixed=True,
    dtype=np.uint32,
)
def schooling(role: Column, words: Column, numbers: Numbers, members: Members) -> Column:
    # The low bits decide who has the rank of the head, the high bits are the rank of the others.
    shares = np.array([0, numbers.partners, numbers.generations, numbers.generations, 0]) * 1024
    alike, house = members.where((words & np.uint32(1023)) < shares.take(role))
    made = words.copy()
    made[alike] = members.first(words).take(house)
    return made


@chances(
    "person",
    "category",
    "highest education, in course or done",
    levels=("none", "primary", "junior", "senior", "college"),
    words="schooling",
)
def education(age: Column, residence: Column, numbers: Numbers) -> Weights:
    cohort = age - np.where(residence == URBAN, numbers.urban_lead, 0.0)
    reach: list[Column] = [np.ones(cohort.shape)]
    for level, from_age in (("primary", 6), ("junior", 12), ("senior", 15), ("college", 18)):
        middle, spread = getattr(numbers, f"{level}_age"), getattr(numbers, f"{level}_spread")
        share = getattr(numbers, f"{level}_ceiling") / (1 + np.exp((cohort - middle) / spread))
        reach.append(np.where(age >= from_age, np.minimum(share, reach[-1]), 0.0))
    return tuple(here - above for here, above in zip(reach, [*reach[1:], np.zeros(1)]))


@variable("household", "flag", "a small child or a very old person lives here", column=False)
def dependants(age: Column, members: Members) -> Column:
    return members.any((age <= 2) | (age >= 85))


@chances("person", "flag", "ill, or caring for a small child or a very old person at home")
def need(age: Column, dependants: Column, numbers: Numbers) -> Column:
    ill = np.minimum(numbers.illness_at_80 * 2.0 ** ((age - 80.0) / numbers.illness_doubling), 1.0)
    caring = np.where(dependants & (age >= 18) & (age < 75), numbers.caring, 0.0)
    chance: Column = ill + caring - ill * caring
    return chance


@chances("person", "category", "work", levels=("child", "student", "employed", "unemployed", "at home", "retired"))
def work(age: Column, sex: Column, education: Column, residence: Column, need: Column, numbers: Numbers) -> Weights:
    grown = age >= 16
    studying = ((age <= 18) & (education >= SENIOR)) | ((age <= 22) & (education > SENIOR))
    student = grown * studying * numbers.in_school
    ends = np.where((sex == MALE) | (residence != URBAN), numbers.men_end, numbers.women_end)
    before = np.where(residence == URBAN, numbers.urban, numbers.rural) * np.where(sex == MALE, 1, numbers.women_ratio)
    after = before * np.where(residence == URBAN, numbers.late_urban, numbers.late_rural)
    active = np.where(age < ends, before, after * np.maximum(0.0, 1 - (age - ends) / 25.0))
    active = (grown - student) * active * np.where(need, 1 - numbers.need_loss, 1.0)
    rest = grown - student - active
    return (
        ~grown,
        student,
        active * (1 - numbers.unemployment),
        active * numbers.unemployment,
        rest * (age < ends),
        rest * (age >= ends),
    )


@chances("person", "category", "sector of work", levels=("none", "farm", "industry", "services"))
def sector(work: Column, residence: Column, numbers: Numbers) -> Weights:
    works = work == EMPLOYED
    farm = works * np.where(residence == URBAN, numbers.farm_urban, numbers.farm_rural)
    return ~works, farm, (works - farm) * numbers.industry, (works - farm) * (1 - numbers.industry)


@variable("person", "integer", "months of the year with work", unit="months", bounds=(0, 12), dtype=np.int8)
def months_worked(work: Column, sector: Column, words: Column, numbers: Numbers) -> Column:
    row = (work * np.int8(4) + sector).astype(np.int64) * 1024
    return numbers.made(_months).take(row + (words >> np.uint32(22)))


def _months(numbers: Numbers) -> Column:
    """The months worked at 1,024 ranks, for each kind of work and sector. Some people work 1 to 11 months, all
    equally likely; other employed people work the whole year, and the rest not at all."""
    chance = np.zeros((6, 4, 13))
    chance[:, :, 0] = 1
    chance[UNEMPLOYED] = [1 - numbers.unemployed, *[numbers.unemployed / 11] * 11, 0]
    for code, part in enumerate((0, numbers.farm, numbers.industry, numbers.services)):
        chance[EMPLOYED, code] = [0, *[part / 11] * 11, 1 - part]
    return quantiles(chance.reshape(24, 13), 1024).astype(np.int8).ravel()


@variable("household", "float", "disposable income of the household", unit="yuan a year per head", bounds=(0, 1e9))
def income(
    residence: Column,
    community: Column,
    work: Column,
    education: Column,
    draw: Draw,
    numbers: Numbers,
    members: Members,
) -> Column:
    lift = members.sum(numbers.made(_lifts).take(work.astype(np.int64) * 5 + education))
    retired = members.sum(work == RETIRED)
    place = residence.astype(np.int64)
    pension = np.array([numbers.urban_pension, numbers.rural_pension]).take(place)
    rank = normal(draw()) + (lift + pension * retired) / members.size
    spread = np.array([numbers.urban_spread, numbers.rural_spread]).take(place)
    middle = np.array([numbers.urban_middle, numbers.rural_middle]).take(place)
    kept = np.array([1.0, 1 - numbers.disparity]).take(community.astype(np.int64))
    yuan: Column = np.rint(middle * np.exp(spread * rank) * kept)
    return yuan


def _lifts(numbers: Numbers) -> Column:
    """What a member adds to the rank of the household, for each kind of work and level of education."""
    level = np.maximum(np.arange(5) - JUNIOR, 0)
    lift = np.tile(numbers.schooling * level, (6, 1))
    lift[EMPLOYED] += numbers.earners
    return lift.ravel()


@variable("household", "integer", "fifth of the income distribution, 0 lowest", dtype=np.int8, bounds=(0, 4))
def income_fifth(income: Column, numbers: Numbers) -> Column:
    cuts = (numbers.cut_1, numbers.cut_2, numbers.cut_3, numbers.cut_4)
    return np.asarray(sum((income >= cut).astype(np.int8) for cut in cuts))


@chances("household", "flag", "receives a means-tested benefit in some months of the year")
def benefit(residence: Column, income_fifth: Column, numbers: Numbers) -> Column:
    lowest: Column = np.where(residence == URBAN, numbers.urban, numbers.rural)
    return lowest * np.where(income_fifth == 0, 1.0, np.where(income_fifth == 1, numbers.second_fifth, 0.0))


@chances("person", "flag", "has an old personnel file (dang'an)")
def legacy_file(age: Column, residence: Column, numbers: Numbers) -> Column:
    share = np.where(residence == URBAN, numbers.urban, numbers.rural)
    chance: Column = share * (age >= numbers.from_age)
    return chance


@chances("person", "flag", "uses the internet")
def internet(age: Column, residence: Column, network: Column, numbers: Numbers) -> Column:
    group = np.minimum(age // 10, 6)
    share = np.where(residence == URBAN, numbers.urban[group], numbers.rural[group])
    odds = share / (1 - share) * np.exp(numbers.network_spread * REACH[network])
    chance: Column = odds / (1 + odds)
    return chance


@chances("person", "flag", "has a phone account")
def phone(age: Column, internet: Column, numbers: Numbers) -> Column:
    share: Column = np.where(internet, numbers.online, numbers.offline * (age >= numbers.from_age))
    return share


# --- true traits behind conduct --------------------------------------------------------------------------------


@variable("person", "float", "diligence: keeping to obligations, a rank", unit="rank", bounds=(0, 1), truth=True)
def diligence(community: Column, draw: Draw, numbers: Numbers) -> Column:
    return shifted(draw(), community == MINORITY, numbers.community_shift)


@variable("person", "float", "civic activity, a rank", unit="rank", bounds=(0, 1), truth=True)
def civic(community: Column, draw: Draw, numbers: Numbers) -> Column:
    return shifted(draw(), community == MINORITY, numbers.community_shift)


@variable("person", "float", "taste for lawful but sensitive acts, a rank", unit="rank", bounds=(0, 1), truth=True)
def sensitive_taste(community: Column, draw: Draw, numbers: Numbers) -> Column:
    return shifted(draw(), community == MINORITY, numbers.community_shift)
