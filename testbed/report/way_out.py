"""What a person could have done about an adverse decision, in words."""

# Any: a way out is a JSON object; its values are numbers, texts, lists and objects.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from testbed.report.plaintext import clean, counted


def way_out(told: Mapping[str, Any]) -> str:
    """What a person could have done about an adverse decision, and whether they could have known, in two sentences.

    >>> told = {"month": 6, "until": 9, "hours": 0, "steps": [], "findable": True, "chance": 1}
    >>> way_out(told)
    'After the adverse decision of month 6 it was enough to wait until month 9. They could have found out.'
    """
    begins = f"After the adverse decision of month {int(told['month'])}"
    if told.get("until") is None:
        bounds = f"within {counted(int(told['horizon']), 'month')} and {told['budget']:g} hours"
        why = f"the best had a chance of {_percent(told['best'])}" if told["best"] else "none had any chance"
        found = "no plan works" if told.get("exact") else "no plan was found that works"
        return f"{begins} {found} {bounds} with a chance of {_percent(told['success'])}; {why}."
    if not told["steps"]:
        said = f"{begins} it was enough to wait until month {int(told['until'])}"
    else:
        steps = "; ".join(map(_step, told["steps"]))
        said = (
            f"{begins} the cheapest plan that works was: {steps}. It takes {told['hours']:g} hours in all, with money"
        )
        said += f" as hours of pay, and works by month {int(told['until'])} with a chance of {_percent(told['chance'])}"
    known = "They could have found out"
    if not told.get("findable"):
        known = "From what they could know, they would not have found it"
    return f"{said}. {known}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _step(step: Mapping[str, Any]) -> str:
    """One step of a plan, with how often and when."""
    first, last = int(step["first"]), int(step["last"])
    when = f"in month {first}" if first == last else f"in months {first} to {last}"
    times = int(step["times"])
    often = "" if times == 1 else f", {times} times"
    about = f" ({clean(step['about']).replace('_', ' ')})" if step.get("about") else ""
    return f"{clean(step['what'])}{about}{often}, {when}"
