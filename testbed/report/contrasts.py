"""The sentences about contrasts: a difference between two groups, or between two worlds."""

from __future__ import annotations

from testbed.report.phrases import PER_1000, POINTS, ROOTS, Phrase

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
    "privilege_gap": Phrase(
        "at equal conduct, rewards{first} are {v} {more} frequent among {group} than among {versus} people",
        "rewards", "at equal conduct", POINTS,
    ),
    "counterfactual_effect": Phrase(
        "being {group} instead of {versus}, with everything in the model that follows from it, makes adverse"
        " decisions about {over} {v} {more} frequent",
        "adverse decisions", "{over}", POINTS,
    ),
    "path_effect": Phrase(
        "through {path}, being {group} instead of {versus} makes adverse decisions about {group} people {v} {more}"
        " frequent",
        "adverse decisions", "about {group} people", POINTS,
    ),
    "regime_counterfactual": Phrase(
        "if everybody were {group} instead of {versus}, and the scheme were fitted again, adverse decisions would be"
        " {v} {more} frequent",
        "adverse decisions", "everybody", POINTS,
    ),
    "outcome_illusion": Phrase(
        "measured by recorded outcomes instead of true conduct, the {rate} of {group} people minus that of {versus}"
        " people comes out {v} {higher}",
        "the {rate}", "{group} people minus that of {versus} people", POINTS,
    ),
    "audit_illusion": Phrase(
        "measured by recorded entries instead of true conduct, the share of {group} people with misconduct minus that"
        " of {versus} people comes out {v} {higher}",
        "with misconduct", "{group} people with misconduct minus that of {versus} people", POINTS,
    ),
    "spurious_gap": Phrase(
        "common causes of group and decision make adverse decisions {v} {more} frequent among {group} than"
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
        "one wrong entry is followed by {x} {extra} true adverse act{s} by {touched} on average",
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
