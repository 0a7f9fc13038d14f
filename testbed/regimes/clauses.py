"""What a regime's file says: its clauses and their keys, each with its type and meaning."""

from __future__ import annotations

from collections.abc import Mapping

from synthetic.schema import AMOUNT, DAY, FLAG, NAME, NAMES, SENTENCES, SHARE, TEXT, Fields, Key, Named, OneOf, grammar
from synthetic.source import CITED, Sourced
from testbed.regimes.base import EXPIRY, FAMILY, REACH

DECISIONS = {"adverse": -1, "favored": 1}
WHO = ("all", "adults", "children")
N, PART = Sourced(AMOUNT), Sourced(SHARE)
SECRET = Key("true if the person is not told", FLAG, default=False)

LIST = Fields(
    {
        "enter": Key("the decision that brings a person on the list", OneOf(DECISIONS)),
        "from": Key("instead of that: the earlier list that it follows from", NAME),
        "after": Key("months in a row (of decisions, or on the earlier list)", N),
        "times": Key("at which listing on the earlier list it begins", N),
        "stay": Key("months at least", N, needed=True),
        "quota": Key("the share of the scored for whom there is a place; needs coupled = true", PART),
        "secret": SECRET,
    }
)
AGENCY = Fields(
    {
        "copies": Key("a list, or an earlier agency", NAME, needed=True),
        "delay": Key("months until the copy", N, needed=True),
        "forgets": Key("months until the copy is dropped after the original", N, needed=True),
        "secret": SECRET,
    }
)
SANCTION = Fields(
    {
        "by": Key("the list or agency that brings it", NAME, needed=True),
        "subject": Key("false if only others are reached", FLAG, default=True),
        "reach": Key("whom else it affects; default none", OneOf(REACH)),
        "reach_share": Key("the share of ties that are reached", PART),
        "family": Key("an older way to say reach", OneOf(FAMILY)),
        "reward": Key("true for a reward", FLAG, default=False),
        **CITED,
        "raises": Key(
            "the rate of a kind of conduct under the sanction over the rate before", Named(N, "kind"), default={}
        ),
        "secret": SECRET,
        "gate": Key("the gate that it closes, or whose fast lane it opens", NAME),
        "audience": Key("who sees it", NAMES, default=[]),
        "switch": Key("the switch that must be on", NAME),
        "said": Key("the state in words, as in: no train", TEXT),
        "adults": Key("true if nobody under 18 is affected", FLAG, default=False),
    }
)
GATE = Fields(
    {
        "title": Key("what is asked for there", TEXT),
        "who": Key("who asks", OneOf(WHO), default="all"),
        "attempts": Key("attempts a person and month", N, needed=True),
        "wait": Key("minutes in the queue; goes with lane", N),
        "lane": Key("the share of that wait in the fast lane", PART),
    }
)
DEBT = Fields(
    {
        "by": Key("the list that brings it", NAME, needed=True),
        "raised": Key("the sum", N, needed=True),
        "penalty": Key("times the sum on top of it", N, needed=True),
        "months": Key("months in which it is taken back", N, needed=True),
    }
)
AIM = {
    "kind": Key("the kind of conduct of entries that an official makes without cause", NAME, needed=True),
    "column": Key("with level and ratio: at whom misuse is aimed", NAME),
    "level": Key("the level of that column", TEXT),
}
"""What the clause on misuse says beside its numbers."""

NUMBERS: Mapping[str, Mapping[str, Key]] = {
    "sharing": {"share": Key("share of listings that reach an agency", PART)},
    "family": {"share": Key("share of people whose household is reached", PART)},
    "expiry": {name: Key(f"months for a {name} entry", N, needed=True) for name in EXPIRY},
    "appeal": {
        "noticed": Key("share of adverse entries that their subject comes to know of", PART),
        "notice_delay": Key("mean months until then", N),
        "filed": Key("share of noticed wrong entries that are contested", PART),
        "filed_true": Key("the same of true entries", PART),
        "upheld": Key("share of contested wrong entries that are struck", PART),
        "upheld_true": Key("the same of true entries", PART),
        "decision_delay": Key("mean months until the decision", N),
        "cost": Key("yuan for an appeal", N),
        "bearable": Key("share of a month's income at which half are deterred", N),
    },
    "restoration": {
        **{name: Key(f"months for a {name} entry", N) for name in EXPIRY},
        "requested": Key("share of adverse entries put forward for repair", PART),
        "granted": Key("share of those that are granted", PART),
    },
    "audit": {"found": Key("share of wrong entries that the operator finds by itself, per month", PART)},
    "response": {
        "belief": Key("share of people who believe that they are watched", PART),
        "chilling": Key("share of lawful sensitive acts that they leave", PART),
        "belief_from": Key("month in which the belief begins", N),
        "belief_until": Key("month in which it ends", N),
        "half_life": Key("months in which half of its effect wears off", N),
        "heeded": Key("share of people who take published rules to be applied", PART),
        "adaptation": Key("share of acts counted against them that they leave", PART),
        "avoidance": Key("share of such acts that they move out of sight", PART),
    },
    "moving": {
        "rate": Key("moves to another city per person-month", PART),
        "listed_ratio": Key("that rate while on an adverse list over otherwise", N),
        "record_follows": Key("share of movers whose record comes along", PART),
    },
    "misuse": {
        "rate": Key("entries without cause per 1,000 person-months", N, needed=True),
        "ratio": Key("that rate for those at whom it is aimed over others", N),
        "logged": Key("share of them that the log shows", PART, needed=True),
        "audited": Key("share of the logged that an audit looks at", PART, needed=True),
        "reversal": Key("mean months until an audited entry is taken back", N, needed=True),
        "answered": Key("share of those for which somebody answers", PART, needed=True),
    },
}
"""Clauses that hold nothing but numbers (misuse also says at whom it is aimed), and their keys."""

MEANS = {
    "sharing": "what reaches an agency",
    "family": "whom a sanction on others reaches",
    "expiry": "how long an entry stays in force",
    "appeal": "how a wrong entry is contested",
    "restoration": "how an entry is repaired",
    "audit": "what the operator finds by itself",
    "response": "how people respond",
    "moving": "how people move to another city",
    "misuse": "entries that an official makes without cause",
}

KEYS = Fields(
    {
        "title": Key("what follows from decisions, in a sentence", TEXT, needed=True),
        "as_of": Key("the date for which the regime holds", DAY),
        "claimed": Key("what the press or an essay says and no rule text does", TEXT),
        "coupled": Key("true if one person's decision affects others, as a quota does", FLAG, default=False),
        "not_modelled": Key("what is left out", SENTENCES, default=[]),
        "switches": Key(
            "what can be switched off; a switch that a sanction names holds for that sanction alone, all others are "
            "general",
            Named(Sourced(FLAG)),
            default={},
        ),
        "lists": Key("who comes on a list", Named(LIST), default={}),
        "agencies": Key("who copies a list", Named(AGENCY), default={}),
        "sanctions": Key("what a list or agency brings", Named(SANCTION), default={}),
        "gates": Key("what people ask for", Named(GATE), default={}),
        "debts": Key("sums that are claimed", Named(DEBT), default={}),
        **{
            name: Key(MEANS[name], Fields({**AIM, **keys} if name == "misuse" else keys), needed=name == "expiry")
            for name, keys in NUMBERS.items()
        },
    }
)
"""What the file of a regime says."""

GRAMMAR = grammar(KEYS)
