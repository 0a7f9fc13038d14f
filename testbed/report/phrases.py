"""Which measures each harm family reports first, and what a headline sentence declares about its number."""

from __future__ import annotations

from dataclasses import dataclass

PATHS = {
    "circumstances": "what people do and how they live",
    "sensing": "what channels see of them",
    "direct": "the group as the model reads it",
    "regime": "gates, sanctions and appeals",
}
"""The paths by which a group attribute can reach a decision, in words."""

HEADLINES: dict[str, tuple[str, ...]] = {
    "disparate impact": (
        "adverse_gap",
        "wrong_adverse_gap",
        "adverse_gap_at_equal_conduct",
        "counterfactual_effect",
        *(f"path_effect[path={path}]" for path in PATHS),
        "regime_counterfactual",
        "outcome_illusion",
        "refused_attempts",
        "months_barred",
    ),
    "opacity": (
        "hidden[k=100]",
        "reason_coverage[decision=adverse]",
        "record_access",
        "randomness",
        "contest_cleared",
        "recourse_rate",
        "recourse_findable",
        "recourse_kept",
    ),
    "error propagation": (
        "flip_rate",
        "error_reach[hop=household]",
        "error_gain",
        "error_lifetime",
        "echo",
        "error_burden",
        "reproduction_number",
    ),
    "chilling": ("lawful_conduct_suppressed", "chilling_recovery"),
    "benefit": (
        "detection_precision",
        "detection_recall",
        "targeting_precision",
        "targeting_recall",
        "privilege_gap",
        "deterrence",
        "apparent_deterrence",
        "harm_at_benefit",
    ),
    "accountability": ("operator_error_rate", "operator_reason_coverage", "operator_correction_time"),
}
"""The measures that each family reports first, in this order, if the run has them."""
OF_TABLES = (
    "statistical_parity_difference",
    "equal_opportunity_difference",
    "equalized_odds_difference",
    "predictive_parity_difference",
    "auc_difference",
)
"""The same for a table of real predictions, in which true conduct is unknown."""

OF_WORLDS = ("counterfactual_effect", "path_effect", "regime_counterfactual", "spurious_gap")
"""Contrasts whose n is one set of people compared across two worlds, so that there is no smaller group."""

PEOPLE = ("person", "people")
RULES = ("rule", "rules")
ROOTS = ("wrong entry", "wrong entries")
HIT = ("person with a wrong adverse entry", "people with wrong adverse entries")
TOLD = ("person told reasons", "people told reasons")
PERCENT, POINTS, PER_1000 = "%", "percentage points", "per 1,000 person-months"


@dataclass(frozen=True)
class Phrase:
    """A headline as a template, and what its number is, so that a test can hold the words to the row.

    text: {v} is the value with its unit, {x} the value alone; the other fields are those of `qualifiers.words`.
    counted: what the numerator counts. among: what the denominator counts. form: how the unit is written. All three
    stand in the text. each: what the row's `n` counts, one and many.
    """

    text: str
    counted: str
    among: str
    form: str
    each: tuple[str, str] = PEOPLE
