"""Published figures that contradict each other: recorded in the recipe, not averaged."""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from synthetic.schema import TEXT, Fields, Key, Listed
from synthetic.source import CITED


@dataclass(frozen=True)
class Contradiction:
    """Published figures about one quantity that cannot all be right, and which of them the recipe uses."""

    about: str
    figures: tuple[tuple[str, str], ...]
    """What each figure says, and the id of its source."""
    used: str

    @property
    def sentence(self) -> str:
        """The figures, their sources and what is used, in one line."""
        return f"{self.about}: " + "; ".join(f"{says} ({source})" for says, source in self.figures) + f". {self.used}"


FIGURES = Fields(
    {
        "about": Key("what the figures are about", TEXT, needed=True),
        "figures": Key(
            "the figures",
            Listed(
                Fields({"says": Key("what it says", TEXT, needed=True), "source": CITED["source"]}), "tables", least=2
            ),
            needed=True,
        ),
        "used": Key("what is used instead", TEXT, needed=True),
    }
)
"""What a contradiction says."""

CONTRADICTIONS = Listed(FIGURES, "tables")


def contradictions(entries: Iterable[Mapping[str, Any]]) -> tuple[Contradiction, ...]:
    """The contradictions of a recipe file, from its tables as `CONTRADICTIONS` reads them."""
    return tuple(
        Contradiction(one["about"], tuple((each["says"], each["source"]) for each in one["figures"]), one["used"])
        for one in entries
    )
