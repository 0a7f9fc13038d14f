"""The sentences about a model on a table: the names are those of worlds, the errors are wrong values of a row."""

from __future__ import annotations

from testbed.report.phrases import OF_TABLES, PERCENT, Phrase

VALUES = ("person with a wrong value", "people with a wrong value")
REFUSED = ("person decided adversely", "people decided adversely")
PER_1000 = "per 1,000 people"

ON_TABLES: dict[str, Phrase] = {
    "flip_sensitivity": Phrase(
        "if the column {column} alone held another of its values, {v} of people would be decided otherwise",
        "would be decided otherwise", "people", PERCENT,
    ),
    "error_gain": Phrase(
        "one wrong value{wrong} moves its person's score {v} {down} on average",
        "its person's score", "one wrong value", "points", VALUES,
    ),
    "flip_rate": Phrase(
        "{v} of wrong values{wrong} turn their person's decision adverse",
        "turn their person's decision adverse", "wrong values", PERCENT, VALUES,
    ),
    "flip_back_rate": Phrase(
        "{v} of wrong values{wrong} spare their person an adverse decision",
        "spare their person an adverse decision", "wrong values", PERCENT, VALUES,
    ),
    "error_burden": Phrase(
        "with the errors named{wrong}, there {are} {x} wrong adverse decision{s} per 1,000 people",
        "wrong adverse decision", "people", PER_1000,
    ),
    "dose_response": Phrase(
        "at {times} times the rates of the errors, there {are} {x} wrong adverse decision{s} per 1,000 people",
        "wrong adverse decision", "people", PER_1000,
    ),
    "most_fragile": Phrase(
        "the column whose errors turn most decisions is {column}: {x} decision{s} per 1,000 people, either way",
        "decision", "people", PER_1000,
    ),
    "label_error_effect": Phrase(
        "fitted on outcomes with errors, the model decides {v} of people otherwise",
        "otherwise", "people", PERCENT,
    ),
    "recourse_rate": Phrase(
        "{v} of people decided adversely can turn the decision by changes that the file of actions allows",
        "can turn the decision", "people decided adversely", PERCENT, REFUSED,
    ),
    "jitter": Phrase(
        "two models fitted on resamples of the table decide {v} of people differently", "differently", "people", PERCENT
    ),
    "ambiguity": Phrase(
        "at least one model that is about as often right decides {v} of people otherwise",
        "otherwise", "people", PERCENT,
    ),
    "discrepancy": Phrase(
        "one model that is about as often right decides {v} of people otherwise", "otherwise", "people", PERCENT
    ),
}  # fmt: skip
"""Values about everybody; `error_gain` is a contrast, whose sign {down} carries."""

FIRST: dict[str, tuple[str, ...]] = {
    "disparate impact": (*OF_TABLES, "flip_sensitivity"),
    "opacity": ("hidden[k=100]", "randomness", "recourse_rate", "reason_coverage[decision=adverse]", "ambiguity"),
    "error propagation": ("flip_rate", "error_burden", "most_fragile", "error_gain", "label_error_effect"),
}
"""The measures that each family of a table reports first."""
