"""Job seekers with the attributes that the formula of the Austrian employment service reads.

Every number is in `job_seekers.toml`; most of them are assumed, because the joint distribution was not published. The
communities are abstract: a community causes the state of citizenship, schooling and region, and nothing else directly.
"""

from __future__ import annotations

import numpy as np

from synthetic.variables import Column, Numbers, chances

Weights = tuple[Column | float, ...]
"""One weight for each level: a number, or an array over the combinations of the parents."""

YOUNGEST, OLDEST = 18, 64
FEMALE, MINORITY = 1, 1


@chances("person", "category", "abstract community", levels=("majority", "minority"))
def community(numbers: Numbers) -> Weights:
    return 1 - numbers.minority, numbers.minority


@chances("person", "category", "sex", levels=("male", "female"))
def sex(numbers: Numbers) -> Weights:
    return 1 - numbers.female, numbers.female


@chances("person", "integer", "age at the start", unit="years", bounds=(YOUNGEST, OLDEST))
def age(numbers: Numbers) -> Weights:
    years = np.arange(YOUNGEST, OLDEST + 1)
    shares = (1 - numbers.from_30_to_49 - numbers.from_50, numbers.from_30_to_49, numbers.from_50)
    band = np.searchsorted((30, 50), years, side="right")
    weights = np.array(shares)[band] / np.bincount(band)[band]
    return tuple(weights.tolist())


@chances("person", "category", "where the person lives", levels=("urban", "rural"))
def residence(numbers: Numbers) -> Weights:
    return numbers.urban, 1 - numbers.urban


@chances("person", "category", "citizenship", levels=("home", "union", "third"))
def state(community: Column, numbers: Numbers) -> Weights:
    union = np.where(community == MINORITY, numbers.minority_union, numbers.majority_union)
    third = np.where(community == MINORITY, numbers.minority_third, numbers.majority_third)
    return 1 - union - third, union, third


@chances(
    "person", "category", "type of the labor market of the regional office", levels=tuple(f"type {n}" for n in "12345")
)
def region(community: Column, numbers: Numbers) -> Weights:
    drawn = np.where(community == MINORITY, numbers.minority_odds, 1.0)
    return numbers.type_1, numbers.type_2, numbers.type_3, numbers.type_4 * drawn, numbers.type_5 * drawn


@chances("person", "category", "highest education", levels=("compulsory", "apprenticeship", "matura"))
def education(community: Column, numbers: Numbers) -> Weights:
    low = np.where(community == MINORITY, numbers.minority_compulsory, numbers.majority_compulsory)
    return low, (1 - low) * numbers.apprenticeship, (1 - low) * (1 - numbers.apprenticeship)


@chances("person", "flag", "has care duties, as the service records them")
def care_duty(sex: Column, age: Column, numbers: Numbers) -> Column:
    caring: Column = np.where(sex == FEMALE, numbers.women, numbers.men) * np.where(age < 50, 1.0, numbers.from_50)
    return caring


@chances("person", "flag", "is impaired in health, as the service records it")
def impaired(age: Column, numbers: Numbers) -> Column:
    found: Column = np.where(age < 30, numbers.below_30, np.where(age < 50, numbers.from_30_to_49, numbers.from_50))
    return found


@chances("person", "category", "group of occupations", levels=("services", "production"))
def occupation(sex: Column, numbers: Numbers) -> Weights:
    making = np.where(sex == FEMALE, numbers.women_production, numbers.men_production)
    return 1 - making, making


@chances("person", "flag", "was employed less than three quarters of the last four years")
def few_days(impaired: Column, education: Column, numbers: Numbers) -> Column:
    odds = numbers.usual / (1 - numbers.usual)
    odds = (
        odds * np.where(impaired, numbers.impaired_odds, 1.0) * np.where(education == 0, numbers.compulsory_odds, 1.0)
    )
    chance: Column = odds / (1 + odds)
    return chance


@chances("person", "integer", "of the last four years, those with a case at the service", unit="years", bounds=(0, 4))
def case_years(few_days: Column, sex: Column, numbers: Numbers) -> Weights:
    more = np.where(few_days, numbers.few_days_more, 1.0) * np.where(sex == FEMALE, 1.0, numbers.men_more)
    return tuple(getattr(numbers, f"years_{count}") * more**count for count in range(5))


@chances("person", "flag", "had a case of half a year or more")
def long_case(case_years: Column, few_days: Column, numbers: Numbers) -> Column:
    long: Column = np.where(case_years > 0, np.where(few_days, numbers.few_days, numbers.others), 0.0)
    return long
