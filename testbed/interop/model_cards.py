"""Findings as a section of a model card: metadata in the Hugging Face form `model-index`, and Markdown."""

# Any: metadata is a JSON object, and a user may give anything as findings.
from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synthetic.errors import InputError
from testbed.interop.wording import limits, markdown, told
from testbed.report import Finding, Findings, clean, findings_of

TASK = {"type": "tabular-classification", "name": "Scoring of people"}
NUMBERS = ("value", "low", "high")


@dataclass(frozen=True)
class ModelCard:
    """A section of a model card. `str` of it is a whole file: metadata between two lines of dashes, then Markdown.

    metadata: the mapping of `model-index`, with JSON values only. markdown: the sections "Evaluation" and "Bias, Risks,
    and Limitations" of a card.
    """

    metadata: Mapping[str, Any]
    markdown: str

    def __str__(self) -> str:
        # JSON is YAML too, and has no types that depend on the reader.
        lines = [f"{key}: {json.dumps(value, ensure_ascii=True)}" for key, value in self.metadata.items()]
        return "\n".join(["---", *lines, "---", "", self.markdown])


def model_card(findings: Any, *, model: str | None = None, name: str | None = None) -> ModelCard:
    """Write findings as a section of a model card, as the Hugging Face Hub reads it.

    Parameters
    ----------
    findings : DataFrame
        Findings, as `audit` or `audit_table` returns them.
    model : str, optional
        The model in the findings. Default: the only one.
    name : str, optional
        The name of the model on its card. Default: as in the findings.

    Returns
    -------
    ModelCard
        `metadata` holds `model-index`: one result, with a metric for each headline that has a value, its interval,
        count and group under `args`. `markdown` says the same in sentences, with what they do not say. `str(card)` is
        the file `README.md` of a model.

    Raises
    ------
    InputError
        If the findings are no findings, hold several models and none is named, or no number of this one.

    See Also
    --------
    transparency_record : A record for the public sector.

    Notes
    -----
    A card has numbers only. Nothing in it certifies a model.

    Examples
    --------
    >>> from testbed import audit, model_card
    >>> findings = audit("rongcheng", people=1024, periods=3, measures="adverse_rate")
    >>> card = model_card(findings, name="my-model")
    >>> card.metadata["model-index"][0]["name"], "## Evaluation" in card.markdown
    ('my-model', True)
    """
    held = findings_of(findings)
    column = column_of(held, model)
    sentences = told(held, column)
    if not sentences:
        raise InputError(f"the findings have no number of {column[1]} for a model card.")
    rows = list({one.row.number: one.row for every in sentences.values() for one in every}.values())
    called = clean(column[1] if name is None else name)
    result = {"task": TASK, "dataset": _dataset(held, column), "metrics": [_metric(row) for row in rows]}
    return ModelCard(
        {"model-index": [{"name": called, "results": [result]}]}, _markdown(held, column, called, sentences)
    )


def column_of(findings: Findings, model: str | None) -> tuple[str, str]:
    """The scenario and model that a document is about. Raises InputError if it is not clear which."""
    known = [name for _, name in findings.heads]
    if model is None and len(known) == 1:
        return findings.heads[0]
    if model not in known:
        raise InputError(f"model: found {model!r}; one of {', '.join(known)} is needed.")
    return findings.heads[known.index(model)]


def _dataset(findings: Findings, column: tuple[str, str]) -> dict[str, Any]:
    """What the model was measured on, in the words of the metadata."""
    if findings.scenario == "table":
        return {"type": "table", "name": "A table of decisions"}
    seeds = [seed for seed in findings.seeds if seed >= 0]
    name = f"Synthetic society of the scenario {clean(column[0])}"
    return {"type": "synthetic", "name": name, "args": {"scenario": clean(column[0]), "seeds": seeds}}


def _metric(row: Finding) -> dict[str, Any]:
    """One number: its name, value, and whom it is about. A number that JSON cannot hold is a text."""
    about: dict[str, Any] = {"split": row.split, "group": row.group, "versus": row.versus}
    about = {key: clean(value) for key, value in about.items() if value not in ("", "all")}
    ends = {key: _number(getattr(row, key)) for key in ("low", "high") if not math.isnan(getattr(row, key))}
    args = {**about, **ends, "unit": row.unit, "n": row.n, "harm": row.harm}
    name = f"{clean(row.measure)}, {clean(row.who)}"
    return {"type": clean(row.measure), "name": name, "value": _number(row.value), "args": args}


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _markdown(findings: Findings, column: tuple[str, str], name: str, sentences: Mapping[str, list[Any]]) -> str:
    """The two sections of the card."""
    where = "a table of decisions" if findings.scenario == "table" else f"the scenario {column[0]}"
    lines = ["## Evaluation", "", f"Measured with scoring-testbed: {markdown(name)} in {markdown(where)}.", ""]
    for harm, every in sentences.items():
        lines += [f"### {harm.capitalize()}", "", *(f"- {markdown(one.text)}" for one in every), ""]
    lines += ["## Bias, Risks, and Limitations", "", *(f"- {one}" for one in limits(findings)), ""]
    return "\n".join(lines)
