"""Everything that has a name, by registry, for `testbed list` and `testbed show`."""

from __future__ import annotations

from collections.abc import Callable


def names() -> dict[str, Callable[[], list[str]]]:
    """A function per registry that gives its names, in the order of `testbed list`."""
    from synthetic import channels, conduct
    from synthetic.recipes import FOLDER as RECIPES
    from synthetic.registry import toml_names
    from testbed import actions, disclosures, regimes, scenarios
    from testbed.measure import measures
    from testbed.models import model_names, rulebook_names
    from testbed.tables import asking_measures

    return {
        "scenarios": scenarios.names,
        "models": model_names,
        "rulebooks": rulebook_names,
        "measures": measures.names,
        "table-measures": lambda: sorted(one.name for one in asking_measures()),
        "regimes": regimes.names,
        "channels": channels.names,
        "recipes": lambda: toml_names(RECIPES),
        "conduct": conduct.names,
        "disclosures": disclosures.presets,
        "actions": actions.names,
    }


def line(registry: str, name: str) -> str:
    """A named thing in one line; "" if it has no title."""
    from synthetic.recipes import Recipe
    from synthetic.toml_file import load_toml
    from testbed.measure import measures
    from testbed.models import models

    if registry == "measures":
        return measures.get(name).estimand.split("\n")[0]
    if registry == "table-measures":
        from testbed.tables import asking_measures

        return next(one.estimand for one in asking_measures() if one.name == name)
    if registry == "models" and name in models.names():
        return (models.get(name).__doc__ or "").strip().split("\n")[0]
    if registry == "recipes":
        return Recipe.load(name).title
    from synthetic.channels import FOLDER as CHANNELS
    from synthetic.conduct import FOLDER as CONDUCT
    from testbed.actions import FOLDER as ACTIONS
    from testbed.disclosures import FOLDER as DISCLOSURES
    from testbed.models import FOLDER as RULEBOOKS
    from testbed.regimes import FOLDER as REGIMES
    from testbed.scenarios import FOLDER as SCENARIOS

    folders = {
        "scenarios": SCENARIOS,
        "models": RULEBOOKS,
        "rulebooks": RULEBOOKS,
        "regimes": REGIMES,
        "channels": CHANNELS,
        "conduct": CONDUCT,
        "disclosures": DISCLOSURES,
        "actions": ACTIONS,
    }
    return str(load_toml(folders[registry] / f"{name}.toml").get("title", ""))
