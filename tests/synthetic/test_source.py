"""Provenance: a number without a source, a unit or a reading is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import synthetic
from synthetic.errors import InputError, check_keys, unknown
from synthetic.recipes.margins import read_margins
from synthetic.recipes.tables import read_table
from synthetic.source import (
    CHOICE,
    READINGS,
    Dial,
    add_sources,
    as_in,
    by_reading,
    check_source,
    dial,
    sources,
)
from synthetic.toml_file import load_toml

FOLDER = Path(synthetic.__file__).parent
SOCIETY = [*sorted((FOLDER / "recipes").glob("*.toml")), FOLDER / "population" / "ties.toml"]
STRUCTURE = ("schema", "skip", "range", "bands", "counts", "shares", "worth", "where", "among", "within", "total")
"""Keys whose numbers are of the file's form, or part of a margin that names its source."""

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
        (without("value"), "must have 'value'"),
        (without("unit"), "must have 'unit'"),
        (without("source"), "must have 'source'"),
        (without("reading"), "must have 'reading'"),
        (without("range"), "is assumed, so it needs a range"),
        ({**WHOLE, "source": "assumd"}, "did you mean 'assumed'"),
        ({**WHOLE, "reading": "guessed"}, "unknown reading"),
        ({**WHOLE, "source": ["assumed"]}, r"source: found \['assumed'\], allowed: the id of a source"),
        ({**WHOLE, "reading": {}}, "reading: found {}, allowed: stated, inferred"),
        ({**WHOLE, "range": [5, 0]}, r"range: found \[5, 0\], allowed: \[lowest, highest\]"),
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
        source = "ukho-list-2016" if reading == "analog" else "assumed"
        assert check_source({"source": source, "reading": reading}, "x") == (source, reading)


def test_an_analog_needs_a_range_and_a_source_that_says_of_which_system(tmp_path):
    table = {"value": 0.1, "unit": "share", "source": "parish-2011", "reading": "analog", "range": [0, 0.2]}
    paper = {"title": "Errors in a roll of voters", "publisher": "an auditor", "date": "2011"}
    add_sources({"parish-2011": paper}, tmp_path / "town.toml", "town.toml, sources")
    with pytest.raises(InputError, match="'parish-2011' must say of which system: system = TEXT"):
        dial(table, "channels.roll.miss")
    whole = {**paper, "system": "a parish's roll of voters"}
    add_sources({"parish-2011": whole}, tmp_path / "town.toml", "town.toml, sources")
    made = dial(table, "channels.roll.miss")
    assert (made.reading, made.range) == ("analog", (0.0, 0.2))
    assert as_in(made.reading, made.source) == "as in a parish's roll of voters"
    assert as_in("stated", made.source) == ""
    with pytest.raises(InputError, match=r"channels\.roll\.miss is an analog, so it needs a range"):
        dial({key: value for key, value in table.items() if key != "range"}, "channels.roll.miss")


def test_dials_are_counted_by_reading_without_choices_of_the_experiment():
    made = [dial({**WHOLE, "reading": reading}, "x") for reading in ("stated", "assumed", "assumed", "claimed")]
    switch = Dial("decide.outcome", "deserved", "what", "assumed", "assumed", None, f"{CHOICE}, not of the scheme")
    right = dial({**without("range"), "value": True}, "disclosure.own_record")
    found = by_reading([*made, switch, right])
    assert found == {"stated": 1, "inferred": 0, "analog": 0, "assumed": 3, "claimed": 1}


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no\.toml: cannot be read"):
        load_toml(tmp_path / "no.toml")
    for content in (b"a = ", b"a = 1\na = 2\n", b"\xff\xfe"):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(InputError, match=r"bad\.toml: not valid TOML"):
            load_toml(tmp_path / "bad.toml")


def refused(path, content):
    path.write_bytes(content)
    with pytest.raises(InputError) as problem:
        load_toml(path)
    assert "\n" not in str(problem.value)
    return str(problem.value)


def test_a_file_with_a_byte_order_mark_is_read_as_one_without(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbftitle = '\xc3\xa9'\r\n")
    assert load_toml(tmp_path / "a.toml") == {"title": "é"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = " + b"[" * 100_000, "nested more than 32 deep"),
        (b"a = " + b"[" * 200 + b"]" * 200, "nested more than 32 deep"),
        (b"a = " + b"{b = " * 10_000, "nested more than 32 deep"),
        (b"a" + b".a" * 300 + b" = 1", "nested more than 32 deep"),
        (b"[[a" + b".a" * 300 + b"]]", "nested more than 32 deep"),
        ("a = 'é'".encode("utf-16"), "byte 0 is not UTF-8"),
        ("a = 'é'".encode("latin-1"), "byte 5 is not UTF-8"),
        (b"a = 1\0", "not valid TOML"),
        (b"a = " + b"1" * 5000, "too many digits"),
        (b"#" * (1 << 20) + b"\n", "more than 1,048,576 bytes"),
        (b"a" + b".a" * 500_000 + b" = 1", "nested more than 32 deep"),
        (b"a = " + b"[" * 900 + b"]" * 900, "nested more than 32 deep"),
        (b"a = 9223372036854775808", "a: found 9223372036854775808, allowed: whole numbers of up to 64 bits"),
        (b"[a]\nb = [1, nan]", "a.b 2: found nan, a finite number is needed"),
        (b"a = {b = -inf}", "a.b: found -inf, a finite number is needed"),
        (b"a = '''" + b"x" * 20_001 + b"'''", "a: found 20,001 characters, allowed: up to 20,000"),
        (rb'a = "\u001b[31m"', "a text has no control characters"),
        (rb'a = "\u202e"', "a text has no control characters"),
        (b"[a]\n'' = 1", "a: found the name ''; a name is not empty"),
        (b"a." + b"b" * 201 + b" = 1", "has up to 200 characters"),
        (rb'"\u001b" = 1', "and none that controls a terminal"),
    ],
    ids=[
        "open brackets",
        "closed",
        "tables",
        "keys",
        "heads",
        "utf-16",
        "latin-1",
        "a null byte",
        "digits",
        "huge",
        "long keys",
        "900",
        "64 bits",
        "nan",
        "inf",
        "long text",
        "escape",
        "direction",
        "no name",
        "long name",
        "bad name",
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_that_names_it(tmp_path, content, said):
    told = refused(tmp_path / "town.toml", content)
    assert told.startswith(("town.toml: ", "town.toml, a"))
    assert said in told


def test_nesting_as_deep_as_is_allowed_is_read(tmp_path):
    (tmp_path / "a.toml").write_text("a = " + "[" * 30 + "1" + "]" * 30)
    assert load_toml(tmp_path / "a.toml")["a"]


def test_an_empty_file_is_an_empty_table(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"")
    assert load_toml(tmp_path / "a.toml") == {}


def test_only_one_function_reads_toml():
    root = FOLDER.parent
    reads = [path for part in ("synthetic", "testbed") for path in (root / part).rglob("*.py")]
    assert [path.name for path in reads if "tomllib" in path.read_text(encoding="utf-8")] == ["toml_file.py"]


def test_an_unknown_name_is_answered_with_the_nearest_one():
    assert "did you mean 'residence'" in str(unknown("column", "residense", ["residence", "age"]))
    assert str(unknown("column", "x", [])).endswith("Allowed: none.")
    with pytest.raises(InputError, match="did you mean 'value'"):
        check_keys({"vale": 1}, ["value"], "a dial")


def numbers(found, path):
    """Every table of a data file that holds a number, and every number that stands outside one."""
    if isinstance(found, dict):
        if {"value", "values", "file", "counts", "shares"} & set(found):
            yield path, found
            return
        for key, inner in found.items():
            if key not in STRUCTURE:
                yield from numbers(inner, f"{path}.{key}")
    elif isinstance(found, list):
        for place, inner in enumerate(found):
            yield from numbers(inner, f"{path}[{place}]")
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield path, found


@pytest.mark.parametrize("path", SOCIETY, ids=lambda path: path.stem)
def test_every_number_of_the_society_has_a_unit_a_source_and_a_reading(path):
    seen = 0
    for where, entry in numbers(load_toml(path), path.stem):
        assert isinstance(entry, dict), f"{where} = {entry} has no source"
        assert entry["unit"].strip(), where
        assert entry["source"] in sources(), where
        assert entry["reading"] in READINGS, where
        seen += 1
    assert seen > 5


def table(entry, where):
    return read_table(entry, where, FOLDER / "recipes")


@pytest.mark.parametrize("path", SOCIETY, ids=lambda path: path.stem)
@pytest.mark.parametrize("key", ["unit", "source", "reading"])
def test_any_number_of_the_society_without_one_of_them_is_refused(path, key):
    for where, entry in numbers(load_toml(path), path.stem):
        less = {name: value for name, value in entry.items() if name != key}
        read = (lambda one, _: read_margins([one])) if ".margins[" in where else dial if "value" in entry else table
        with pytest.raises(InputError, match=key):
            read(less, where)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.toml")), ids=lambda path: path.stem)
def test_no_number_of_a_data_file_lacks_a_unit_a_source_or_a_reading(path):
    for where, entry in numbers(load_toml(path), path.stem):
        if isinstance(entry, dict):
            assert {"unit", "source", "reading"} <= set(entry), where


def test_of_very_many_names_a_sentence_gives_the_nearest():
    said = str(
        unknown(
            "dial", "regime.train.attempt", [f"regime.clause{n}.rate" for n in range(300)] + ["regime.train.attempts"]
        )
    )
    assert "did you mean 'regime.train.attempts'?" in said
    assert "one of 301" in said
    assert len(said) < 400
