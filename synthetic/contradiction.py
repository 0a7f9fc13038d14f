"""Published figures that contradict each other: recorded in the recipe, not averaged."""

from __future__ import annotations

from dataclasses import dataclass

from synthetic.errors import InputError, check_keys, unknown
from synthetic.source import sources


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


def read_contradictions(entries: object, file: str) -> tuple[Contradiction, ...]:
    """The `[[contradictory]]` tables of a recipe file. Raises InputError if a source is unknown or a key is missing."""
    made = []
    if not isinstance(entries, list):
        raise InputError(f"{file}: contradictory must be a list of tables, found {entries!r}.")
    for number, entry in enumerate(entries):
        where = f"{file}: contradiction {number}"
        entry = check_keys(entry, ("about", "figures", "used"), where)
        figures = entry.get("figures")
        if "about" not in entry or "used" not in entry or not isinstance(figures, list) or len(figures) < 2:
            raise InputError(f"{where} must have about, at least two figures, and what is used.")
        rows = []
        for figure in figures:
            figure = check_keys(figure, ("says", "source"), where)
            if "says" not in figure or figure.get("source") not in sources():
                raise unknown(f"source in {where}", figure.get("source"), sources())
            rows.append((str(figure["says"]), str(figure["source"])))
        made.append(Contradiction(str(entry["about"]), tuple(rows), str(entry["used"])))
    return tuple(made)
