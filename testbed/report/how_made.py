"""What a page tells about how it was made: dials and their readings, anchors, versions, the manifest."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from testbed.report.guesses import dial_value, guessed_match
from testbed.report.plaintext import clean, counted

ABOVE = ("measures", "life", "decided_by", "assumed", "readings", "screening", "sources", "not_modelled", "anchors")
"""Keys of the manifest that the page prints in full."""


def anchor_line(anchor: Mapping[str, Any]) -> dict[str, Any]:
    """An anchor's verdict, with its model and seed if it names them."""
    about = ", ".join(f"{name} {clean(anchor[name])}" for name in ("model", "seed") if anchor.get(name) is not None)
    return {"holds": bool(anchor.get("holds")), "about": about, **texts(anchor, "name", "detail")}


def rooms(dials: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Dials by the part of the scenario they belong to."""
    held: dict[str, list[dict[str, Any]]] = {}
    for dial in dials:
        held.setdefault(dial["path"].partition(".")[0], []).append(dial)
    return [{"name": name, "dials": found, "count": counted(len(found), "dial")} for name, found in held.items()]


def readings_table(parts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """How many dials have each reading: the readings as heads, and a row of counts for each part."""
    heads = list(next(iter(parts.values()), {}))
    rows = [(clean(part), [f"{counts[head]:,}" for head in heads]) for part, counts in parts.items()]
    return {"heads": [clean(head) for head in heads], "rows": rows}


def dial_line(dial: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
    bounds = dial.get("range")
    return {
        **texts(dial, "path", "unit", "source", "reading"),
        "value": dial_value(dial.get("value")),
        "range": f"{dial_value(bounds[0])} to {dial_value(bounds[1])}" if bounds else "",
        "as_in": clean(dial.get("as_in") or ""),
        "middle": guessed_match(dial),
        "measures": _behind(dial.get("measures") or [], info),
    }


def _behind(names: Iterable[str], info: Mapping[str, Any]) -> str:
    """The measures that depend on a dial; a whole family by its name."""
    left = {clean(name): None for name in names}
    if info and set(info) <= set(left):
        return "all"
    families: dict[str, list[str]] = {}
    for name, facts in info.items():
        families.setdefault(clean(facts.get("harm") or ""), []).append(name)
    whole = [harm for harm, members in families.items() if harm and len(members) > 1 and set(members) <= set(left)]
    covered = {name for harm in whole for name in families[harm]}
    return ", ".join([*(f"all of {harm}" for harm in whole), *(name for name in left if name not in covered)])


def texts(table: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {name: clean(table.get(name) if table.get(name) is not None else "") for name in names}


def made_lines(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Versions, arguments, seeds and digests as lines of a table."""
    lines: list[tuple[str, str]] = []
    for key in (
        "schema",
        "people",
        "periods",
        "seeds",
        "models",
        "outcome",
        "as_of",
        "arguments",
        "versions",
        "digests",
        "findings",
    ):
        value = manifest.get(key)
        if isinstance(value, Mapping):
            lines += [
                (f"{key}: {clean(name)}", clean(dial_value(inner))) for name, inner in sorted(value.items(), key=str)
            ]
        elif isinstance(value, list | tuple):
            lines.append((key, ", ".join(clean(dial_value(inner)) for inner in value)))
        elif value is not None:
            lines.append((key, clean(dial_value(value))))
    return lines


def plain_json(manifest: Mapping[str, Any]) -> Any:
    """The manifest as indented, escaped JSON, without what the page shows in full."""
    from markupsafe import escape

    shown = {key: value for key, value in manifest.items() if key not in ABOVE}
    return escape(json.dumps(shown, indent=1, sort_keys=True, default=str, ensure_ascii=True))
