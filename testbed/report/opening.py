"""What an answer and a page open with: what was done, what failed, what is void, what is only claimed."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from testbed.report.plaintext import clean, counted

FAILURES = 6
"""Failed models that are told one by one."""
CLAIMED = "The consequences of a low grade are reported by the press (claimed); no rule text states them."


def anchors_verdict(manifest: Mapping[str, Any], *, brief: bool = False) -> str:
    """Whether the anchors hold, in one sentence; if one failed, which and why.

    An anchor that ran for several models or seeds holds if it held in all of them. brief: without what an anchor is.
    """
    verdicts = manifest.get("anchors") or []
    if not verdicts:
        return "Anchors: none were run, so these numbers are unchecked."
    names = list(dict.fromkeys(clean(verdict.get("name", "unnamed")) for verdict in verdicts))
    failed = {clean(one.get("name", "unnamed")): one for one in reversed(verdicts) if not one.get("holds")}
    if not failed:
        if brief:
            return f"{len(names)} of {len(names)} anchors hold."
        each = "" if len(verdicts) == len(names) else f", in all of {len(verdicts)} checks"
        return f"Anchors (checks with a known answer): {len(names)} of {len(names)} hold{each}."
    said = "; ".join(
        f"{name} ({clean(failed[name]['detail'])})" if failed[name].get("detail") else name
        for name in names
        if name in failed
    )
    return f"VOID: {len(failed)} of {counted(len(names), 'anchor')} failed: {said}. Do not use these numbers."


def is_void(manifest: Mapping[str, Any]) -> bool:
    """Whether an anchor of the run failed."""
    return any(not anchor.get("holds") for anchor in manifest.get("anchors") or [])


def of_table(manifest: Mapping[str, Any]) -> bool:
    """Whether the findings are about a user's table: no world was run, so there are no anchors."""
    return manifest.get("scenario") == "table"


def of_model(manifest: Mapping[str, Any]) -> bool:
    """Whether a model was asked about the rows of the table."""
    return manifest.get("kind") == "table model"


def first_line(manifest: Mapping[str, Any]) -> str:
    """What was audited: the scenario or the table, how many people and months, which seeds and models."""
    if of_table(manifest):
        columns = ", ".join(clean(model) for model in manifest.get("models") or [])
        title = clean(manifest.get("title") or "A table")
        what = "model" if of_model(manifest) else "column"
        return f"{title}, {what} {columns}." if columns else f"{title}."
    name = clean(manifest.get("scenario") or "table")
    sizes = []
    if manifest.get("people") is not None:
        sizes.append(counted(int(manifest["people"]), "person"))
    if manifest.get("periods") is not None:
        sizes.append(counted(int(manifest["periods"]), "month"))
    seeds = list(manifest.get("seeds_run") or manifest.get("seeds") or [])
    if seeds == [-1]:
        sizes.append("a different seed in each world")
    elif len(seeds) == 1:
        sizes.append(f"seed {seeds[0]}")
    elif seeds:
        sizes.append(f"seeds {seeds[0]} to {seeds[-1]}")
    models = [clean(model) for model in manifest.get("models") or []]
    if models and models != [name]:
        sizes.append(f"{'model' if len(models) == 1 else 'models'} {', '.join(models)}")
    return f"{name}: {', '.join(sizes)}." if sizes else f"{name}."


def decided_said(manifest: Mapping[str, Any]) -> str:
    """How decisions come about, in a sentence for each model; empty if the run does not say."""
    told = {clean(name): clean(said) for name, said in (manifest.get("decided_by") or {}).items()}
    names = [clean(name) for name in manifest.get("models") or [] if clean(name) in told]
    if len(names) == 1:
        return f"Decisions: {told[names[0]]}."
    return " ".join(f"Decisions of {name}: {told[name]}." for name in names)


def claimed_note(manifest: Mapping[str, Any], *, brief: bool = False) -> str:
    """The note that consequences are only claimed, and how to turn them off; empty if they are not.

    brief: only that there is something claimed.
    """
    if not manifest.get("claimed"):
        return ""
    switch = next((clean(dial["path"]) for dial in manifest.get("assumed") or [] if _turns_off(dial)), "")
    if brief:
        return f"Only claimed: what follows{f' (without: --set {switch}=off)' if switch else ''}."
    note = clean(manifest.get("claimed_note") or CLAIMED)
    note = note if note.endswith((".", "!", "?")) else f"{note}."
    if "claimed" not in note:
        note = f"Claimed, not in the rules: {note[:1].lower()}{note[1:]}"
    off = f" Run without it: --set {switch}=off." if switch and "--set" not in note else ""
    return note + off


def _turns_off(dial: Mapping[str, Any]) -> bool:
    """Whether a dial is the switch of a claimed part of the regime."""
    return (
        dial.get("reading") == "claimed" and dial.get("value") is True and str(dial.get("path")).startswith("regime.")
    )


def failures_said(manifest: Mapping[str, Any]) -> list[str]:
    """What failed during the run, a sentence for each model; empty if nothing did. After some, how many more failed."""
    failures = [clean(said).rstrip(".") for said in manifest.get("failures") or []]
    told = [f"FAILED: {said}." for said in failures[:FAILURES]]
    if len(failures) > FAILURES:
        told.append(f"FAILED: {len(failures) - FAILURES} more, which manifest.json and the page name.")
    return [*told[:-1], f"{told[-1]} Numbers that depend on it are not computed."] if told else []
