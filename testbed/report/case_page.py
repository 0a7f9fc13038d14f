"""The case file as text and as a page: one life in both worlds, with and without one wrong entry.

The life is a mapping. `person`, `seed`, `model`, `scenario` (and optionally `people`, `periods`) name the person and
the run. `root_period`, `kind` and `channel` describe the wrong entry; they are None for a person without one.
`months_without` gives months per sanction, `others_touched` a count. `events` are {period, world, what, detail,
visible}: world is "both", "base" (only without the wrong entry) or "error" (only with it); visible says whether the
person is told. `touched` are {person, hop, how}. Optional: `who`, attributes by name; `scores`, {"base": [...],
"error": [...]}, one number per month, None out of scope; `said`, words for sanctions; `refused`, attempts by gate and
world; `rights`, what people may see, each granted or not; `secret`, what the person was not told; `seen_by`, months by
party and world; `audience`, who always sees people's status; `windows`, {"month", "rows"}: what operator and person see
in a month, rows of {what, operator, person}, person "" for what they cannot see; `way_out`, what the person could have
done, None without an adverse decision. People are numbers, never names.
"""

# Any: a life is a JSON object; its values are numbers, texts, lists and objects.
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from testbed.disclosures import RIGHTS
from testbed.report.figures import steps
from testbed.report.plaintext import clean, columns, counted, wrap
from testbed.report.rerun import case_command, granting_command_of
from testbed.report.way_out import way_out

TOGETHER = {"put on the list", "off the list", "copied", "copy dropped"} | {
    f"{word} {turn}" for word in ("sanction", "reward") for turn in ("begins", "ends")
}
WORLDS = {"both": "in both worlds", "base": "only without the wrong entry", "error": "only with the wrong entry"}


def case_sentence(life: Mapping[str, Any], *, most: int = 3) -> str:
    """One life in one sentence, without the full stop; at most so many sanctions are named.

    >>> life = {"person": 4711, "channel": "court", "root_period": 6, "months_without": {"train": 9}}
    >>> case_sentence({**life, "others_touched": 3})
    'person 4711: one wrong court entry in month 6, no train for 9 months, 3 others affected'
    """
    said = ["no wrong entry is followed"]
    if life.get("root_period") is not None:
        said = [f"one wrong {source(life)} in month {int(life['root_period'])}"]
    lost = _lost(life)
    said += [f"{words} for {counted(months, 'month')}" for words, months in lost[:most]]
    if most < 3 and len(lost) > most:
        said.append(f"{counted(len(lost) - most, 'more sanction')}")
    if not lost:
        said.append("no further sanction")
    if life.get("others_touched") is not None:
        touched = int(life["others_touched"])
        said.append(f"{counted(touched, 'other')} affected" if touched else "nobody else affected")
    return f"person {int(life['person'])}: {', '.join(said)}"


def _lost(life: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The sanctions that the wrong entry caused, in words and months, the longest first."""
    words = life.get("said") or {}
    months = {
        clean(words.get(name) or f"no {name.replace('_', ' ')}"): int(many)
        for name, many in (life.get("months_without") or {}).items()
        if int(many) > 0
    }
    return sorted(months.items(), key=_longest)


def source(life: Mapping[str, Any]) -> str:
    """The name of the wrong entry: "court entry", or "entry" if the channel is unknown."""
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
        lines += wrap(said(event), width, first=head, rest=" " * columns(head))
    for head, held in sections(life):
        lines += ["", f"{head}:"]
        for line in held:
            lines += wrap(line, width, first="  ", rest="    ")
    lines += _windows_text(windows(life), width)
    if life.get("touched"):
        lines += ["", "Other people for whom something differs:"]
        for other in touched(life):
            lines += wrap(f"person {other['person']} ({other['hop']}): {other['how']}", width, first="  ", rest="    ")
    return lines


def render_case(life: Mapping[str, Any]) -> str:
    """The case file as one self-contained HTML page."""
    from testbed.report.templating import page

    return page(
        "case.html.j2", title=f"Person {int(life['person'])}", case=case_view(life), granting=granting_command_of(life)
    )


def case_view(life: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates show of a life: cleaned texts, and events in order, grouped by month."""
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
    sentence = case_sentence(life)
    return {
        "sentence": f"{sentence[:1].upper()}{sentence[1:]}.",
        "run": run(life),
        "who": _who(life),
        "months": sorted(months.items()),
        "touched": list(touched(life)),
        "windows": windows(life),
        "sections": list(sections(life)),
        "figure": steps(f"Score of person {int(life['person'])} by month", lines, at=None if at is None else int(at))
        if lines
        else "",
        "scores": _table(lines),
        "command": clean(life["command"] if "command" in life else case_command(life)),
    }


def run(life: Mapping[str, Any]) -> str:
    """The run that the life is from, and that the person is synthetic; or what is, of a row of a table of people."""
    names = [f"{name} {clean(life[name])}" for name in ("scenario", "model", "seed") if life.get(name) is not None]
    said = f"{', '.join(names)}. " if names else ""
    whose = "The person is synthetic; the number stands for nobody."
    if "rows" in life:
        whose = f"The person is a row of {clean(life['rows'])}; everything that happens here is simulated."
    return f"{said[:1].upper()}{said[1:]}{whose}"


def events(life: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The events by month, in their given order; changes of one kind come together."""
    held: dict[str, Any] | None = None
    for event in sorted(life.get("events") or [], key=lambda event: int(event["period"])):
        world = event.get("world", "both")
        shown = {
            "period": int(event["period"]),
            "world": world if world in WORLDS else "both",
            "what": clean(event.get("what", "")).replace("_", " "),
            "detail": clean(event.get("detail") or "").replace("_", " "),
            "visible": bool(event.get("visible", True)),
        }
        if held is not None and shown["what"] in TOGETHER and {**shown, "detail": held["detail"]} == held:
            held["detail"] += f", {shown['detail']}"
            continue
        if held is not None:
            yield held
        held = shown
    if held is not None:
        yield held


def said(event: Mapping[str, Any]) -> str:
    """An event in one line, with its detail."""
    if not event["detail"]:
        return str(event["what"])
    return f"{event['what']}{' – ' if ':' in event['what'] else ': '}{event['detail']}"


def sections(life: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """What the person was refused and could see, and who could see them: a head with lines each."""
    refused = {clean(gate): worlds for gate, worlds in (life.get("refused") or {}).items()}
    if refused:
        yield (
            "Refused attempts, by what was asked for",
            [f"{gate}: {_both(worlds, 'attempt')}" for gate, worlds in refused.items()],
        )
    if life.get("way_out"):
        yield "What they could have done", [way_out(life["way_out"])]
    rights = life.get("rights") or {}
    if rights:
        shown = [f"{'sees' if granted else 'does not see'}: {RIGHTS[name]}" for name, granted in _granted(rights)]
        hidden = [f"is not told of: {clean(name)}" for name in life.get("secret") or []]
        yield "What the person could see", [*shown, *hidden]
    seen = life.get("seen_by") or {}
    parties = dict.fromkeys([*(life.get("audience") or []), *(party for world in seen.values() for party in world)])
    if parties:
        yield "Who else could see them", [_party(life, party) for party in parties]


def windows(life: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the operator sees in a month and what the person could see, by what is seen; None if that is not known."""
    held = life.get("windows") or {}
    rows: dict[str, dict[str, list[str]]] = {}
    for one in held.get("rows") or []:
        both = rows.setdefault(clean(one.get("what", "")), {"person": [], "operator": []})
        both["operator"].append(clean(one.get("operator", "")))
        both["person"] += [clean(one["person"])] if one.get("person") else []
    return {"month": int(held["month"]), "rows": list(rows.items())} if rows else None


def _windows_text(held: Mapping[str, Any] | None, width: int) -> list[str]:
    """The two windows as lines: what the operator sees, * before what the person cannot see."""
    if held is None:
        return []
    lines = ["", *wrap(f"What the operator sees in month {held['month']}, * if the person could not see it:", width)]
    for what, both in held["rows"]:
        for seen in both["operator"]:
            lines += wrap(f"{' ' if seen in both['person'] else '*'} {what}: {seen}", width, first="  ", rest="    ")
    return lines


def _granted(rights: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """The rights with a known name, granted ones first."""
    return sorted(((name, bool(on)) for name, on in rights.items() if name in RIGHTS), key=lambda right: not right[1])


def _party(life: Mapping[str, Any], party: str) -> str:
    """One party, and when it saw the person's status."""
    seen = {world: months.get(party, 0) for world, months in (life.get("seen_by") or {}).items()}
    always = ["always: the scheme shows it scores or status"] if party in (life.get("audience") or []) else []
    because = [f"because of sanctions: {_both(seen, 'month')}"] if any(seen.values()) else []
    return f"{clean(party)}, {'; '.join([*always, *because])}"


def _both(worlds: Mapping[str, Any], noun: str) -> str:
    """A count in both worlds."""
    without, with_it = int(worlds.get("base", 0)), int(worlds.get("error", 0))
    if without == with_it:
        return f"{counted(without, noun)} in both worlds"
    return f"{without or 'none'} without the wrong entry, {counted(with_it, noun) if with_it else 'none'} with it"


def touched(life: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The other people for whom something differs."""
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
    """The months in which a score changes, with the scores in all worlds."""
    rows: list[tuple[int, list[str]]] = []
    for month, values in enumerate(zip(*(values for _, values in lines), strict=False)):
        texts = ["out of scope" if value != value else f"{value:,.6g}" for value in values]
        if not rows or rows[-1][1] != texts:
            rows.append((month, texts))
    return rows
