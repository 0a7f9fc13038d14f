"""The sentences about levels: values about everybody, or over all groups of a split."""

from __future__ import annotations

from testbed.report.phrases import HIT, PER_1000, PERCENT, POINTS, ROOTS, RULES, TOLD, Phrase

LEVELS: dict[str, Phrase] = {
    "adverse_rate": Phrase("{v} of people get an adverse decision", "get an adverse decision", "people", PERCENT),
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
        "between the groups of {split}, the share with a positive outcome among people decided positively differs by up"
        " to {v}",
        "with a positive outcome", "people decided positively", POINTS,
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
        "after people pool {k} known cases, {v} of the uncertainty that base rates leave about a decision is still"
        " hidden from them, chance not counted",
        "hidden", "the uncertainty that base rates leave", PERCENT,
    ),
    "unpredictability": Phrase(
        "after people pool {k} known cases, {v} of the uncertainty that base rates leave about a decision is left,"
        " chance included",
        "is left", "the uncertainty that base rates leave", PERCENT,
    ),
    "randomness": Phrase(
        "{v} of the uncertainty that base rates leave about a decision is chance, which no disclosure can remove",
        "chance", "the uncertainty that base rates leave", PERCENT,
    ),
    "reason_coverage": Phrase(
        "{v} of {decision} come with a reason that names an entry or a rule and its weight",
        "come with a reason", "{decision}", PERCENT,
    ),
    "record_access": Phrase(
        "people can see {v} of the standing entries about them that the rules read",
        "can see", "standing entries", PERCENT, ("person with entries", "people with entries"),
    ),
    "reason_specificity": Phrase(
        "in {v} of pairs of people decided differently, the reasons told to one are not all true of the other",
        "reasons told to one are not all true of the other", "pairs of people decided differently", PERCENT,
        TOLD,
    ),
    "reason_fidelity": Phrase(
        "{v} of the reasons told are true: undone, they move the score as stated",
        "true", "reasons told", PERCENT, TOLD,
    ),
    "reason_sufficiency": Phrase(
        "{v} of adverse decisions with reasons turn if everything that was told is undone",
        "turn", "adverse decisions with reasons", PERCENT, TOLD,
    ),
    "ambiguity": Phrase(
        "at least one scheme that serves as well would decide {v} of people otherwise",
        "would decide", "people", PERCENT,
    ),
    "discrepancy": Phrase(
        "one scheme that serves as well would decide {v} of people otherwise", "would decide", "people", PERCENT
    ),
    "reconstruction_cost": Phrase(
        "people must pool {v} until hardly anything is hidden from them but chance",
        "people must pool", "hardly anything is hidden", "cases",
    ),
    "surrogate_leaves": Phrase(
        "a tree of {v} decides as the scheme does, for 95% of each decision on average",
        "decides as the scheme does", "a tree", "leaves",
    ),
    "surrogate_items": Phrase(
        "a points sheet of {v} decides as the scheme does, for 95% of each decision on average",
        "decides as the scheme does", "a points sheet", "items",
    ),
    "notice_delay": Phrase(
        "people learn of an adverse entry about them after {v} on average; an entry that they never learn of counts"
        " {horizon} months",
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
        "it takes {v} on average to clear a wrong adverse entry on appeal; one that is never cleared counts {horizon}"
        " months{cleared}",
        "to clear", "a wrong adverse entry", "months", HIT,
    ),
    "contest_false_upheld": Phrase(
        "{v} of true adverse entries are struck on appeal within {horizon} months",
        "struck on appeal", "true adverse entries", PERCENT,
        ("person with a true adverse entry", "people with true adverse entries"),
    ),
    "recourse_rate": Phrase(
        "{v} of people decided adversely have a plan that works", "have a plan that works", "people decided adversely",
        PERCENT,
    ),
    "recourse_findable": Phrase(
        "{v} of people decided adversely would find a plan that works, from what they can know",
        "would find a plan that works", "people decided adversely", PERCENT,
    ),
    "recourse_kept": Phrase(
        "{v} of plans that the scheme promises work when they are walked", "work when they are walked",
        "plans that the scheme promises", PERCENT, ("person with such a plan", "people with such a plan"),
    ),
    "scheme_disagreement": Phrase(
        "two schemes decide differently about {v} of people on average", "decide differently", "people", PERCENT
    ),
    "rank_disagreement": Phrase(
        "of the pairs of people that neither scheme ties, two schemes rank {v} in opposite order on average",
        "in opposite order", "pairs of people that neither scheme ties", PERCENT,
    ),
    "widest_discretion": Phrase(
        "the widest band of discretion spans {x} times the smallest distance between two cut-offs",
        "the widest band of discretion", "the smallest distance between two cut-offs", "times", RULES,
    ),
    "discretion_share": Phrase(
        "{v} of the rules leave room for discretion", "leave room for discretion", "rules", PERCENT, RULES
    ),
    "flip_rate": Phrase(
        "{v} of wrong entries turn their subject's decision adverse in at least one month of the run",
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
    "refused_attempts": Phrase(
        "{x} attempt{s} at {gates} {are} refused per 1,000 person-months", "attempt", "person-months", PER_1000
    ),
    "months_barred": Phrase(
        "a gate is closed to people for {v} of the run on average", "a gate is closed", "people", "months"
    ),
    "channel_contribution": Phrase(
        "{channel} account for {x} wrong {side} decision{s} per 1,000 person-months",
        "wrong {side} decision", "person-months", PER_1000,
    ),
    "dose_response": Phrase(
        "at {times} times the scenario's error rates, {of} is {v}",
        "{of}", "{times} times the scenario's error rates", PER_1000,
    ),
    "flip_back_rate": Phrase(
        "{v} of wrong entries turn an adverse decision about their subject into another in at least one month of the"
        " run",
        "turn an adverse decision about their subject into another", "wrong entries", PERCENT, ROOTS,
    ),
    "reproduction_number": Phrase(
        "from one generation to the next, wrong entries multiply by {x}",
        "wrong entries", "from one generation to the next", "multiply by", ROOTS,
    ),
    "cascade_size": Phrase(
        "one wrong {type}entry would branch into {v}, counting itself, listings and copies",
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
        "at the lowest coverage that finds {share} of the misconduct that an oracle would find, the {harm} is {v}",
        "the {harm}", "the lowest coverage", PERCENT,
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
    "audience_after_correction": Phrase(
        "after an entry is found wrong, others are still shown the status that rests on it for {v} on average",
        "still shown", "an entry is found wrong", "months",
        ("person with a corrected entry", "people with corrected entries"),
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
