"""What is said of each measure: which come first in a family, and in what words (docs/words.md)."""

from __future__ import annotations

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

OF_WORLDS = ("counterfactual_effect", "path_effect", "regime_counterfactual")
"""Contrasts of the same people in two worlds: their n is no smaller group."""

CONTRASTS: dict[str, str] = {
    "adverse_gap": "adverse decisions are {v} {more} frequent among {group} than among {versus} people",
    "wrong_adverse_gap": "undeserved adverse decisions are {v} {more} frequent among {group} than among {versus}"
    " people",
    "adverse_gap_at_equal_conduct": "at equal conduct, adverse decisions are {v} {more} frequent among {group} than"
    " among {versus} people",
    "counterfactual_effect": "being set to {group} instead of {versus}, all else following from it, makes an adverse"
    " decision {v} {more} frequent",
    "path_effect": "through {path}, being {group} instead of {versus} makes an adverse decision {v} {more} frequent",
    "regime_counterfactual": "were everybody {group} instead of {versus} and the scheme fitted anew, adverse decisions"
    " would be {v} {more} frequent",
    "outcome_illusion": "judged by the outcomes in the record instead of by what was done, the {rate} of {group}"
    " against {versus} people comes out {v} {higher}",
    "audit_illusion": "judged by the entries in the record instead of by what was done, misconduct comes out {v}"
    " {more} frequent among {group} against {versus} people",
    "spurious_gap": "common causes make adverse decisions {v} {more} frequent among {group} than among {versus} people",
    "statistical_parity_difference": "the positive decision is {v} {more} frequent among {group} than among {versus}"
    " people",
    "clarity_gap": "reasons are given {v} {more} often for adverse than for favorable decisions",
    "error_gain": "one wrong entry moves its subject's score {v} {down} at the next decision",
    "echo": "one wrong entry is followed by {x} {more} true adverse acts of {touched}",
    "deterrence": "with the regime, true misconduct is {x} per 1,000 person-months {less} frequent",
    "apparent_deterrence": "by the record alone, misconduct would seem {x} per 1,000 person-months {less} frequent"
    " with the regime",
}
"""Signed values: {v} (with its unit) and {x} (without) are written without sign, {more}, {less} and {down} carry it."""

LEVELS: dict[str, str] = {
    "adverse_rate": "{v} of people are decided adversely",
    "wrong_adverse_rate": "{v} of those whose true record deserves no adverse decision get one",
    "missed_adverse_rate": "{v} of those whose true record deserves an adverse decision get none",
    "demographic_parity_difference": "between the groups of {split}, the share decided positively differs by up to {v}",
    "equalized_odds_difference": "between the groups of {split}, error rates differ by up to {v}",
    "predictive_parity_difference": "between the groups of {split}, precision differs by up to {v}",
    "auc_difference": "between the groups of {split}, the AUC differs by up to {v}",
    "equal_opportunity_difference": "between the groups of {split}, the true positive rate differs by up to {v}",
    "hidden": "with {k} known cases pooled, {v} of what the base rates leave open stays hidden from a person, chance"
    " not counted",
    "unpredictability": "with {k} known cases pooled, {v} of what the base rates leave open stays unforeseeable",
    "randomness": "{v} of what the base rates leave open is chance, which no disclosure can cure",
    "reason_coverage": "{v} of {decision} come with a reason that names an entry or a rule and its weight",
    "record_access": "people can see {v} of the entries that the rules read",
    "reason_specificity": "{v} of the people decided otherwise could not have been told the same reasons",
    "notice_delay": "{v} pass on average, counted to {horizon} months, until people know of an adverse entry",
    "contest_noticed": "{v} of wrong adverse entries are known to their subject within {horizon} months",
    "contest_filed": "{v} of wrong adverse entries are contested within {horizon} months",
    "contest_upheld": "{v} of wrong adverse entries are struck on appeal within {horizon} months",
    "contest_cleared": "{v} of wrong adverse entries are gone with all their copies within {horizon} months",
    "contest_delay": "wrong adverse entries stand for {v} on average, counted to {horizon} months, until cleared",
    "contest_false_upheld": "{v} of true adverse entries are struck on appeal within {horizon} months",
    "scheme_disagreement": "two schemes decide differently about {v} of people",
    "rank_disagreement": "of two people whom neither scheme ties, two schemes rank {v} the other way round",
    "widest_discretion": "the widest band of discretion spans {x} times the distance of two grades",
    "discretion_share": "{v} of the rules leave room for discretion",
    "flip_rate": "{v} of wrong entries turn their subject's decision adverse",
    "error_reach": "one wrong entry reaches {x} other people{hop} on average",
    "error_lifetime": "a wrong entry makes a difference for {v} on average",
    "error_agencies": "one wrong entry makes {x} agencies act on average",
    "error_burden": "wrong adverse decisions come to {x} in 1,000 months of a person",
    "channel_contribution": "{channel} account for {x} wrong {side} decisions in 1,000 months of a person",
    "dose_response": "at {times} times the scenario's rates of error, {of} is {x}",
    "flip_back_rate": "{v} of wrong entries turn an adverse decision about their subject into another",
    "reproduction_number": "from one generation to the next, wrong entries multiply by {x}",
    "cascade_size": "one wrong {type}entry would branch into {x} wrong entries, itself included",
    "residue": "{v} of corrected wrong entries still make a difference {k} months later",
    "lawful_conduct_suppressed": "the belief of being watched suppresses {v} of lawful sensitive acts",
    "detection_precision": "{v} of those decided adversely had truly misbehaved",
    "detection_recall": "{v} of those who truly misbehaved are decided adversely",
    "targeting_precision": "{v} of those who are given help are truly in need",
    "targeting_recall": "{v} of those who are truly in need are given help",
    "harm_at_benefit": "at the least coverage that finds {share} of what an oracle would find, the {harm} is {v}",
    "exchange_rate": "up to {coverage} times the scenario's coverage, each unit of {benefit} gained comes with {x} of"
    " {harm}",
    "chilling_recovery": "{v} after the belief of being watched has ended, a tenth of the fall in lawful acts is left",
    "operator_error_rate": "{v} of the operator's adverse decisions are wrong: true records would not have led to them",
    "operator_reason_coverage": "the operator gives a reason for {v} of its decisions",
    "operator_correction_time": "wrong entries stand for {v} on average before the operator corrects them",
    "operator_reversal_of_wrong": "on appeal, {v} of wrong decisions are reversed",
    "operator_reversal_of_right": "on appeal, {v} of right decisions are reversed",
    "operator_logged_share": "{v} of the operator's decisions are logged with the entries they rest on",
    "out_of_scope_rules": "{x} rules of the scheme read what no legal basis that it names covers",
}
