"""What is said of each measure: which come first in a family, in what words, and what its number counts."""

from __future__ import annotations

from dataclasses import dataclass

PATHS = {
    "circumstances": "what people do and how they live",
    "sensing": "what channels see of them",
    "direct": "the group as the model reads it",
    "regime": "gates, sanctions and appeals",
}
"""Readers of attributes, in words."""

HEADLINES: dict[str, tuple[str, ...]] = {
    "disparate impact": (
        "adverse_gap",
        "wrong_adverse_gap",
        "adverse_gap_at_equal_conduct",
        "counterfactual_effect",
        *(f"path_effect[path={path}]" for path in PATHS),
        "regime_counterfactual",
        "outcome_illusion",
    ),
    "opacity": (
        "hidden[k=100]",
        "reason_coverage[decision=adverse]",
        "record_access",
        "randomness",
        "contest_cleared",
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
        "deterrence",
        "apparent_deterrence",
        "harm_at_benefit",
    ),
    "accountability": ("operator_error_rate", "operator_reason_coverage", "operator_correction_time"),
}
"""What each family says first, in this order, from what a run has."""
OF_TABLES = (
    "statistical_parity_difference",
    "equal_opportunity_difference",
    "equalized_odds_difference",
    "predictive_parity_difference",
    "auc_difference",
)
"""The same of a table of real predictions, where nothing is known of conduct."""

OF_WORLDS = ("counterfactual_effect", "path_effect", "regime_counterfactual", "spurious_gap")
"""Contrasts whose n is one set of people, read in two worlds: no smaller group."""

PEOPLE = ("person", "people")
RULES = ("rule", "rules")
ROOTS = ("wrong entry", "wrong entries")
HIT = ("person with a wrong adverse entry", "people with wrong adverse entries")
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


CONTRASTS: dict[str, Phrase] = {
    "adverse_gap": Phrase(
        "adverse decisions{when} are {v} {more} frequent among {group} than among {versus} people",
        "adverse decisions", "{group} than among {versus} people", POINTS,
    ),
    "wrong_adverse_gap": Phrase(
        "wrong adverse decisions are {v} {more} frequent among {group} than among {versus} people whose true record"
        " deserves none",
        "wrong adverse decisions", "{group} than among {versus} people whose true record deserves none", POINTS,
    ),
    "adverse_gap_at_equal_conduct": Phrase(
        "at equal conduct, adverse decisions{first} are {v} {more} frequent among {group} than among {versus} people",
        "adverse decisions", "at equal conduct", POINTS,
    ),
    "counterfactual_effect": Phrase(
        "being set to {group} instead of {versus}, with all that follows from it, makes adverse decisions about"
        " {over} {v} {more} frequent",
        "adverse decisions", "{over}", POINTS,
    ),
    "path_effect": Phrase(
        "through {path}, being {group} instead of {versus} makes adverse decisions about {group} people {v} {more}"
        " frequent",
        "adverse decisions", "about {group} people", POINTS,
    ),
    "regime_counterfactual": Phrase(
        "were everybody {group} instead of {versus} and the scheme fitted anew, adverse decisions would be {v} {more}"
        " frequent",
        "adverse decisions", "everybody", POINTS,
    ),
    "outcome_illusion": Phrase(
        "judged by the outcomes in the record instead of by what was done, the {rate} for {group} people, less that for"
        " {versus} people, comes out {v} {higher}",
        "the {rate}", "{group} people, less that for {versus} people", POINTS,
    ),
    "audit_illusion": Phrase(
        "judged by the entries in the record instead of by what was done, the share of {group} people with misconduct,"
        " less that of {versus} people, comes out {v} {higher}",
        "with misconduct", "{group} people with misconduct, less that of {versus} people", POINTS,
    ),
    "spurious_gap": Phrase(
        "causes that group and decision have in common make adverse decisions {v} {more} frequent among {group} than"
        " among {versus} people",
        "adverse decisions", "{group} than among {versus} people", POINTS,
    ),
    "statistical_parity_difference": Phrase(
        "positive decisions are {v} {more} frequent among {group} than among {versus} people",
        "positive decisions", "{group} than among {versus} people", POINTS,
    ),
    "clarity_gap": Phrase(
        "reasons are given {v} {more} often for adverse than for favorable decisions",
        "reasons", "for adverse than for favorable decisions", POINTS,
    ),
    "error_gain": Phrase(
        "one wrong entry moves its subject's score {v} {down} on average{span}",
        "its subject's score", "one wrong entry", "points", ROOTS,
    ),
    "echo": Phrase(
        "one wrong entry is followed by {x} {extra} true adverse act{s} of {touched} on average",
        "true adverse act", "one wrong entry", "acts", ROOTS,
    ),
    "deterrence": Phrase(
        "with the regime, people commit {x} {fewer} adverse act{s} per 1,000 person-months",
        "adverse act", "person-months", PER_1000,
    ),
    "apparent_deterrence": Phrase(
        "with the regime, {x} {fewer} adverse entr{y} {are} made, true or not, per 1,000 person-months",
        "adverse entr", "person-months", PER_1000,
    ),
}  # fmt: skip
"""Signed values, written without sign: {more}, {higher}, {down}, {extra} and {fewer} carry it."""

LEVELS: dict[str, Phrase] = {
    "adverse_rate": Phrase("{v} of people are decided adversely", "decided adversely", "people", PERCENT),
    "wrong_adverse_rate": Phrase(
        "{v} of people whose true record deserves no adverse decision get one",
        "get one", "people whose true record deserves no adverse decision", PERCENT,
    ),
    "missed_adverse_rate": Phrase(
        "{v} of people whose true record deserves an adverse decision get none",
        "get none", "people whose true record deserves an adverse decision", PERCENT,
    ),
    "demographic_parity_difference": Phrase(
        "between the groups of {split}, the share of people decided positively differs by up to {v}",
        "decided positively", "people", POINTS,
    ),
    "equalized_odds_difference": Phrase(
        "between the groups of {split}, the share decided positively among people with the same outcome differs by up"
        " to {v}",
        "decided positively", "people with the same outcome", POINTS,
    ),
    "predictive_parity_difference": Phrase(
        "between the groups of {split}, the share of people decided positively whose outcome is positive differs by up"
        " to {v}",
        "whose outcome is positive", "people decided positively", POINTS,
    ),
    "auc_difference": Phrase(
        "between the groups of {split}, the chance that a person with a positive outcome scores above one with a"
        " negative outcome (AUC) differs by up to {v}",
        "scores above", "a person with a positive outcome", POINTS,
    ),
    "equal_opportunity_difference": Phrase(
        "between the groups of {split}, the share decided positively among people with a positive outcome differs by"
        " up to {v}",
        "decided positively", "people with a positive outcome", POINTS,
    ),
    "hidden": Phrase(
        "with {k} known cases pooled, {v} of the uncertainty that base rates leave about a decision stays hidden from"
        " a person, chance not counted",
        "hidden", "the uncertainty that base rates leave", PERCENT,
    ),
    "unpredictability": Phrase(
        "with {k} known cases pooled, {v} of the uncertainty that base rates leave about a decision cannot be foreseen",
        "cannot be foreseen", "the uncertainty that base rates leave", PERCENT,
    ),
    "randomness": Phrase(
        "{v} of the uncertainty that base rates leave about a decision is chance, which no disclosure can cure",
        "chance", "the uncertainty that base rates leave", PERCENT,
    ),
    "reason_coverage": Phrase(
        "{v} of {decision} come with a reason that names an entry or a rule and its weight",
        "come with a reason", "{decision}", PERCENT,
    ),
    "record_access": Phrase(
        "{v} of the standing entries that the rules read can be seen by their subjects",
        "seen by their subjects", "standing entries", PERCENT, ("person with entries", "people with entries"),
    ),
    "reason_specificity": Phrase(
        "in {v} of pairs of people decided differently, the reasons told to one are not all true of the other",
        "reasons told to one are not all true of the other", "pairs of people decided differently", PERCENT,
        ("person told reasons", "people told reasons"),
    ),
    "notice_delay": Phrase(
        "it takes {v} on average until people learn of an adverse entry about them, waits counted up to {horizon}"
        " months",
        "learn", "adverse entry", "months", ("adverse entry", "adverse entries"),
    ),
    "contest_noticed": Phrase(
        "{v} of wrong adverse entries are known to their subject within {horizon} months",
        "known to their subject", "wrong adverse entries", PERCENT, HIT,
    ),
    "contest_filed": Phrase(
        "{v} of wrong adverse entries are contested within {horizon} months",
        "contested", "wrong adverse entries", PERCENT, HIT,
    ),
    "contest_upheld": Phrase(
        "{v} of wrong adverse entries are struck on appeal within {horizon} months",
        "struck on appeal", "wrong adverse entries", PERCENT, HIT,
    ),
    "contest_cleared": Phrase(
        "{v} of wrong adverse entries are struck on appeal and gone with all their copies within {horizon} months",
        "gone with all their copies", "wrong adverse entries", PERCENT, HIT,
    ),
    "contest_delay": Phrase(
        "it takes {v} on average to clear a wrong adverse entry on appeal, where one that is never cleared counts"
        " {horizon} months{cleared}",
        "to clear", "a wrong adverse entry", "months", HIT,
    ),
    "contest_false_upheld": Phrase(
        "{v} of true adverse entries are struck on appeal within {horizon} months",
        "struck on appeal", "true adverse entries", PERCENT,
        ("person with a true adverse entry", "people with true adverse entries"),
    ),
    "scheme_disagreement": Phrase(
        "two schemes decide differently about {v} of people on average", "decide differently", "people", PERCENT
    ),
    "rank_disagreement": Phrase(
        "two schemes put {v} of the pairs of people whom neither ties in opposite order, on average",
        "in opposite order", "pairs of people whom neither ties", PERCENT,
    ),
    "widest_discretion": Phrase(
        "the widest band of discretion spans {x} times the smallest distance between two cut-offs",
        "the widest band of discretion", "the smallest distance between two cut-offs", "times", RULES,
    ),
    "discretion_share": Phrase(
        "{v} of the rules leave room for discretion", "leave room for discretion", "rules", PERCENT, RULES
    ),
    "flip_rate": Phrase(
        "{v} of wrong entries turn their subject's decision adverse in some month of the run",
        "turn their subject's decision adverse", "wrong entries", PERCENT, ROOTS,
    ),
    "error_reach": Phrase(
        "one wrong entry {reaches} {x} other {people}{hop} on average", "other {people}", "one wrong entry", "people",
        ROOTS,
    ),
    "error_lifetime": Phrase(
        "a wrong entry makes a difference for {v} on average{followed}",
        "makes a difference", "a wrong entry", "months", ROOTS,
    ),
    "error_agencies": Phrase(
        "one wrong entry changes the lists of {v} on average", "changes the lists", "one wrong entry", "agencies",
        ROOTS,
    ),
    "error_burden": Phrase(
        "there {are} {x} wrong adverse decision{s}{source} per 1,000 person-months",
        "wrong adverse decision", "person-months", PER_1000,
    ),
    "channel_contribution": Phrase(
        "{channel} account for {x} wrong {side} decision{s} per 1,000 person-months",
        "wrong {side} decision", "person-months", PER_1000,
    ),
    "dose_response": Phrase(
        "at {times} times the scenario's rates of error, {of} is {v}",
        "{of}", "{times} times the scenario's rates of error", PER_1000,
    ),
    "flip_back_rate": Phrase(
        "{v} of wrong entries turn an adverse decision about their subject into another in some month of the run",
        "turn an adverse decision about their subject into another", "wrong entries", PERCENT, ROOTS,
    ),
    "reproduction_number": Phrase(
        "from one generation to the next, wrong entries multiply by {x}",
        "wrong entries", "from one generation to the next", "multiply by", ROOTS,
    ),
    "cascade_size": Phrase(
        "one wrong {type}entry would branch into {v}; itself, listings and copies count",
        "itself, listings and copies", "one wrong {type}entry", "entries", ROOTS,
    ),
    "residue": Phrase(
        "{v} of corrected wrong entries still make a difference {k} months later",
        "still make a difference", "corrected wrong entries", PERCENT,
        ("corrected wrong entry", "corrected wrong entries"),
    ),
    "lawful_conduct_suppressed": Phrase(
        "the belief of being watched suppresses {v} of sensitive lawful acts",
        "suppresses", "sensitive lawful acts", PERCENT,
    ),
    "chilling_recovery": Phrase(
        "{v} after the belief of being watched ends, at most a tenth of the fall in sensitive lawful acts is left",
        "a tenth of the fall in sensitive lawful acts", "after the belief of being watched ends", "months",
    ),
    "detection_precision": Phrase(
        "{v} of people decided adversely had truly misbehaved", "truly misbehaved", "people decided adversely", PERCENT
    ),
    "detection_recall": Phrase(
        "{v} of people who truly misbehaved are decided adversely",
        "decided adversely", "people who truly misbehaved", PERCENT,
    ),
    "targeting_precision": Phrase(
        "{v} of people {chosen} are truly in need", "truly in need", "people {chosen}", PERCENT
    ),
    "targeting_recall": Phrase(
        "{v} of people truly in need are among those {chosen}", "those {chosen}", "people truly in need", PERCENT
    ),
    "harm_at_benefit": Phrase(
        "at the least coverage that finds {share} of the misconduct that an oracle would find, the {harm} is {v}",
        "the {harm}", "the least coverage", PERCENT,
    ),
    "exchange_rate": Phrase(
        "in the step up to {coverage} times the scenario's coverage, each unit of {benefit} gained comes with {x} of"
        " {harm}",
        "{harm}", "each unit of {benefit} gained", "comes with",
    ),
    "operator_error_rate": Phrase(
        "{v} of the operator's adverse decisions are wrong: true records would not have led to them",
        "wrong", "adverse decisions", PERCENT,
    ),
    "operator_reason_coverage": Phrase(
        "the operator tells the subject a reason for {v} of its adverse decisions", "a reason", "adverse decisions",
        PERCENT,
    ),
    "operator_correction_time": Phrase(
        "wrong entries stand for {v} of their first {horizon} on average{corrected}",
        "stand", "wrong entries", "months", ("person with a wrong entry", "people with wrong entries"),
    ),
    "operator_reversal_of_wrong": Phrase(
        "on appeal, the operator strikes {v} of contested wrong entries", "strikes", "contested wrong entries",
        PERCENT, ("person with a contested entry", "people with contested entries"),
    ),
    "operator_reversal_of_right": Phrase(
        "on appeal, the operator strikes {v} of contested true entries", "strikes", "contested true entries",
        PERCENT, ("person with a contested entry", "people with contested entries"),
    ),
    "operator_logged_share": Phrase(
        "the operator's log shows {v} of the entries that officials made without cause",
        "log shows", "entries that officials made without cause", PERCENT,
        ("person with such an entry", "people with such entries"),
    ),
    "out_of_scope_rules": Phrase(
        "{v} of the scheme's rules judge a lawful act or who a person is, not a breach",
        "judge a lawful act or who a person is", "rules", PERCENT, RULES,
    ),
}  # fmt: skip
"""Values about everybody, or over all groups."""
