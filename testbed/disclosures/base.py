"""A disclosure: what people may see of the scheme that scores them, and who else sees their score, as data.

A disclosure is a table of rights. Each right is on or off, has a source and a reading, and is a dial,
`disclosure.RIGHT`. The presets are `testbed/disclosures/*.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from synthetic.declaration import load_declaration
from synthetic.errors import unknown
from synthetic.registry import find_toml, toml_names
from synthetic.schema import FLAG, NAMES, TEXT, Fields, Key, Listed, OneOf, grammar
from synthetic.source import CITED, Dial, Sourced, check_source

FOLDER = Path(__file__).parent

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

KEYS = Fields(
    {
        "title": Key("what people can see, in a sentence", TEXT, needed=True),
        "rights": Key(
            "which rights people have; every one is said",
            Fields({right: Key(said, Sourced(FLAG, unit="on or off"), needed=True) for right, said in RIGHTS.items()}),
            needed=True,
        ),
        "audience": Key(
            "other parties who see something about a person",
            Fields(
                {
                    "value": Key("who they are", NAMES, needed=True),
                    "sees": Key("what they see", Listed(OneOf(SEES), "score, status, reasons"), default=["status"]),
                    **CITED,
                }
            ),
        ),
    }
)
"""What the file of a disclosure says."""

GRAMMAR = grammar(KEYS)


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
        table = load_declaration(path, where, KEYS)
        rights = {f"disclosure.{right}": table["rights"][right].at(f"disclosure.{right}") for right in RIGHTS}
        granted = frozenset(right for right in RIGHTS if rights[f"disclosure.{right}"].value)
        made = cls(path.stem, table["title"], rights, granted)
        if (seen := table.get("audience")) is None:
            return made
        source = check_source(seen, f"{where}, audience")
        return replace(made, audience=seen["value"], audience_source=source, audience_sees=seen["sees"])

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
