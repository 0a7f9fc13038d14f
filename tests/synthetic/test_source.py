"""Provenance: a number without a source, a unit or a reading is refused."""

from __future__ import annotations

import pytest

from synthetic.errors import InputError, check_keys, unknown
from synthetic.source import READINGS, Dial, check_source, dial, load_toml, sources

WHOLE = {"value": 2, "unit": "years", "source": "assumed", "reading": "assumed", "range": [0, 5]}


def without(key):
    return {name: value for name, value in WHOLE.items() if name != key}


def test_every_source_has_a_title_a_publisher_and_a_date():
    for source in sources().values():
        assert source.title, source.id
        assert source.publisher, source.id
        assert source.date, source.id


def test_a_whole_entry_makes_a_dial():
    made = dial(WHOLE, "recipe.age.mean")
    assert made == Dial("recipe.age.mean", 2, "years", "assumed", "assumed", (0.0, 5.0))


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (without("value"), "must have a value and a unit"),
        (without("unit"), "must have a value and a unit"),
        (without("source"), "must name a source and a reading"),
        (without("reading"), "must name a source and a reading"),
        (without("range"), "is assumed, so it needs a range"),
        ({**WHOLE, "source": "assumd"}, "did you mean 'assumed'"),
        ({**WHOLE, "reading": "guessed"}, "unknown reading"),
        ({**WHOLE, "range": [5, 0]}, "range must be"),
        ({**WHOLE, "value": 9}, "found 9, allowed: 0 to 5"),
        ({**WHOLE, "sorce": "x"}, "did you mean 'source'"),
        (7, "must be a table"),
    ],
)
def test_a_broken_entry_is_refused_in_one_sentence(entry, sentence):
    with pytest.raises(InputError, match=sentence) as refused:
        dial(entry, "recipe.age.mean")
    assert "recipe.age.mean" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", ["many", float("nan"), float("inf"), -1, 6, None])
def test_a_dial_refuses_what_it_cannot_be(value):
    with pytest.raises(InputError, match=r"dial recipe\.age\.mean: found"):
        dial(WHOLE, "recipe.age.mean").set(value)


@pytest.mark.parametrize(("value", "found"), [("3", 3), (3.0, 3), (2.5, 2.5), ("1e0", 1)])
def test_a_dial_reads_numbers_from_text(value, found):
    assert dial(WHOLE, "recipe.age.mean").set(value).value == found


def test_a_switch_reads_on_and_off():
    switch = dial({**without("range"), "value": True}, "channels.errors")
    assert switch.set("off").value is False
    assert switch.set(True).value is True
    with pytest.raises(InputError, match="allowed: on, off"):
        switch.set("maybe")


def test_setting_a_dial_keeps_its_provenance_and_leaves_the_first_alone():
    first = dial(WHOLE, "recipe.age.mean")
    second = first.set(4)
    assert (second.source, second.reading, second.unit, second.range) == ("assumed", "assumed", "years", (0.0, 5.0))
    assert first.value == 2


def test_a_source_needs_a_known_reading():
    for reading in READINGS:
        assert check_source({"source": "assumed", "reading": reading}, "x") == ("assumed", reading)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no\.toml: cannot be read"):
        load_toml(tmp_path / "no.toml")
    for content in (b"a = ", b"a = 1\na = 2\n", b"\xff\xfe"):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(InputError, match=r"bad\.toml: not valid TOML"):
            load_toml(tmp_path / "bad.toml")


def test_an_unknown_name_is_answered_with_the_nearest_one():
    assert "did you mean 'residence'" in str(unknown("column", "residense", ["residence", "age"]))
    assert str(unknown("column", "x", [])).endswith("Allowed: none.")
    with pytest.raises(InputError, match="did you mean 'value'"):
        check_keys({"vale": 1}, ["value"], "a dial")
