"""Plain rates of decisions and outcomes, per group and crossing, and their comparisons.

All rates come from one table of counts. The counted label is the *positive* one: "not adverse" in a world, and the
label that the user names in a table. An error rate compares the prediction with the case's outcome. A measure gives
nothing if the table lacks its column.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from testbed.case import Case, Table
from testbed.measure import PerPerson, measure
from testbed.statistics import FN, FP, TN, TP, Across, Against, Auc, CellRate, Rate

EVERYBODY = (TN, FP, FN, TP)
SELECTION = Rate("selection_rate", (FP, TP), EVERYBODY, "no people in this group")
ADVERSE = Rate("adverse_rate", (TN, FN), EVERYBODY, "no people in this group")
TRUE_POSITIVE = Rate("true_positive_rate", (TP,), (FN, TP), "no positive outcomes")
FALSE_POSITIVE = Rate("false_positive_rate", (FP,), (TN, FP), "no negative outcomes")
TRUE_NEGATIVE = Rate("true_negative_rate", (TN,), (TN, FP), "no negative outcomes")
FALSE_NEGATIVE = Rate("false_negative_rate", (FN,), (FN, TP), "no positive outcomes")
PRECISION = Rate("precision", (TP,), (FP, TP), "no positive predictions")
NEGATIVE_PREDICTIVE = Rate("negative_predictive_value", (TN,), (TN, FN), "no negative predictions")
ACCURACY = Rate("accuracy", (TN, TP), EVERYBODY, "no people in this group")
BASE = Rate("base_rate", (FN, TP), EVERYBODY, "no people in this group")

PARITY = "statistical_parity_difference"
SHARES = "A difference in shares does not measure conduct: groups may differ in what they did."
ERRORS = "An error rate compares with the named outcome. A recorded outcome may itself be wrong about a group."
MAXIMUM = "The largest difference over many groups is above 0 by chance alone. Read the interval, not the value."

plain = partial(
    measure,
    harm="disparate impact",
    unit="rate",
    needs=("table",),
    reference="Barocas, Hardt and Narayanan (2023), Fairness and Machine Learning, chapter 3",
    interval="Wilson, Clopper-Pearson under 5 events; clustered: Wilson with effective n; gap: Newcombe",
)
symmetric = partial(
    plain,
    better="lower",
    interval="greatest pairwise limits, studentized range (after Agresti et al. 2008)",
)


def decided(case: Case | Table, rate: Rate) -> tuple[CellRate, ...]:
    """The rate as a part; nothing if it needs predictions or outcomes that the case does not have."""
    numerator, denominator = set(rate.numerator), set(rate.denominator)
    by_outcome = any((cell in numerator) != (cell ^ 2 in numerator) for cell in range(4)) or len(denominator) < 4
    if (case.prediction is None and rate is not BASE) or (case.outcome is None and by_outcome):
        return ()
    return (CellRate(case, rate),)


def compared(case: Case | Table, kind: str, *rates: Rate) -> tuple[Across, ...]:
    """The symmetric comparison of these rates over all groups, or nothing."""
    parts = tuple(part for rate in rates for part in decided(case, rate))
    return (Across(parts, kind),) if len(parts) == len(rates) else ()


@plain("selection_rate", better="none", caveats=SHARES, gap="")
def selection_rate(case: Case | Table) -> tuple[CellRate, ...]:
    """Share of people decided positively: (TP + FP) / all. Its signed gap is statistical_parity_difference."""
    return decided(case, SELECTION)


@plain("adverse_rate", better="none", caveats=SHARES, same={"adverse_rate": "selection_rate", "adverse_gap": PARITY})
def adverse_rate(case: Case | Table) -> tuple[CellRate, ...]:
    """Share of people decided negatively, in worlds adversely: (TN + FN) / all."""
    return decided(case, ADVERSE)


@plain("true_positive_rate", better="higher", caveats=ERRORS)
def true_positive_rate(case: Case | Table) -> tuple[CellRate, ...]:
    """Share decided positively among those whose outcome is positive: TP / (TP + FN)."""
    return decided(case, TRUE_POSITIVE)


@plain("false_positive_rate", better="lower", caveats=ERRORS)
def false_positive_rate(case: Case | Table) -> tuple[CellRate, ...]:
    """Share decided positively among those whose outcome is negative: FP / (FP + TN)."""
    return decided(case, FALSE_POSITIVE)


@plain(
    "true_negative_rate",
    better="higher",
    caveats=ERRORS,
    same={"true_negative_rate": "false_positive_rate", "true_negative_gap": "false_positive_gap"},
)
def true_negative_rate(case: Case | Table) -> tuple[CellRate, ...]:
    """Share decided negatively among those whose outcome is negative: TN / (TN + FP)."""
    return decided(case, TRUE_NEGATIVE)


@plain(
    "false_negative_rate",
    better="lower",
    caveats=ERRORS,
    same={"false_negative_rate": "true_positive_rate", "false_negative_gap": "true_positive_gap"},
)
def false_negative_rate(case: Case | Table) -> tuple[CellRate, ...]:
    """Share decided negatively among those whose outcome is positive: FN / (FN + TP)."""
    return decided(case, FALSE_NEGATIVE)


@plain("precision", better="higher", caveats=ERRORS)
def precision(case: Case | Table) -> tuple[CellRate, ...]:
    """Share with a positive outcome among those decided positively: TP / (TP + FP), the PPV."""
    return decided(case, PRECISION)


@plain("negative_predictive_value", better="higher", caveats=ERRORS, gap="negative_predictive_value_gap")
def negative_predictive_value(case: Case | Table) -> tuple[CellRate, ...]:
    """Share with a negative outcome among those decided negatively: TN / (TN + FN)."""
    return decided(case, NEGATIVE_PREDICTIVE)


@plain("accuracy", better="higher", caveats=ERRORS)
def accuracy(case: Case | Table) -> tuple[CellRate, ...]:
    """Share whose decision agrees with their outcome: (TP + TN) / all."""
    return decided(case, ACCURACY)


@plain("base_rate", better="none", caveats=ERRORS, gap="base_rate_gap")
def base_rate(case: Case | Table) -> tuple[CellRate, ...]:
    """Share whose outcome is positive: (TP + FN) / all."""
    return decided(case, BASE)


@plain(
    "mean_score",
    better="none",
    unit="points",
    caveats="The mean of a score without a unit only serves to compare groups.",
    interval="influence values by cluster, t(G-1)",
)
def mean_score(case: Case | Table) -> tuple[PerPerson, ...]:
    """Mean score of the people scored."""
    if case.score is None:
        return ()
    scored = np.asarray(case.scored, bool)
    return (PerPerson(np.where(scored, case.score, 0.0), scored),)


@plain(
    "auc",
    better="higher",
    caveats="AUC measures the order within a group. Equal AUCs do not make scores comparable between groups.",
    reference="DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44",
    interval="DeLong's components, by cluster",
)
def auc(case: Case | Table) -> tuple[Auc, ...]:
    """Chance that a positive outcome scores above a negative one of the same group, ties half (area under the ROC)."""
    return () if case.score is None or case.outcome is None else (Auc(),)


@symmetric("auc_difference", caveats=MAXIMUM, same={"auc_difference": "auc_gap"})
def auc_difference(case: Case | Table) -> tuple[Across, ...]:
    """Largest minus smallest AUC over all groups."""
    return tuple(Across((part,)) for part in auc(case))


@symmetric(
    "demographic_parity_difference", caveats=f"{SHARES} {MAXIMUM}", same={"demographic_parity_difference": PARITY}
)
def demographic_parity_difference(case: Case | Table) -> tuple[Across, ...]:
    """Largest minus smallest selection rate over all groups."""
    return compared(case, "difference", SELECTION)


@symmetric("demographic_parity_ratio", better="higher", unit="ratio", caveats=f"{SHARES} {MAXIMUM}")
def demographic_parity_ratio(case: Case | Table) -> tuple[Across, ...]:
    """Smallest over largest selection rate over all groups."""
    return compared(case, "ratio", SELECTION)


@symmetric(
    "equal_opportunity_difference",
    caveats=f"{ERRORS} {MAXIMUM}",
    reference="Hardt, Price and Srebro (2016)",
    same={"equal_opportunity_difference": "true_positive_gap"},
)
def equal_opportunity_difference(case: Case | Table) -> tuple[Across, ...]:
    """Largest minus smallest true positive rate over all groups."""
    return compared(case, "difference", TRUE_POSITIVE)


@symmetric("equalized_odds_difference", caveats=f"{ERRORS} {MAXIMUM}", reference="Hardt, Price and Srebro (2016)")
def equalized_odds_difference(case: Case | Table) -> tuple[Across, ...]:
    """The larger of two values: the largest difference in true and in false positive rates over all groups."""
    return compared(case, "difference", TRUE_POSITIVE, FALSE_POSITIVE)


@symmetric(
    "equalized_odds_ratio",
    better="higher",
    unit="ratio",
    caveats=f"{ERRORS} {MAXIMUM}",
    reference="Hardt, Price and Srebro (2016)",
)
def equalized_odds_ratio(case: Case | Table) -> tuple[Across, ...]:
    """The smaller of two values: the smallest ratio of true and of false positive rates over all groups."""
    return compared(case, "ratio", TRUE_POSITIVE, FALSE_POSITIVE)


@symmetric(
    "predictive_parity_difference",
    caveats=f"{ERRORS} {MAXIMUM}",
    reference="Chouldechova (2017), Big Data 5(2)",
    same={"predictive_parity_difference": "precision_gap"},
)
def predictive_parity_difference(case: Case | Table) -> tuple[Across, ...]:
    """Largest minus smallest precision over all groups."""
    return compared(case, "difference", PRECISION)


@plain(
    "disparate_impact_ratio",
    better="none",
    unit="ratio",
    caveats="If 2 % of one group and 1 % of the other are sanctioned, this ratio is 0.99 and adverse_ratio is 2: read "
    "both. The four-fifths row is a rule of thumb about the people counted, not a test.",
    reference="29 CFR 1607.4 D; Koopman (1984)",
    interval="Koopman's score limits; clustered or weighted: MOVER-R",
    same={"disparate_impact_ratio": PARITY},
)
def disparate_impact_ratio(case: Case | Table) -> list[Against]:
    """Selection rate of a group over that of the reference group; beside it the ratio of adverse rates."""
    parts = [
        Against(decided(case, SELECTION), "ratio", four_fifths=True),
        Against(decided(case, ADVERSE), "ratio", name="adverse_ratio", test=False),
    ]
    return [part for part in parts if part.parts]


@plain("statistical_parity_difference", better="none", caveats=SHARES, reference="Dwork et al. (2012), ITCS")
def statistical_parity_difference(case: Case | Table) -> list[Against]:
    """Selection rate of a group minus that of the reference group."""
    return [Against((part,)) for part in decided(case, SELECTION)]


@plain(
    "average_odds_difference",
    better="none",
    caveats=f"{ERRORS} Opposite gaps cancel: 0 does not mean equal odds.",
    reference="Bellamy et al. (2018), AI Fairness 360",
    interval="MOVER on Newcombe's limits; clustered: influence values by cluster, t(G-1)",
)
def average_odds_difference(case: Case | Table) -> list[Against]:
    """Mean of the gaps in true and in false positive rate, a group minus the reference group."""
    parts = decided(case, TRUE_POSITIVE) + decided(case, FALSE_POSITIVE)
    return [Against(parts)] if len(parts) == 2 else []
