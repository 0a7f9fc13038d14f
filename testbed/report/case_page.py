"""A case file: one life in both worlds, with and without one wrong entry.

The life is a mapping. `person`, `seed`, `model`, `scenario` (and optionally `people`, `periods`) say whose and
which run. `root_period`, `kind` and `channel` describe the wrong entry; they are None for a person without one.
`months_without` gives months per sanction, `others_touched` a count. `events` are {period, world, what, detail,
visible}: world is "both", "base" (only without the wrong entry) or "error" (only with it); visible says whether the
person is told. `touched` are {person, hop, how}. Optional: `who`, attributes by name; `scores`, {"base": [...],
"error": [...]}, one number per month, None out of scope. People are numbers, never names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from testbed.report.figures import steps
from testbed.report.plaintext import clean, columns, counted, wrap
from testbed.report.rerun import case_command

WORLDS = {"both": "in both worlds", "base": "only without the wrong entry", "error": "only with the wrong entry"}


def case_sentence(life: Mapping[str, Any]) -> str:
    """One life in one sentence, without the full stop.

    >>> life = {"person": 4711, "channel": "court", "root_period": 6, "months_without": {"train": 9}}
    >>> case_sentence({**life, "others_touched": 3})
    'person 4711: one wrong court entry in month 6, no train for 9 months, 3 others touched'
    """
    said = ["no wrong entry is followed"]
    if life.get("root_period") is not None:
        said = [f"one wrong {source(life)} in month {int(life['root_period'])}"]
    lost = [(clean(name).replace("_", " "), int(months)) for name, months in (life.get("months_without") or {}).items()]
    said += [f"no {name} for {counted(months, 'month')}" for name, months in sorted(lost, key=_longest) if months > 0][
        :3
    ]
    if not any(months > 0 for _, months in lost):
        said.append("no further sanction")
    if life.get("others_touched") is not None:
        touched = int(life["others_touched"])
        said.append(f"{counted(touched, 'other')} touched" if touched else "nobody else touched")
    return f"person {int(life['person'])}: {', '.join(said)}"


def source(life: Mapping[str, Any]) -> str:
    """What the wrong entry is: "court entry", or "entry" where the channel is not known."""
    return f"{clean(life['channel']).replace('_', ' ')} entry" if life.get("channel") else "entry"


def case_text(life: Mapping[str, Any], *, width: int = 80) -> list[str]:
    """The case file in lines of plain text, at most `width` columns wide."""
    sentence = case_sentence(life)
    lines = wrap(f"{sentence[:1].upper()}{sentence[1:]}.", width)
    lines += wrap(run(life), width)
    if life.get("who"):
        lines += wrap(", ".join(f"{name} {value}" for name, value in _who(life)), width)
    lines += [
        "",
        *wrap("= in both worlds, - only without the wrong entry, + only with it, * not told to the person", width),
    ]
    marks = {"both": "=", "base": "-", "error": "+"}
    for event in events(life):
        told = " " if event["visible"] else "*"
        head = f"{'month ' + str(event['period']):>9} {marks[event['world']]}{told} "
        lines += wrap(
            f"{event['what']}{': ' + event['detail'] if event['detail'] else ''}",
            width,
            first=head,
            rest=" " * columns(head),
        )
    if life.get("touched"):
        lines += ["", "Others for whom something differs:"]
        for other in touched(life):
            lines += wrap(f"person {other['person']} ({other['hop']}): {other['how']}", width, first="  ", rest="    ")
    return lines


def render_case(life: Mapping[str, Any]) -> str:
    """The case file as one self-contained HTML page."""
    from testbed.report.templating import page

    return page("case.html.j2", title=f"Person {int(life['person'])}", case=case_view(life))


def case_view(life: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates show of a life: texts cleaned, events in order, grouped by month."""
    months: dict[int, list[dict[str, Any]]] = {}
    for event in events(life):
        months.setdefault(event["period"], []).append(event)
    scores = life.get("scores") or {}
    lines: list[tuple[str, Sequence[float]]] = []
    if scores.get("base") is not None and scores.get("error") is not None:
        lines = [
            ("without the wrong entry", _floats(scores["base"])),
            ("with the wrong entry", _floats(scores["error"])),
        ]
    at = life.get("root_period")
    lost = [(clean(name).replace("_", " "), int(count)) for name, count in (life.get("months_without") or {}).items()]
    sentence = case_sentence(life)
    return {
        "sentence": f"{sentence[:1].upper()}{sentence[1:]}.",
        "run": run(life),
        "who": _who(life),
        "months": sorted(months.items()),
        "touched": list(touched(life)),
        "lost": sorted(lost, key=_longest),
        "figure": steps(f"Score of person {int(life['person'])} by month", lines, at=None if at is None else int(at))
        if lines
        else "",
        "scores": _table(lines),
        "command": clean(life.get("command") or case_command(life)),
    }


def run(life: Mapping[str, Any]) -> str:
    """Which run the life is from, and that the person is made up."""
    names = [f"{name} {clean(life[name])}" for name in ("scenario", "model", "seed") if life.get(name) is not None]
    said = f"{', '.join(names)}. " if names else ""
    return f"{said[:1].upper()}{said[1:]}A synthetic person: the number stands for nobody."


def events(life: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The events by month, in the order in which they are given within one."""
    for event in sorted(life.get("events") or [], key=lambda event: int(event["period"])):
        world = event.get("world", "both")
        yield {
            "period": int(event["period"]),
            "world": world if world in WORLDS else "both",
            "what": clean(event.get("what", "")).replace("_", " "),
            "detail": clean(event.get("detail") or ""),
            "visible": bool(event.get("visible", True)),
        }


def touched(life: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The others for whom something differs."""
    for other in life.get("touched") or []:
        yield {
            "person": int(other["person"]),
            "hop": clean(other.get("hop") or "no tie known"),
            "how": clean(other.get("how") or "").replace("_", " ") or "differs",
        }


def _who(life: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(clean(name).replace("_", " "), clean(value)) for name, value in (life.get("who") or {}).items()]


def _longest(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _floats(values: Sequence[Any]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]


def _table(lines: Sequence[tuple[str, Sequence[float]]]) -> list[tuple[int, list[str]]]:
    """The months in which some score changes, with the scores of all worlds."""
    rows: list[tuple[int, list[str]]] = []
    for month, values in enumerate(zip(*(values for _, values in lines), strict=False)):
        texts = ["out of scope" if value != value else f"{value:,.6g}" for value in values]
        if not rows or rows[-1][1] != texts:
            rows.append((month, texts))
    return rows
