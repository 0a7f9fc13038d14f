"""The words that fill a phrase: a row's groups, its qualifiers, and the rows beside it."""

from __future__ import annotations

from collections.abc import Mapping

from testbed.report.finding_row import Finding
from testbed.report.numbers import decimals, scale
from testbed.report.phrases import PATHS
from testbed.report.plaintext import clean

REACHES = {
    "any": "reaches",
    "score": "changes the score of",
    "decision": "changes the decision about",
    "list": "changes the list membership of",
    "sanction": "changes the sanctions of",
    "refused": "changes what gates refuse to",
}
HOPS = {
    "any": "",
    "none": " without a known tie",
    "household": " in the household",
    "kin": " among kin elsewhere",
    "colleague": " among colleagues",
    "acquaintance": " among acquaintances",
    "employer": " through the employer",
    "displaced": " by displacement",
}
CHANNELS = {
    "all": "the errors of all channels together",
    "appeal": "appeals decided against the truth",
    "operator": "entries that an operator makes without cause",
    "others": "errors in the records of others",
}


def words(row: Finding, beside: Mapping[str, Finding]) -> dict[str, str]:
    """The fields of a phrase, by name. `beside`: the rows about the same people, by name and suffix."""
    given = {key: clean(text) for key, text in row.settings.items() if text not in ("", "None")}
    plain = {key: text.replace("_", " ") for key, text in given.items()}
    hop, what, channel = given.get("hop", "any"), given.get("what", "any"), given.get("channel", "all")
    decision, source = given.get("decision", ""), plain.get("source", "any")
    month = f" in month {given['period']}" if "period" in given else ""
    return {
        "group": clean(row.group),
        "versus": clean(row.versus),
        "split": clean(row.split),
        "k": f"{int(given['k']):,}" if given.get("k", "").isdigit() else "the",
        "when": month,
        "first": month or " in the first month with full records",
        "over": "people in scope" if given.get("over") == "all" else f"{clean(row.group)} people",
        "decision": f"{decision} decisions" if decision in ("adverse", "favored") else "decisions",
        "reaches": REACHES.get(what, f"changes the {plain.get('what')} of"),
        "hop": HOPS.get(hop, f" ({hop})"),
        "gates": "gates" if given.get("gate", "any") == "any" else f"the gate {plain['gate']}",
        "path": PATHS.get(given.get("path", ""), "some of its readers"),
        "rate": plain.get("rate", "rate"),
        "channel": CHANNELS.get(channel, f"the errors of the {plain.get('channel')} channel"),
        "source": "" if source == "any" else f" that go back to errors of the kind {source}",
        "wrong": "" if source == "any" else f" ({source})",
        "column": given.get("column", "the column"),
        "side": given.get("side", "adverse"),
        "type": "" if given.get("type", "injected") == "injected" else f"{plain['type']} ",
        "horizon": given.get("horizon", "12"),
        "span": ", summed over the months to the end of the run"
        if given.get("span") == "horizon"
        else " at the next decision",
        **{key: plain.get(key, key) for key in ("benefit", "harm", "of", "times", "coverage")},
        "share": _percent(given.get("share", "")),
        "touched": "its subject" if given.get("who") == "self" else "the people it affects",
        "chosen": _chosen(given.get("budget", "favored")),
        **_besides(row.name, beside, given.get("horizon", "12")),
    }


def number(row: Finding) -> str:
    """The value of a row with its unit, with as many digits as its interval supports."""
    by = scale(row.unit, comparison=row.comparison)
    return by.write(row.value, decimals(row.value, row.low, row.high, by.factor))


def many(row: Finding) -> str:
    """A count as text; over several seeds it is a mean with one decimal."""
    return f"{row.value:,.0f}" if float(row.value).is_integer() else f"{row.value:,.1f}"


def _besides(name: str, beside: Mapping[str, Finding], horizon: str) -> dict[str, str]:
    """What a duration cannot say alone: for how many it ended, and how long they were followed."""
    known = {key: row for key, row in beside.items() if row.known}
    share, count = known.get(f"{name}_corrected"), known.get(f"{name}_numerator")
    left, months, cleared = known.get(f"{name}_left"), known.get(f"{name}_horizon"), known.get("contest_cleared")
    whole = f"{many(count)} in the whole run" if count else ""
    corrected = f"; the operator corrects {number(share)} of them in that time" if share else ""
    corrected += (f" ({whole})" if share else f"; the operator corrects {whole}") if whole else ""
    followed = f", of the {number(months)} followed" if months else ", counted to the end of the run"
    return {
        "corrected": corrected,
        "followed": followed
        + (f"; {number(left)} of wrong entries still make one at the end of the run" if left and months else ""),
        "cleared": f"; {number(cleared)} of them are cleared in that time" if cleared else "",
    }


def _percent(share: str) -> str:
    try:
        return f"{100 * float(share):g} %"
    except ValueError:
        return "a share"


def _chosen(budget: str) -> str:
    return "whom the scheme favors" if budget == "favored" else f"in the best {_percent(budget)} by score"
