"""What a regime's file says: its clauses and their keys, each with its meaning; N is a number with its source."""

from __future__ import annotations

from collections.abc import Mapping

TOP = {
    "title": "what follows from decisions, in a sentence",
    "as_of": "the date for which the regime holds",
    "claimed": "what the press or an essay says and no rule text does; optional",
    "coupled": "true if one person's decision affects others, as a quota does; default false",
    "not_modelled": "what is left out, a list of sentences",
}
SWITCH = {
    "NAME": "N, true or false; a switch that a sanction names holds for that sanction alone, all others are general",
}
LIST = {
    "enter": "the decision that brings a person on the list: adverse or favored",
    "from": "instead of that: the earlier list that it follows from",
    "after": "N, months in a row (of decisions, or on the earlier list)",
    "times": "N, at which listing on the earlier list it begins",
    "stay": "N, months at least",
    "quota": "N, the share of the scored for whom there is a place; needs coupled = true",
    "secret": "true if the person is not told; default false",
}
AGENCY = {
    "copies": "a list, or an earlier agency",
    "delay": "N, months until the copy",
    "forgets": "N, months until the copy is dropped after the original",
    "secret": "true if the person is not told; default false",
}
SANCTION = {
    "by": "the list or agency that brings it",
    "subject": "false if only others are reached; default true",
    "reach": "whom else it affects: none, children, household, kin, colleagues or acquaintances; default none",
    "reach_share": "N, the share of ties that are reached",
    "family": "an older way to say reach: none, children or all",
    "reward": "true for a reward; default false",
    "source": "the id of a source",
    "reading": "how the source gives it",
    "where": "where in the source; optional",
    "raises": "a table: by kind of conduct N, the rate under the sanction over the rate before",
    "secret": "true if the person is not told; default false",
    "gate": "the gate that it closes, or whose fast lane it opens",
    "audience": "who sees it, a list of names",
    "switch": "the switch that must be on",
    "said": "the state in words, as in: no train",
    "adults": "true if nobody under 18 is affected; default false",
}
GATE = {
    "title": "what is asked for there",
    "who": "who asks: all, adults or children; default all",
    "attempts": "N, attempts a person and month",
    "wait": "N, minutes in the queue; goes with lane",
    "lane": "N, the share of that wait in the fast lane",
}
DEBT = {
    "by": "the list that brings it",
    "raised": "N, the sum",
    "penalty": "N, times the sum on top of it",
    "months": "N, months in which it is taken back",
}
MISUSE = {
    "kind": "the kind of conduct of entries that an official makes without cause",
    "column": "with level and ratio: at whom misuse is aimed",
    "level": "the level of that column",
}
SEVERITY = {
    "minor": "N, months for a minor entry",
    "moderate": "N, months for a moderate entry",
    "serious": "N, months for a serious entry",
}
NUMBERS: Mapping[str, Mapping[str, str]] = {
    "sharing": {"share": "N, share of listings that reach an agency"},
    "family": {"share": "N, share of people whose household is reached"},
    "expiry": SEVERITY,
    "appeal": {
        "noticed": "N, share of adverse entries that their subject comes to know of",
        "notice_delay": "N, mean months until then",
        "filed": "N, share of noticed wrong entries that are contested",
        "filed_true": "N, the same of true entries",
        "upheld": "N, share of contested wrong entries that are struck",
        "upheld_true": "N, the same of true entries",
        "decision_delay": "N, mean months until the decision",
        "cost": "N, yuan for an appeal",
        "bearable": "N, share of a month's income at which half are deterred",
    },
    "restoration": {
        **SEVERITY,
        "requested": "N, share of adverse entries put forward for repair",
        "granted": "N, share of those that are granted",
    },
    "audit": {"found": "N, share of wrong entries that the operator finds by itself, per month"},
    "response": {
        "belief": "N, share of people who believe that they are watched",
        "chilling": "N, share of lawful sensitive acts that they leave",
        "belief_from": "N, month in which the belief begins",
        "belief_until": "N, month in which it ends",
        "half_life": "N, months in which half of its effect wears off",
        "heeded": "N, share of people who take published rules to be applied",
        "adaptation": "N, share of acts counted against them that they leave",
        "avoidance": "N, share of such acts that they move out of sight",
    },
    "moving": {
        "rate": "N, moves to another city per person-month",
        "listed_ratio": "N, that rate while on an adverse list over otherwise",
        "record_follows": "N, share of movers whose record comes along",
    },
    "misuse": {
        "rate": "N, entries without cause per 1,000 person-months",
        "ratio": "N, that rate for those at whom it is aimed over others",
        "logged": "N, share of them that the log shows",
        "audited": "N, share of the logged that an audit looks at",
        "reversal": "N, mean months until an audited entry is taken back",
        "answered": "N, share of those for which somebody answers",
    },
}
"""Clauses that hold nothing but numbers, and their keys."""

CLAUSES: Mapping[str, Mapping[str, str]] = {
    "switches": SWITCH,
    "lists.NAME": LIST,
    "agencies.NAME": AGENCY,
    "sanctions.NAME": SANCTION,
    "gates.NAME": GATE,
    "debts.NAME": DEBT,
    **{name: {**MISUSE, **keys} if name == "misuse" else keys for name, keys in NUMBERS.items()},
}
"""Every clause of a regime, as its table is headed, and its keys."""

GRAMMAR: Mapping[str, Mapping[str, str]] = {"": TOP, **CLAUSES}
