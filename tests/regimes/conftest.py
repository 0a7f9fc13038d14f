"""Regimes written for one test."""

from __future__ import annotations

import pytest

from testbed.regimes.reading import load_regime

EXPIRY = {"expiry": {"minor": 6, "moderate": 12, "serious": 24}}


def said(value):
    """A value as a regime's file has it: texts, flags and lists as they are, numbers with a source."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | list):
        return repr(value)
    return f'{{ value = {value}, unit = "a number", source = "assumed", reading = "assumed", range = [0, 1000000] }}'


def lines(head, keys):
    """A clause and the clauses in it; a sanction gets a source."""
    if head.count(".") == 1 and head.startswith("sanctions."):
        keys = {"source": "assumed", "reading": "assumed", **keys}
    yield f"[{head}]"
    for key, value in keys.items():
        if not isinstance(value, dict):
            yield f"{key} = {said(value)}"
    for key, value in keys.items():
        if isinstance(value, dict):
            yield from lines(f"{head}.{key}", value)


@pytest.fixture
def made(tmp_path):
    """A regime from clauses, each {head: keys}; a text is taken as it is."""

    def make(*clauses, coupled=False):
        texts = [f'title = "own"\ncoupled = {said(coupled)}']
        for each in (*clauses, EXPIRY):
            texts += [each] if isinstance(each, str) else [line for head in each for line in lines(head, each[head])]
        path = tmp_path / "own.toml"
        path.write_text("\n".join(texts))
        return load_regime(str(path))

    return make
