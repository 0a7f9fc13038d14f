"""Findings as plain sentences. The wording follows docs/words.md: what was measured, never a verdict on anybody."""

from __future__ import annotations

import math
from dataclasses import dataclass

from testbed.report.numbers import Scale, decimals, interval, scale
from testbed.report.phrases import CONTRASTS, HEADLINES, LEVELS, OF_TABLES, OF_WORLDS, PATHS
from testbed.report.plaintext import clean, counted
from testbed.report.rows import Finding, Findings


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
    return [sentence(row, findings.beside(row)) for row in {row.number: row for row in rows}.values()]


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
    both = row.comparison and row.split != "all" and row.name not in OF_WORLDS
    return counted(row.n, "person") + (" in the smaller group" if both else "")


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
        "path": PATHS.get(row.settings.get("path", ""), "some of its readers"),
        "rate": clean(row.settings.get("rate", "rate")).replace("_", " "),
        "channel": _channel(row.settings.get("channel", "all")),
        "side": clean(row.settings.get("side", "adverse")),
        "type": _type(row.settings.get("type", "injected")),
        "horizon": clean(row.settings.get("horizon", "12")),
        **{
            key: clean(row.settings.get(key, "")).replace("_", " ")
            for key in ("benefit", "harm", "of", "times", "coverage")
        },
        "share": _percent(row.settings.get("share", "")),
        "touched": "its subject" if row.settings.get("who") == "self" else "the people it touches",
    }
    if plain == "path_effect" and row.settings.get("of", "decision") != "decision":
        plain = ""
    if plain in CONTRASTS and (row.versus or row.split == "all"):
        signs = {
            "more": "more" if row.value >= 0 else "less",
            "less": "less" if row.value >= 0 else "more",
            "down": "up" if row.value >= 0 else "down",
            "higher": "higher" if row.value >= 0 else "lower",
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


def _percent(share: str) -> str:
    try:
        return f"{100 * float(share):g} %"
    except ValueError:
        return "a share"


def _channel(name: str) -> str:
    words = {
        "all": "the errors of all channels together",
        "appeal": "appeals decided against the truth",
        "operator": "entries that an operator makes without cause",
        "others": "errors in the records of others",
    }
    return words.get(name, f"the errors of {clean(name).replace('_', ' ')}")


def _type(name: str) -> str:
    return "" if name in ("injected", "None") else f"{clean(name).replace('_', ' ')} "


def _decisions(row: Finding) -> str:
    decision = clean(row.settings.get("decision", ""))
    return f"{decision} decisions" if decision in ("adverse", "favored") else "decisions"


def _hop(row: Finding) -> str:
    hop = row.settings.get("hop", "")
    words = {
        "": "",
        "any": "",
        "none": " without a known tie",
        "household": " in the household",
        "kin": " among kin elsewhere",
        "colleague": " among colleagues",
        "acquaintance": " among acquaintances",
        "employer": " through the employer",
        "displaced": " by displacement",
    }
    return words.get(hop, f" ({clean(hop)})")
