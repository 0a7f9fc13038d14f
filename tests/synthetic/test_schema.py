"""Schemas: what each type reads and what it refuses; every default is a value that its key may have."""

from datetime import date
from pathlib import Path

import pytest

from synthetic.errors import LONGEST, InputError, shown
from synthetic.recipes import Recipe
from synthetic.schema import (
    DAY,
    FLAG,
    NAME,
    NAMES,
    NOTE,
    SHARE,
    TEXT,
    Either,
    Fields,
    Key,
    Listed,
    Named,
    Number,
    OneOf,
    Range,
    Type,
    Whole,
    grammar,
)
from synthetic.source import Sourced
from testbed.commands.files import kinds
from testbed.scenarios import Scenario

SOURCED = {"value": 0.5, "unit": "share", "source": "assumed", "reading": "assumed", "range": [-1, 9]}
TOWN = Fields(
    {
        "title": Key("its name", TEXT, needed=True),
        "size": Key("its people", Whole(1), default=5),
        "streets": Key(
            "its streets", Named(Fields({"length": Key("in km", Number(above=0), needed=True)})), default={}
        ),
    }
)


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [
        (TEXT, "a\nb", "a\nb"),
        (NOTE, "", ""),
        (NAME, "a", "a"),
        (FLAG, False, False),
        (DAY, date(2020, 1, 2), "2020-01-02"),
        (Number(0, 1), 1, 1),
        (Whole(1), 2**31 - 1, 2**31 - 1),
        (Range(), [0, 0.5], (0.0, 0.5)),
        (OneOf(["a", "b"]), "b", "b"),
        (NAMES, [], ()),
        (Listed(SHARE, "shares", 2, 2, twice=True), [0.5, 0.5], (0.5, 0.5)),
        (Either((TEXT, FLAG)), True, True),
        (Named(SHARE), {"a": 0}, {"a": 0}),
        (TOWN, {"title": "t"}, {"title": "t", "size": 5, "streets": {}}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Type) else str(value),
)
def test_a_type_reads_what_it_allows(kind, value, made):
    assert kind.read(value, "town") == made


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (TEXT, " ", "town: found ' ', allowed: a text."),
        (NAME, "a\nb", "town: found 'a\\nb', allowed: a name."),
        (FLAG, 1, "town: found 1, allowed: true or false."),
        (DAY, "2020-01-02", "town: found '2020-01-02', allowed: a date without quotation marks."),
        (Number(0, 1), True, "town: found true, allowed: a number from 0 to 1."),
        (Number(above=0), 0, "town: found 0, allowed: a number above 0."),
        (Number(most=2000), 3000, "town: found 3000, allowed: a number up to 2,000."),
        (Whole(1), 1.0, "town: found 1.0, allowed: a whole number from 1 on."),
        (Whole(1), 2**31, "town: found 2147483648, allowed: a whole number from 1 on."),
        (Range(), [1, 0], "town: found [1, 0], allowed: [lowest, highest]."),
        (Range(), [False, True], "town: found [False, True], allowed: [lowest, highest]."),
        (OneOf(["left", "right"]), "rigth", "unknown town 'rigth'; did you mean 'right'? Allowed: left, right."),
        (OneOf(["left", "right"]), 3, "town: found 3, allowed: left or right."),
        (NAMES, ["a", "b", "a"], "town: 'a' stands in the list twice, allowed: once."),
        (Listed(NAME, least=2), ["a"], "town: found ['a'], allowed: a list of 2 or more names."),
        (Either((TEXT, FLAG, SHARE)), [], "town: found [], allowed: a text, true or false, or a number from 0 to 1."),
        (Named(SHARE), {"a": 2}, "town.a: found 2, allowed: a number from 0 to 1."),
        (TOWN, 3, "town must be a table, found 3."),
        (TOWN, {}, "town must have 'title'."),
        (TOWN, {"titel": "t"}, "unknown key in town 'titel'; did you mean 'title'? Allowed: size, streets, title."),
        (TOWN, {"title": "t", "streets": {"a": {}}}, "town.streets.a must have 'length'."),
    ],
)
def test_a_type_refuses_the_rest_in_one_sentence(kind, value, said):
    with pytest.raises(InputError) as problem:
        kind.read(value, "town")
    assert str(problem.value) == said


def test_the_range_of_a_number_counts_as_far_as_its_key_allows():
    made = Sourced(SHARE).read(SOURCED, "town.share")
    assert (made.value, made.range) == (0.5, (0.0, 1.0))
    with pytest.raises(InputError, match="allowed: 0 to 1"):
        made.set(3)
    with pytest.raises(InputError, match=r"town\.share\.value: found 3, allowed: a number from 0 to 1"):
        Sourced(SHARE).read({**SOURCED, "value": 3}, "town.share")


def test_the_grammar_has_every_table_by_its_head():
    assert list(grammar(TOWN)) == ["", "streets.NAME"]
    assert grammar(TOWN)["streets.NAME"]["length"].said == "a number above 0; needed"
    assert grammar(TOWN)[""]["size"].said == "a whole number from 1 on; default 5"


def test_every_default_is_a_value_that_its_key_may_have():
    for kind in kinds().values():
        for head, keys in kind.grammar.items():
            for name, key in keys.items():
                assert not (key.needed and key.default is not None), (head, name)
                if key.default not in (None, ""):
                    key.type.read(key.default, f"{head}.{name}")


def test_a_long_list_takes_no_long_time_and_a_long_value_no_long_sentence():
    names = [f"n{place}" for place in range(100_000)]
    assert len(NAMES.read(names, "town")) == 100_000
    with pytest.raises(InputError, match="'n0' stands in the list twice"):
        NAMES.read([*names, "n0"], "town")
    deep: object = "x" * 500
    for _ in range(9):
        deep = [deep] * 9
    assert len(shown(deep)) <= LONGEST
    assert len(shown({"a" * 500: ["b" * 500] * 9})) <= LONGEST


@pytest.mark.parametrize("name", ["x" * 5_000, "x" * 5_000 + ".toml", "a/" * 3_000 + "b.toml"])
def test_a_name_that_is_too_long_for_a_file_is_that_of_none(name):
    with pytest.raises(InputError) as problem:
        Scenario.load(name)
    assert len(str(problem.value)) < 1_000


def test_a_long_chain_of_recipes_is_refused(tmp_path):
    for place in range(40):
        (tmp_path / f"r{place}.toml").write_text(f'base = "r{place + 1}.toml"\n')
    (tmp_path / "r40.toml").write_text('base = "template"\n')
    with pytest.raises(InputError, match="more than 32 recipes below"):
        Recipe.load(tmp_path / "r0.toml")
    assert Recipe.load(Path(tmp_path / "r20.toml")).variables
