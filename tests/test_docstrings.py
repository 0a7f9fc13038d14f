"""The docstrings of the public names say what the signatures say, in numpydoc's form.

numpydoc's own validation compares the two. These codes are left out:

- ES01 and SA01: neither a second paragraph nor a "See Also" is demanded of everything;
- YD01: no public name is a generator.

Every other code is checked: the layout of the text (GL), a summary of one sentence on one line (SS), each parameter in
order with type and description (PR), what is returned (RT), the form of "See Also" where there is one (SA), and an
example (EX), which `make check` runs as a doctest.
"""

from __future__ import annotations

import inspect

import pytest

import synthetic
import testbed

validation = pytest.importorskip("numpydoc.validate")
docscrape = pytest.importorskip("numpydoc.docscrape")

LEFT_OUT = {"ES01", "SA01", "YD01"}
CHECKED = sorted(set(validation.ERROR_MSGS) - LEFT_OUT)

BUILT_BY_NOBODY = {"ScoringModel": {"PR01"}}
"""A protocol is never called, so the parameters of its constructor are none of its own."""

MEMBERS = {
    "Case": ("people", "records", "scores", "twin", "ask"),
    "Claim": ("above", "below", "within", "equals"),
    "Population": ("people", "do", "from_frame", "arrays", "at"),
    "Recipe": ("load",),
    "Scenario": ("load", "dials", "set", "run"),
    "ScoringModel": ("score",),
}
"""Methods and properties that users are promised, by class."""

PUBLIC = {name: getattr(package, name) for package in (testbed, synthetic) for name in package.__all__}
ROOMS = {"plot": ("cascade", "frontier", "gap", "hidden", "life")}
"""Functions that users call by their room."""
NAMES = [
    *PUBLIC,
    *(f"{room}.{name}" for room, names in ROOMS.items() for name in names),
    *(f"{owner}.{member}" for owner, members in MEMBERS.items() for member in members),
]


class Validator(validation.Validator):
    """numpydoc's validator for an object at hand: a name such as `testbed.measure` is a module to an import.

    Methods of a class count as methods too.
    """

    def __init__(self, obj_name: str) -> None:
        super().__init__(docscrape.get_doc_object(held(obj_name)))

    @property
    def is_function_or_method(self) -> bool:
        return inspect.isroutine(self.obj)


def held(name: str) -> object:
    """The object of a public name, or of a member as the class holds it."""
    owner, _, member = name.partition(".")
    holder = getattr(testbed, owner) if owner in ROOMS else PUBLIC[owner]
    return getattr(holder, member) if member else holder


def errors(name: str) -> list[str]:
    found = validation.validate(name, validator_cls=Validator)["errors"]
    return [f"{code}: {said}" for code, said in found if code in CHECKED and code not in BUILT_BY_NOBODY.get(name, ())]


@pytest.mark.parametrize("name", NAMES)
def test_a_docstring_agrees_with_its_signature(name):
    assert errors(name) == []


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_no_public_name_is_a_module(name):
    assert not inspect.ismodule(PUBLIC[name])


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(held(name), property)])
def test_a_property_says_what_it_returns(name):
    assert Validator(name).returns


def test_a_parameter_without_a_word_is_found(monkeypatch):
    def half(a: int, b: int) -> int:
        """Add two numbers.

        Parameters
        ----------
        a : int
            The first number.
        """
        return a + b

    monkeypatch.setitem(PUBLIC, "half", half)
    assert [said[:4] for said in errors("half")] == ["PR01", "RT01", "EX01"]
