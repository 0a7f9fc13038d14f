"""Findings as plain sentences. The wording follows docs/words.md: what was measured, never a verdict on anybody."""

from __future__ import annotations

import math
from dataclasses import dataclass

from testbed.report.numbers import Scale, decimals, interval, scale
from testbed.report.plaintext import clean, counted
from testbed.report.rows import Finding, Findings

HEADLINES: dict[str, tuple[str, ...]] = {
    "disparate impact": (
        "adverse_gap",
        "wrong_adverse_gap",
        "adverse_gap_at_equal_conduct",
        "counterfactual_effect",
    ),
    "opacity": ("hidden[k=100]", "reason_coverage[decision=adverse]", "record_access", "randomness"),
    "error propagation": ("flip_rate", "error_reach[hop=household]", "error_gain", "error_lifetime", "echo"),
    "chilling": ("lawful_conduct_suppressed", "chilling_recovery"),
    "benefit": ("detection_precision", "detection_recall", "deterrence"),
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

CONTRASTS: dict[str, str] = {
    "adverse_gap": "adverse decisions are {v} {more} frequent among {group} than among {versus} people",
    "wrong_adverse_gap": "undeserved adverse decisions are {v} {more} frequent among {group} than among {versus}"
    " people",
    "adverse_gap_at_equal_conduct": "at equal conduct, adverse decisions are {v} {more} frequent among {group} than"
    " among {versus} people",
    "counterfactual_effect": "being set to {group} instead of {versus}, all else following from it, makes an adverse"
    " decision {v} {more} frequent",
    "spurious_gap": "common causes make adverse decisions {v} {more} frequent among {group} than among {versus} people",
    "statistical_parity_difference": "the positive decision is {v} {more} frequent among {group} than among {versus}"
    " people",
    "clarity_gap": "reasons are given {v} {more} often for adverse than for favorable decisions",
    "error_gain": "one wrong entry moves its subject's score {v} {down} at the next decision",
    "echo": "one wrong entry is followed by {x} {more} true adverse acts of {touched}",
    "deterrence": "with the regime, true misconduct is {x} per 1,000 person-months {less} frequent",
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
    "discretion_share": "{v} of the rules leave room for discretion",
    "flip_rate": "{v} of wrong entries turn their subject's decision adverse",
    "error_reach": "one wrong entry reaches {x} other people{hop} on average",
    "error_lifetime": "a wrong entry makes a difference for {v} on average",
    "error_agencies": "one wrong entry makes {x} agencies act on average",
    "lawful_conduct_suppressed": "the belief of being watched suppresses {v} of lawful sensitive acts",
    "detection_precision": "{v} of those decided adversely had truly misbehaved",
    "detection_recall": "{v} of those who truly misbehaved are decided adversely",
    "operator_error_rate": "{v} of the operator's adverse decisions are wrong: true records would not have led to them",
    "operator_reason_coverage": "the operator gives a reason for {v} of its decisions",
    "operator_correction_time": "wrong entries stand for {v} on average before the operator corrects them",
    "operator_reversal_of_wrong": "on appeal, {v} of wrong decisions are reversed",
    "operator_reversal_of_right": "on appeal, {v} of right decisions are reversed",
    "operator_logged_share": "{v} of the operator's decisions are logged with the entries they rest on",
}


@dataclass(frozen=True)
class Sentence:
    """A finding in words: the claim, what stands behind it, and whether this run decides it.

    state: "shown" (a level, or a contrast whose interval leaves out no difference), "undecided" or "not computed".
    """

    row: Finding
    lottery: Finding | None
    claim: str
    detail: str
    state: str

    @property
    def text(self) -> str:
        """Claim and detail as one sentence."""
        return f"{self.claim} ({self.detail})." if self.detail else f"{self.claim}."


def headlines(findings: Findings, harm: str, column: tuple[str, str]) -> list[Sentence]:
    """The headline sentences of one harm family about one column, for the rows that the run has.

    Of the operator's report card every row about everybody; of a family without any headline row its first two.
    """
    names = OF_TABLES if findings.scenario == "table" and harm == "disparate impact" else HEADLINES.get(harm, ())
    picked = (findings.pick(wanted, column) for wanted in names)
    rows = [row for row in picked if row is not None]
    if harm == "accountability" or not rows:
        mine = [row for row in findings.main(column=column, harm=harm) if row.split == "all" or row.comparison]
        rest = [row for row in mine if row not in rows]
        rows += [row for row in rest if row.split == "all"] if harm == "accountability" else rest[:2]
    return [sentence(row, findings.beside(row)) for row in rows]


def sentence(row: Finding, lottery: Finding | None = None) -> Sentence:
    """One finding in words, with its interval, its count and the lottery's value beside it."""
    if not row.known:
        about = "" if row.split == "all" else f" for {clean(row.who)}"
        claim = f"Not computed: {clean(plain_name(row))}{about}"
        return Sentence(row, lottery, claim, clean(row.why).rstrip(".") or "no reason was given", "not computed")
    by = scale(row.unit, comparison=row.comparison)
    places = decimals(row.value, row.low, row.high, by.factor)
    claim = _claim(row, by, places)
    state = _state(row)
    # The words carry the sign of the value; the interval and the lottery beside it keep their own.
    signed = [f"difference {by.bare(row.value, places)}"] if row.name in CONTRASTS and row.value < 0 else []
    limits = interval(row.low, row.high, row.value, places, by)
    if limits == "exact" and row.seed == -1:
        limits = "the same in every seed"
    details = [*signed, limits, _people(row)]
    if row.small:
        details.append(row.small)
    if lottery is not None:
        details.append(f"a lottery: {by.bare(lottery.value, places)}")
    if state == "undecided":
        details.append("undecided: there may be no difference")
    return Sentence(row, lottery, claim[:1].upper() + claim[1:], "; ".join(details), state)


def plain_name(row: Finding) -> str:
    """The measure's name without underscores, its qualifiers after a comma.

    The spelling of the findings table, `error_reach_net[hop=household]`, becomes
    "error reach net, hop household".
    """
    words = (row.name + row.suffix).replace("_", " ")
    return ", ".join([words, *(f"{key} {value}" for key, value in sorted(row.qualifiers.items()))])


def no_difference(row: Finding) -> float:
    """The value that means no difference: 0 of differences, 1 of ratios, NaN of levels."""
    if row.name.endswith("_ratio") or row.name == "grade_superiority":
        return 0.5 if row.name == "grade_superiority" else 1.0
    return 0.0 if row.comparison or row.name in CONTRASTS else math.nan


def _people(row: Finding) -> str:
    return counted(row.n, "person") + (" in the smaller group" if row.comparison and row.split != "all" else "")


def _state(row: Finding) -> str:
    nothing = no_difference(row)
    if math.isnan(nothing) or row.exact:
        return "shown"
    return "shown" if row.low > nothing or row.high < nothing else "undecided"


def _claim(row: Finding, by: Scale, places: int) -> str:
    plain = row.name if not row.suffix else ""
    names = {
        "group": clean(row.group),
        "versus": clean(row.versus),
        "split": clean(row.split),
        "k": f"{int(row.settings['k']):,}" if row.settings.get("k", "").isdigit() else "the",
        "decision": _decisions(row),
        "hop": _hop(row),
        "touched": "its subject" if row.settings.get("who") == "self" else "the people it touches",
    }
    if plain in CONTRASTS and (row.versus or row.split == "all"):
        signs = {
            "more": "more" if row.value >= 0 else "less",
            "less": "less" if row.value >= 0 else "more",
            "down": "up" if row.value >= 0 else "down",
        }
        return CONTRASTS[plain].format(
            v=by.write(abs(row.value), places), x=by.bare(abs(row.value), places), **signs, **names
        )
    if plain in LEVELS and (row.split == "all" or not row.group):
        return LEVELS[plain].format(v=by.write(row.value, places), x=by.bare(row.value, places), **names)
    if row.versus:
        value = by.write(row.value, places)
        return (
            f"{clean(plain_name(row))} is {value} for {names['group']} people, compared with {names['versus']} people"
        )
    about = "" if row.split == "all" else f" for {clean(row.who)}"
    return f"{clean(plain_name(row))}{about} is {by.write(row.value, places)}"


def _decisions(row: Finding) -> str:
    decision = clean(row.settings.get("decision", ""))
    return f"{decision} decisions" if decision in ("adverse", "favored") else "decisions"


def _hop(row: Finding) -> str:
    hop = row.settings.get("hop", "")
    words = {
        "": "",
        "household": " in the household",
        "employer": " through the employer",
        "displaced": " by displacement",
    }
    return words.get(hop, f" ({clean(hop)})")
