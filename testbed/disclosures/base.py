"""A disclosure: what people may see of the scheme that scores them, and who else sees their score, as data.

A disclosure is a table of rights. Each right is on or off, has a source and a reading, and is a dial,
`disclosure.RIGHT`. The presets are `testbed/disclosures/*.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from synthetic.declaration import load_tables
from synthetic.errors import InputError, check_keys, unknown
from synthetic.registry import find_toml, toml_names
from synthetic.source import Dial, check_source, dial

FOLDER = Path(__file__).parent

KEYS = {
    "title": "what people can see, in a sentence",
    "rights": "a table for each right: value = true or false, source, reading, where",
    "audience": "other parties who see something: value = a list of names, sees = what they see (status if left out), "
    "source, reading",
}
"""What the file of a disclosure says."""

RIGHTS: Mapping[str, str] = {
    "own_record": "the entries in force about oneself",
    "own_score": "one's own score, in points",
    "rules": "the items that the scheme reads, and whether each raises or lowers the score",
    "weights": "the points of each item",
    "cutoffs": "the scores at which decisions change",
    "reasons_adverse": "the reasons for an adverse decision",
    "reasons_favorable": "the reasons for a favorable decision",
    "notice_of_entry": "notice that an entry was made about oneself",
    "notice_of_decision": "notice that a decision was made about oneself",
    "list_membership": "whether one is on a list",
}
"""The rights by name, each with what it shows."""


SEES: Mapping[str, str] = {
    "score": "everybody's score",
    "status": "the decision about a person, or the list that the person is on",
    "reasons": "why the decision was taken",
}
"""What another party may see, by name."""

GRAMMAR: Mapping[str, Mapping[str, str]] = {"": KEYS, "rights": RIGHTS}


@dataclass(frozen=True)
class Disclosure:
    """What a person may see of a scheme.

    name, title: those of the preset; the name gives every change in braces. rights: dials by path,
    `disclosure.RIGHT`. preset: the rights that the file grants. audience: parties other than the subject and the
    operator who see something about a person; audience_sees: what, names of `SEES`. The rights are also attributes:
    `disclosure.own_record` is True or False.

    >>> closed, published = Disclosure.load("closed"), Disclosure.load("rules-published")
    >>> closed.rules, published.rules
    (False, True)
    >>> published.set({"disclosure.own_record": "on"}).name
    'rules-published{disclosure.own_record=on}'
    """

    name: str
    title: str
    rights: Mapping[str, Dial]
    preset: frozenset[str] = frozenset()
    audience: tuple[str, ...] = ()
    audience_source: tuple[str, str] = ("assumed", "assumed")
    audience_sees: tuple[str, ...] = ("status",)

    @classmethod
    def load(cls, name: str | Path, *, beside: Path | None = None) -> Disclosure:
        """A preset by name, or a disclosure by a path that ends in `.toml`.

        A relative path or name is looked up in the folder `beside` first. Raises InputError if the file is missing,
        names an unknown right, or leaves one out.
        """
        path = find_toml("disclosure", name, FOLDER, beside)
        where = f"disclosure {path.stem}"
        table = check_keys(load_tables(path, where), KEYS, where)
        if not isinstance(table.get("title"), str):
            raise InputError(f"{where} must have a title.")
        given = check_keys(table.get("rights", {}), RIGHTS, f"{where}, rights")
        missing = [right for right in RIGHTS if right not in given]
        if missing:
            raise InputError(f"{where} must say for every right whether it is granted; missing: {', '.join(missing)}.")
        rights = {}
        for right in RIGHTS:
            part = given[right]
            if not isinstance(part, dict) or not isinstance(part.get("value"), bool):
                found = part.get("value") if isinstance(part, dict) else part
                raise InputError(f"{where}: {right} has the value {found!r}, allowed: true, false.")
            made = dial({"unit": "on or off", **part}, f"disclosure.{right}")
            rights[made.path] = made
        audience, source, sees = _audience(table.get("audience"), f"{where}, audience")
        granted = frozenset(right for right in RIGHTS if rights[f"disclosure.{right}"].value)
        return cls(path.stem, str(table["title"]), rights, granted, audience, source, sees)

    def __getattr__(self, name: str) -> bool:
        if name not in RIGHTS:
            raise AttributeError(f"Disclosure has no attribute {name!r}")
        return bool(self.rights[f"disclosure.{name}"].value)

    @property
    def dials(self) -> Mapping[str, Dial]:
        """Every right as a dial, by path."""
        return self.rights

    @property
    def granted(self) -> frozenset[str]:
        """The names of the rights that are granted."""
        return frozenset(right for right in RIGHTS if getattr(self, right))

    def set(self, dials: Mapping[str, object]) -> Disclosure:
        """A new disclosure with some rights changed; its name says which ones.

        Values are on or off (True, False). Raises InputError for an unknown dial or another value.
        """
        rights = dict(self.rights)
        for path, value in dials.items():
            if path not in rights:
                raise unknown("dial", path, rights)
            rights[path] = rights[path].set(value)
        changed = [path for path in sorted(rights) if rights[path].value != (path.split(".")[1] in self.preset)]
        inside = ",".join(f"{path}={'on' if rights[path].value else 'off'}" for path in changed)
        name = self.name.split("{")[0]
        return replace(self, rights=rights, name=f"{name}{{{inside}}}" if inside else name)

    def coarser(self) -> tuple[Disclosure, ...]:
        """The presets that grant a strictly smaller set of rights, smallest first."""
        below = [one for one in map(Disclosure.load, presets()) if one.granted < self.granted]
        return tuple(sorted(below, key=lambda one: (len(one.granted), one.name)))


def presets() -> list[str]:
    """The names of the presets, sorted."""
    return toml_names(FOLDER)


def _audience(part: object, where: str) -> tuple[tuple[str, ...], tuple[str, str], tuple[str, ...]]:
    if part is None:
        return (), ("assumed", "assumed"), ("status",)
    table = check_keys(part, ("value", "sees", "source", "reading", "where"), where)
    held = []
    for key, found in (("value", table.get("value")), ("sees", table.get("sees", ["status"]))):
        if not (isinstance(found, list) and all(isinstance(one, str) and one for one in found)):
            raise InputError(f"{where}: {key} must be a list of names, found {found!r}.")
        held.append(tuple(found))
    for one in held[1]:
        if one not in SEES:
            raise unknown(f"thing that {where} sees", one, SEES)
    return held[0], check_source(table, where), held[1]
