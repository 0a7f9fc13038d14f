"""Findings as an Algorithmic Transparency Record: the fields that a run can fill, and those that the operator must.

The fields are those of the Algorithmic Transparency Recording Standard of the government of the United Kingdom. They
are named by their headings, because their numbers moved between versions.
"""

# Any: a user may give anything as findings.
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from testbed.interop.model_cards import column_of
from testbed.interop.wording import limits, markdown, told
from testbed.report import Finding, Findings, clean, findings_of
from testbed.scenarios import Scenario

OPERATOR = "To be filled by the operator."
APPEALS = "operator_reversal"
"""How the names of measures of appeals begin."""
OVERVIEW, OWNER = "Tier 1 - Overview", "Tier 2 - Owner and responsibility"
RATIONALE, PROCESS = "Tier 2 - Description and rationale", "Tier 2 - Decision making process"
TOOL, RISKS = "Tier 2 - Tool specification", "Tier 2 - Risks, mitigations and impact assessments"
FIELDS: Mapping[str, tuple[str, ...]] = {
    OVERVIEW: ("Name", "Description", "URL of the website", "Contact email"),
    OWNER: (
        "Organisation or department", "Team", "Senior responsible owner", "External supplier involvement",
        "External supplier", "Companies House number", "External supplier role", "Procurement procedure type",
        "Data access terms",
    ),
    RATIONALE: ("Detailed description", "Scope", "Benefit", "Previous process", "Alternatives considered"),
    PROCESS: (
        "Process integration", "Provided information", "Frequency and scale of usage", "Human decisions and review",
        "Required training", "Appeals and review",
    ),
    TOOL: (
        "System architecture", "Phase", "Maintenance", "Models", "Model name", "Model version", "Model task",
        "Model input", "Model output", "Model architecture", "Model performance", "Datasets", "Dataset purposes",
    ),
    RISKS: ("Impact assessment", "Risks", "Mitigations"),
}  # fmt: skip
"""The sections of a record with their fields, in their order."""


@dataclass(frozen=True)
class TransparencyRecord:
    """A record in which some fields are filled. `str` of it is Markdown, a heading a section and field.

    filled: texts by (section, field); every other field is the operator's to fill.
    """

    filled: Mapping[tuple[str, str], str]

    @property
    def frame(self) -> pd.DataFrame:
        """The record as a table: section, field, text, and whether the operator has to fill it."""
        rows = [
            (section, field, self.filled.get((section, field), OPERATOR), (section, field) not in self.filled)
            for section, fields in FIELDS.items()
            for field in fields
        ]
        return pd.DataFrame(rows, columns=["section", "field", "text", "by_operator"])

    def __str__(self) -> str:
        lines = ["# Algorithmic transparency record", ""]
        for section, rows in self.frame.groupby("section", sort=False):
            lines += [f"## {section}", ""]
            for row in rows.itertuples():
                first, *rest = str(row.text).split("\n")
                lines += [f"### {row.field}", "", markdown(first), ""]
                lines += [*(f"- {markdown(line)}" for line in rest), ""] if rest else []
        return "\n".join(lines)


def transparency_record(
    findings: Any, scenario: Scenario | str | None = None, *, model: str | None = None
) -> TransparencyRecord:
    """Write findings as an Algorithmic Transparency Record, as far as a run can fill one.

    Parameters
    ----------
    findings : DataFrame
        Findings, as `audit` or `audit_table` returns them.
    scenario : Scenario or str, optional
        The scenario, or its name: it fills what the model reads, what is decided, and what people may see. Default:
        those fields are the operator's to fill.
    model : str, optional
        The model in the findings. Default: the only one.

    Returns
    -------
    TransparencyRecord
        `frame` is a table of all fields, `str` the record in Markdown. A field that no run can know, such as who is
        responsible, says that the operator has to fill it.

    Raises
    ------
    InputError
        If the findings are no findings, or hold several models and none is named.

    See Also
    --------
    model_card : A section of a model card.

    Notes
    -----
    What a scenario says is how the tool is modeled. An operator has to check every field before publishing one.

    Examples
    --------
    >>> from testbed import audit, transparency_record
    >>> findings = audit("rongcheng", people=1024, periods=3, measures="adverse_rate")
    >>> record = transparency_record(findings, "rongcheng").frame.set_index("field")
    >>> record.loc["Model name", "text"], bool(record.loc["Team", "by_operator"])
    ('rongcheng', True)
    """
    held = findings_of(findings)
    column = column_of(held, model)
    found = _measured(held, column)
    if scenario is not None:
        declared = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        found |= _declared(declared, clean(column[1]))
    return TransparencyRecord({key: text for key, text in found.items() if text})


def _measured(findings: Findings, column: tuple[str, str]) -> dict[tuple[str, str], str]:
    """What the findings fill, each text headed by where it was measured."""
    where = "on a table of decisions" if findings.scenario == "table" else f"in the scenario {clean(column[0])}"
    every = [one for some in told(findings, column).values() for one in some]

    def said(belongs: Callable[[Finding], bool], more: Sequence[str] = ()) -> str:
        texts = [one.text for one in every if belongs(one.row)]
        return "\n".join([f"Measured {where}:", *texts, *more]) if texts else ""

    benefit = said(lambda row: row.harm == "benefit")
    return {
        (OVERVIEW, "Name"): clean(column[1]),
        (RATIONALE, "Benefit"): benefit,
        (PROCESS, "Human decisions and review"): said(
            lambda row: row.name.startswith("operator_") and not row.name.startswith(APPEALS)
        ),
        (PROCESS, "Appeals and review"): said(lambda row: row.name.startswith(APPEALS)),
        (TOOL, "Model name"): clean(column[1]),
        (TOOL, "Model performance"): benefit,
        (RISKS, "Risks"): said(lambda row: row.harm not in ("benefit", "accountability"), limits(findings)),
    }


def _declared(scenario: Scenario, model: str) -> dict[tuple[str, str], str]:
    """What the scenario fills: how the tool is modeled."""
    from testbed.disclosures import RIGHTS

    shown = [words for name, words in RIGHTS.items() if getattr(scenario.disclosure, name)]
    hidden = [words for name, words in RIGHTS.items() if not getattr(scenario.disclosure, name)]
    outputs = "a score for each person, and a decision: adverse, none or favored"
    sanctions = [one.said or one.name.replace("_", " ") for one in scenario.regime.sanctions]
    follows = f" What follows: {', '.join(sanctions)}." if sanctions else ""
    columns = [*scenario.held, *(kind for kind in scenario.recorded)]
    left = "\n".join(f"Not modeled: {one}" for one in scenario.not_modelled)
    return {
        (OVERVIEW, "Description"): f"{clean(scenario.title)}. As modeled in the scenario {scenario.name}.",
        (RATIONALE, "Detailed description"): f"{clean(scenario.regime.title)}.{follows}\n{left}".strip(),
        (PROCESS, "Provided information"): (
            f"People may see: {'; '.join(shown) or 'nothing'}. They may not see: {'; '.join(hidden) or 'nothing'}."
        ),
        (TOOL, "Model task"): f"{model} gives {outputs}.",
        (TOOL, "Model input"): f"For each person, as the institution holds it: {', '.join(columns)}.",
        (TOOL, "Model output"): f"{outputs[:1].upper()}{outputs[1:]}.",
        (
            TOOL,
            "Datasets",
        ): "For this measurement: a synthetic society. Data that the operator uses are not known here.",
    }
