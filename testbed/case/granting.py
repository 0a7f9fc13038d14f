"""The same world with rights granted."""

from __future__ import annotations

from collections.abc import Mapping

from testbed.case.case import Case
from testbed.world import World, same_world


def granted(case: Case, dials: Mapping[str, object]) -> Case:
    """The case of the same people, model and coins where these dials have other values: rights, and appeals.

    If nobody acts on what is granted, the history is that of the case: nothing is run.

    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> open_file = granted(case, {"disclosure.own_record": True})
    >>> open_file.disclosure.own_record, open_file.history is case.history
    (True, True)
    """
    scenario = case.scenario.set(dials)
    setting = case.setting.elsewhere(scenario)
    if same_world(case.scenario, scenario):
        history = case.history
    else:
        history = World(setting.society, case.scheme, case.periods).run()
    return Case(setting, case.model, case.model_name, case.scheme, history, base=case)
