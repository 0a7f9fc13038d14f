"""A file of any kind with one thing wrong in it is refused in one sentence that names the key and what is allowed."""

import random
import tomllib
from datetime import date
from pathlib import Path

import pytest
from kinds_of_files import LOAD, as_toml, draft, leaves, put

from synthetic import source
from synthetic.errors import InputError
from testbed.commands.cli import main
from testbed.commands.files import kinds

WRONG = [
    ("scenario", 'title      = "A city of my own"', "title = 3", "title: found 3, allowed: a text"),
    ("scenario", 'title      = "A city of my own"', 'title = ""', "title: found '', allowed: a text"),
    ("scenario", "as_of      = 2026-01-01", 'as_of = "yesterday"', "as_of: found 'yesterday', allowed: a date"),
    ("scenario", "as_of      = 2026-01-01", 'as_of = "2026-01-01"', "a date without quotation marks"),
    ("scenario", "as_of      = 2026-01-01", "as_of = 2026-01-01T10:00:00", "allowed: a date"),
    ("scenario", "as_of      = 2026-01-01", "as_of = 10:00:00", "found the time 10:00:00, allowed: a date"),
    ("scenario", '"china-2020"', '["china-2020"]', "recipe: found ['china-2020'], allowed: a name"),
    ("scenario", "channels   = [", 'channels = "court"\n# [', "channels: found 'court', allowed: a list of names"),
    ("scenario", '["court", "agencies"', '["court", 3', "channels 2: found 3, allowed: a name"),
    ("scenario", '["court", "agencies"', '["court", "court"', "channels: 'court' stands in the list twice"),
    ("scenario", '["court", "agencies"', '["court", ""', "channels 2: found '', allowed: a name"),
    ("scenario", "periods = 12", "periods = true", "run.periods: found true, allowed: a whole number from 1 on"),
    ("scenario", "periods = 12", "periods = 1.5", "run.periods: found 1.5, allowed: a whole number from 1 on"),
    ("scenario", "people  = 20_000", "people = -5", "run.people: found -5, allowed: a whole number from 1 on"),
    ("scenario", "people  = 20_000", "people = [1]", "run.people: found [1], allowed: a whole number"),
    ("scenario", "people  = 20_000", "people = 9_000_000_000", "run.people: found 9000000000, allowed: a whole"),
    ("scenario", '["community", "sex"]', '["sex", "sex"]', "who.compared: 'sex' stands in the list twice"),
    (
        "scenario",
        '["community", "sex"]',
        '["sxe"]',
        "unknown column in scenario mine, who.compared 'sxe'; did you mean",
    ),
    ("scenario", '["age", "residence"]', "true", "who.held: found true, allowed: a list of names"),
    ("scenario", 'sex = "male"', 'sex = "man"', "unknown group of sex in scenario mine, who.reference 'man'"),
    ("scenario", 'sex = "male"', "sex = 1", "who.reference.sex: found 1, allowed: a text"),
    ("scenario", "{ at_least = 18 }", '{ at_least = "18" }', "who.scored.age: at_least needs a finite number"),
    ("scenario", "{ age = { at_least = 18 } }", '{ sex = { is = "man" } }', "unknown value of sex in scenario mine"),
    ("scenario", "{ age = { at_least = 18 } }", '{ age = { is = "old" } }', "age holds numbers, so it is never 'old'"),
    ("scenario", "{ age = { at_least = 18 } }", '"adults"', "who.scored: found 'adults', allowed: a condition"),
    ("scenario", "worst_share = 0.03 }  ", "worst_share = 1.5 }  ", "decide.adverse.worst_share: found 1.5, allowed"),
    (
        "scenario",
        "best_share = 0.05",
        'best_share = "few"',
        "decide.favored.best_share: found 'few', allowed: a number",
    ),
    ("scenario", "per_1000 = 2", "per_1000 = -2", "error.per_1000: found -2, allowed: a number from 0 to 1,000"),
    ("scenario", "period   = 6", "period = 6.5", "error.period: found 6.5, allowed: a whole number from 0 to 1,000"),
    ("scenario", "range   = [0, 0.2]", "range = [1, 0]", "dials.channels.court.miss.range: found [1, 0], allowed"),
    ("scenario", "range   = [0, 0.2]", "range = [0]", "dials.channels.court.miss.range: found [0], allowed"),
    ("scenario", "value   = 0.05", 'value = "some"', "found 'some', a number is needed"),
    ("scenario", "[run]", "[rum]", "unknown key in scenario mine 'rum'; did you mean 'run'?"),
    ("rulebook", "as_of     = 2026-01-01", 'as_of = "2026"', "rule book mine, as_of: found '2026', allowed: a date"),
    ("rulebook", '"better"', '"beter"', "unknown higher_is in rule book mine 'beter'; did you mean 'better'?"),
    ("rulebook", 'per    = "event"', 'per = "eon"', "unknown per in rule book mine, rules.late_bill 'eon'"),
    ("rulebook", 'column = "utility_late"', 'column = ""', "rules.late_bill.column: found '', allowed: a name"),
    ("rulebook", "value = -5", 'value = "five"', "rules.late_bill.points.value: found 'five', allowed: a number"),
    ("rulebook", "value = -5", "value = true", "rules.late_bill.points.value: found true, allowed: a number"),
    ("rulebook", "value = 20", "value = {}", "rules.late_bill.cap.value: found {}, allowed"),
    ("rulebook", "record = { utility_late = 3 }", "record = [3]", "record must be a table, found [3]"),
    ("rulebook", "points = 85", 'points = "85"', "points: found '85', allowed: a number"),
    ("rulebook", 'grade  = "low"', 'grade = "worst"', "unknown grade in an example of rule book mine 'worst'"),
    (
        "rulebook",
        "when   = { age = { at_least = 60 } }",
        "when = 60",
        "rules.help.when: found 60, allowed: a condition",
    ),
    ("rulebook", '"low", unit', "3, unit", "rules.judgment.drops_to.value: found 3, allowed: a text"),
    ("channel", "value = 0.9,", "value = 1.5,", "coverage_urban.value: found 1.5, allowed: a number from 0 to 1"),
    (
        "channel",
        'value = 0.02, unit = "share of acts',
        'value = -0.02, unit = "share of acts',
        "miss.value: found -0.02",
    ),
    (
        "channel",
        'value = 1, unit = "months, mean"',
        'value = -1, unit = "months, mean"',
        "delay.value: found -1, allowed",
    ),
    (
        "channel",
        'among    = "city"',
        'among = "town"',
        "unknown among in channel mine 'town'; Allowed: city, grid, society",
    ),
    ("channel", '"utility_late", "judgment_default"', "", "kinds: found [], allowed: a list of 1 or more names"),
    ("channel", "value = 700_000", "value = 0", "searched.value: found 0, allowed: a number from 1"),
    ("channel", 'source = "my-source"', 'source = "mine"', "unknown source in channel mine, false_match 'mine'"),
    (
        "channel",
        'reading = "inferred"',
        'reading = "guessed"',
        "unknown reading in channel mine, false_match 'guessed'",
    ),
    ("regime", "coupled = false", 'coupled = "no"', "coupled: found 'no', allowed: true or false"),
    ("regime", 'enter = "adverse"', 'enter = "bad"', "unknown enter in regime mine, lists.black 'bad'"),
    ("regime", 'value = 6, unit = "months at least"', 'value = -6, unit = "m"', "lists.black.stay.value: found -6"),
    ("regime", 'who      = "adults"', "who = 3", "gates.train.who: found 3, allowed: all, adults or children"),
    ("regime", 'reach   = "household"', 'reach = "friends"', "unknown reach in regime mine, sanctions.no_credit"),
    ("regime", 'copies  = "black"', 'copies = "white"', "unknown list copied in regime mine, agencies.bank 'white'"),
    (
        "regime",
        "utility_late = { value = 1.3,",
        "utility_late = { value = -1.3,",
        "raises.utility_late.value: found -1.3",
    ),
    ("regime", "noticed        = { value = 0.5", "noticed = { value = 5", "appeal.noticed.value: found 5, allowed"),
    ("recipe", "as_of  = 2026-01-01", 'as_of = "2026-01-01"', "mine.toml, as_of: found '2026-01-01', allowed: a date"),
    ("recipe", "value = 100", 'value = "many"', "recipe.camera_density.urban_median.value: found 'many', allowed"),
    ("recipe", "urban_median = {", "urban_median = [", None),
    ("recipe", '"china-2020"', '"mine.toml"', "recipe mine.toml starts from itself"),
    ("recipe", "urban_median", "urban_medium", "unknown number in mine.toml 'recipe.camera_density.urban_medium'"),
    (
        "recipe",
        '["write here what is left out"]',
        '"nothing"',
        "not_modelled: found 'nothing', allowed: a list of sent",
    ),
    ("conduct", "min_age   = 18", "min_age = 18.5", "min_age: found 18.5, allowed: a whole number from 0 to 150"),
    ("conduct", "most      = 0.3", "most = 2", "most: found 2, allowed: a number above 0 to 0.8"),
    ("conduct", "value = 0.02", "value = -0.02", "rate.value: found -0.02, allowed: a number from 0"),
    ("conduct", 'severity  = "minor"', 'severity = "major"', "unknown severity in conduct mine 'major'"),
    ("conduct", "low   = 70", "low = 20", "conduct mine, depends.age: low and high are 20, they must differ"),
    ("conduct", "value = 0.25", "value = 0", "depends.diligence.ratio.value: found 0, allowed: a number above 0"),
    ("disclosure", "own_score          = { value = true", "own_score = { value = 1", "rights.own_score.value: found 1"),
    ("disclosure", 'value   = ["bank"]', 'value = ["bank", "bank"]', "audience.value: 'bank' stands in the list twice"),
    ("disclosure", 'sees    = ["status"]', 'sees = ["stats"]', "unknown sees in disclosure mine, audience 'stats'"),
    ("disclosure", "[rights]", "[rigths]", "unknown key in disclosure mine 'rigths'; did you mean 'rights'?"),
    ("actions", 'does      = "adds"', 'does = "begs"', "unknown does in actions mine, actions.volunteer 'begs'"),
    ("actions", 'kinds     = ["volunteering"]', "kinds = 3", "actions.volunteer.kinds: found 3, allowed: a list"),
    ("actions", "value = 0.8", "value = 80", "plan.success.value: found 80, allowed: a number from 0 to 1"),
    ("actions", "value = 3, ", "value = -3, ", "actions.volunteer.hours.value: found -3, allowed: a number from 0"),
    ("table-errors", "value = 0.02", "value = 2", "errors.late.rate.value: found 2, allowed: a number from 0 to 1"),
    ("table-errors", '"stale" ', '"old" ', "unknown kind in errors mine, errors.late 'old'"),
    ("table-errors", 'columns = ["income"]', 'columns = ["income", "income"]', "errors.late.columns: 'income' stands"),
    ("table-errors", "value = 1.5", "value = -1", "errors.late.ratio.sex.female.value: found -1, allowed: a number"),
    ("table-actions", "step      = 5", "step = -5", "actions.hours.step: found -5, allowed: a number above 0"),
    ("table-actions", '"up"', '"upwards"', "unknown direction in actions mine, actions.hours 'upwards'"),
    ("table-actions", 'to   = ["master"]', 'to = "master"', "actions.degree.to: found 'master', allowed: a list of 1"),
    ("lesson", "people   = 800", "people = 0", "lesson mine, people: found 0, allowed: a whole number from 1 on"),
    ("lesson", "budget  = 1", "budget = 1.5", "operator.budget: found 1.5, allowed: a whole number from 1 on"),
]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder of its own, and no sources of other tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(source, "_OWN", {})


@pytest.mark.parametrize("kind", LOAD)
def test_a_file_of_each_kind_loads(kind):
    Path("mine.toml").write_text(draft(kind))
    assert LOAD[kind]("mine.toml") is not None
    assert {*kinds(), "lesson"} == set(LOAD)


@pytest.mark.parametrize(("kind", "old", "new", "said"), WRONG)
def test_one_wrong_line_is_refused_in_one_sentence(kind, old, new, said):
    text = draft(kind)
    assert old in text
    Path("mine.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as problem:
        LOAD[kind]("mine.toml")
    told = str(problem.value)
    assert (said or "not valid TOML") in told
    assert told.endswith((".", "?"))
    assert "\n" not in told
    assert len(told) < 600


def test_the_command_line_says_the_sentence_and_ends_with_2(capsys):
    Path("mine.toml").write_text(draft("scenario").replace("periods = 12", "periods = true"))
    assert main(["audit", "mine.toml"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "testbed: scenario mine, run.periods: found true, allowed: a whole number from 1 on."
    ]


OTHER = [True, -1, 1.5, "x", "", [], {}, date(2020, 1, 1), 1 << 62, 1 << 70, 1e300, ["a", "a"], [1], {"a": 1}]
"""A value of each sort, in place of whatever a file says."""


@pytest.mark.parametrize("kind", LOAD)
def test_any_value_in_place_of_another_loads_or_is_refused(kind):
    """A sample of every part of the file and every sort of value, drawn by the kind's name."""
    table = tomllib.loads(draft(kind))
    edits = [(path, value) for path in leaves(table) for value in OTHER]
    told = []
    for path, value in random.Random(kind).sample(edits, 12 if kind in ("scenario", "lesson", "recipe") else 150):
        made = put(table, path, value)
        Path("mine.toml").write_text("\n".join(f"{key} = {as_toml(one)}" for key, one in made.items()))
        try:
            LOAD[kind]("mine.toml")
        except InputError as problem:
            told.append(str(problem))
    assert len(told) > 5
    assert not [one for one in told if "\n" in one or len(one) > 600]
