"""Findings as plain sentences: who, what happened, how much, how sure, against what.

The wording follows docs/words.md: what was measured, never a verdict on anybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from testbed.report.contrasts import CONTRASTS
from testbed.report.finding_row import Finding
from testbed.report.levels import LEVELS
from testbed.report.numbers import Scale, decimals, interval, scale
from testbed.report.on_tables import FIRST, ON_TABLES
from testbed.report.owed import Owed
from testbed.report.phrases import HEADLINES, OF_WORLDS, Phrase
from testbed.report.plaintext import clean, counted
from testbed.report.qualifiers import number, words
from testbed.report.rerun import OWED
from testbed.report.rows import Findings

TABLE = "table"
"""The scenario of findings about a user's table."""
CHANCES = ("cross_auc", "grade_superiority")
"""Probabilities about two groups: each is one rate, not a difference of two."""
UNCOMPARED = ("cross_auc", "gap_half_life")
"""Numbers about two groups for which no single value means equality."""


@dataclass(frozen=True)
class Sentence:
    """A finding in words: the claim, the evidence behind it, and whether this run decides it.

    state: "shown" (a level, or a contrast whose interval excludes "no difference"), "undecided" or "not computed".
    short: the detail in fewer words, for the short answer.
    """

    row: Finding
    lottery: Finding | None
    claim: str
    detail: str
    state: str
    short: str = ""

    @property
    def text(self) -> str:
        """Claim and detail as one sentence."""
        return f"{self.claim} ({self.detail})." if self.detail else f"{self.claim}."

    @property
    def brief(self) -> str:
        """Claim and detail as one sentence, the detail in fewer words."""
        return f"{self.claim} ({self.short})." if self.short else self.text


ORDER = ("shown", "undecided", "not computed")
"""The states of sentences, the most decided first."""


def headlines(findings: Findings, harm: str, column: tuple[str, str]) -> list[Sentence]:
    """The headline sentences of one harm family about one column, for the rows that the run has.

    For the operator's report card: every row about everybody. For a family without a headline row: its first two rows.
    """
    of_table = findings.scenario == TABLE
    names = (FIRST if of_table else HEADLINES).get(harm, ())
    compared: dict[int, int] = {}
    rows = []
    for wanted in names:
        largest, many = findings.largest(wanted, column) if of_table else (None, 0)
        row = largest or findings.pick(wanted, column)
        rows += [row] if row is not None else []
        compared.update({largest.number: many} if largest is not None else {})
    if harm == "accountability" or not rows:
        mine = [row for row in findings.main(column=column, harm=harm) if row.split == "all" or row.comparison]
        rest = [row for row in mine if row not in rows and (not rows or row.name != OWED)]
        rows += [row for row in rest if row.split == "all"] if harm == "accountability" else rest[:2]
    return [
        sentence(row, findings.beside(row), findings.together(row), findings.owed(row), compared.get(row.number, 1))
        for row in {row.number: row for row in rows}.values()
    ]


def sentence(
    row: Finding,
    lottery: Finding | None = None,
    beside: Mapping[str, Finding] | None = None,
    owed: Owed | None = None,
    compared: int = 1,
) -> Sentence:
    """One finding in words, with its interval, its count and the lottery's value.

    beside: the rows about the same people (`Findings.together`), for what one number cannot say alone. owed: what
    guesses do to the number; a sign that is theirs is said. compared: of how many differences the row is the largest.
    """
    beside = beside or {}
    if not row.known:
        about = "" if row.split == "all" else f" for {clean(row.who)}"
        claim = f"Not computed: {clean(plain_name(row))}{about}"
        return Sentence(row, lottery, claim, clean(row.why).rstrip(".") or "no reason was given", "not computed")
    by = _scale(row)
    places = decimals(row.value, row.low, row.high, by.factor)
    claim = _claim(row, by, places, beside)
    state = _state(row)
    told = list(_details(row, by, places, beside, undecided=state == "undecided"))
    if compared > 1:
        told.append((f"the largest of {compared} differences compared",) * 2)
    if owed is not None and owed.turns(no_difference(row)):
        told.append((owed.turning(by), owed.turning(by, brief=True)))
    if row.note:
        told.append((clean(row.note), ""))
    if lottery is not None:
        luck = by.bare(lottery.value, places)
        told.append((f"with a lottery: {luck}", f"lottery: {luck}"))
    full, short = ("; ".join(filter(None, texts)) for texts in zip(*told, strict=True))
    return Sentence(row, lottery, claim[:1].upper() + claim[1:], full, state, short)


def _details(
    row: Finding, by: Scale, places: int, beside: Mapping[str, Finding], *, undecided: bool
) -> Iterator[tuple[str, str]]:
    """The evidence behind a number, each part in full and in short: its sign, interval, count, and what is missing."""
    if row.name in CONTRASTS and row.value < 0:
        # The words carry the sign of the value; the interval and the lottery keep their own sign.
        signed = f"difference {by.bare(row.value, places)}"
        yield signed, signed if math.isfinite(row.low) else ""
    limits = interval(row.low, row.high, row.value, places, by)
    if limits == "exact" and row.seed == -1:
        limits = "the same in every seed"
    brief = limits.replace("95 % interval", "95 %:")
    if row.given and limits.startswith("95 %"):
        limits += f" given the {row.given}"
        fit, lot, picked = row.given.partition(", with ")
        brief += f" given the {fit}{lot.replace(' with', '')}{picked.replace(' among equal scores', '')}"
    yield limits, brief
    yield _behind(row), count_behind(row)
    if row.small:
        yield row.small.replace("people", each(row)[1]), row.small.partition(":")[0]
    missing = beside.get(f"{row.name}{row.suffix}_seeds_undefined")
    if missing is not None:
        yield (f"undefined in {missing.value:.0f} of {counted(missing.n, 'seed')}",) * 2
    if undecided:
        seen = beside.get(f"{row.name}_detectable")
        yield _undecided(seen), _undecided(seen, brief=True)


def plain_name(row: Finding) -> str:
    """The measure's name without underscores, its qualifiers after a comma.

    The spelling of the findings table, `error_reach_net[hop=household]`, becomes
    "error reach net, hop household".
    """
    words = (row.name + row.suffix).replace("_", " ")
    return ", ".join([words, *(f"{key} {value}" for key, value in sorted(row.qualifiers.items()))])


def no_difference(row: Finding) -> float:
    """The value that means no difference: 0 for differences, 1 for ratios, NaN for levels."""
    if row.name == "grade_superiority":
        return 0.5
    if row.name.endswith("_ratio"):
        return 1.0
    if row.name in UNCOMPARED:
        return math.nan
    return 0.0 if row.comparison or row.name in CONTRASTS else math.nan


def each(row: Finding) -> tuple[str, str]:
    """The noun for what the row's `n` counts, in singular and plural."""
    phrase = _phrase(row.name, row)
    return phrase.each if phrase else (row.counts, counted(2, row.counts).partition(" ")[2])


def count_behind(row: Finding) -> str:
    """The row's `n` with its noun."""
    return f"{row.n:,} {each(row)[row.n != 1]}"


def _behind(row: Finding) -> str:
    both = row.comparison and row.split != "all" and row.name not in OF_WORLDS
    return count_behind(row) + (" in the smaller group" if both else "")


def _scale(row: Finding) -> Scale:
    return scale(row.unit, comparison=row.comparison and row.name not in CHANCES)


def _state(row: Finding) -> str:
    nothing = no_difference(row)
    if math.isnan(nothing) or row.exact:
        return "shown"
    return "shown" if row.low > nothing or row.high < nothing else "undecided"


def _undecided(detectable: Finding | None, *, brief: bool = False) -> str:
    """The words for an undecided contrast, with the detectable difference if the run has that row."""
    said = "undecided: there may be no difference"
    if detectable is None or not detectable.known:
        return "undecided" if brief else said
    if brief:
        return f"undecided: {number(detectable)} would have been seen"
    return f"{said}; a difference of {number(detectable)} would have been seen in 80 % of such runs"


def _claim(row: Finding, by: Scale, places: int, beside: Mapping[str, Finding]) -> str:
    plain = row.name if not row.suffix else ""
    if plain == "path_effect" and row.settings.get("of", "decision") != "decision":
        plain = ""
    phrase, value = None, row.value
    if plain in CONTRASTS and (row.versus or row.split == "all"):
        phrase, value = _phrase(plain, row), abs(row.value)
    elif row.split == "all" or not row.group:
        phrase = _phrase(plain, row)
    if phrase is not None:
        bare = by.bare(value, places)
        said = {"v": by.write(value, places), "x": bare, **signs(row.value < 0), **endings(bare)}
        return phrase.text.format(**said, **words(row, beside))
    written = by.write(row.value, places)
    if row.versus:
        return (
            f"{clean(plain_name(row))} is {written} for {clean(row.group)} people, compared with"
            f" {clean(row.versus)} people"
        )
    about = "" if row.split == "all" else f" for {clean(row.who)}"
    return f"{clean(plain_name(row))}{about} is {written}"


def _phrase(name: str, row: Finding) -> Phrase | None:
    """The phrase of a measure, where there is one; on a table some measures have their own."""
    own = ON_TABLES.get(name) if row.scenario == TABLE else None
    return own or CONTRASTS.get(name) or LEVELS.get(name)


def signs(below: bool) -> dict[str, str]:
    """The words that carry the sign of a contrast."""
    return {
        "more": "less" if below else "more",
        "higher": "lower" if below else "higher",
        "down": "down" if below else "up",
        "extra": "fewer" if below else "more",
        "fewer": "more" if below else "fewer",
    }


def endings(bare: str) -> dict[str, str]:
    """The endings of nouns and verbs after a number as it is written."""
    one = bare == "1"
    return {
        "s": "" if one else "s",
        "y": "y" if one else "ies",
        "are": "is" if one else "are",
        "people": "person" if one else "people",
    }
