"""Scenarios: literal declarations, refused in one sentence where they are wrong."""

from pathlib import Path

import pytest

from synthetic.channels.base import FOLDER as CHANNELS
from synthetic.errors import InputError
from testbed.regimes.base import FOLDER as REGIMES
from testbed.scenarios.base import FOLDER, Scenario, names

TEXT = (FOLDER / "rongcheng.toml").read_text()


def own(tmp_path, old="", new=""):
    assert old in TEXT
    path = tmp_path / "town.toml"
    path.write_text(TEXT.replace(old, new, 1))
    return str(path)


@pytest.mark.parametrize("name", names())
def test_every_registered_scenario_loads_and_can_be_set_to_its_own_values(name):
    scenario = Scenario.load(name)
    again = scenario.set({path: dial.value for path, dial in scenario.dials.items()})
    assert again.name == name


def test_the_name_says_every_departure_sorted_in_shortest_form():
    scenario = Scenario.load("rongcheng").set({"regime.family.share": 0.0, "channels.errors": "off"})
    assert scenario.name == "rongcheng{channels.errors=off,regime.family.share=0}"


def test_a_dial_set_to_the_value_it_has_is_no_departure():
    assert Scenario.load("rongcheng").set({"regime.family.share": 1}).name == "rongcheng"


@pytest.mark.parametrize(
    ("dials", "said"),
    [
        ({"regime.famly.share": 0}, "did you mean 'regime.family.share'"),
        ({"regime.family.share": 2}, "allowed: 0 to 1"),
        ({"regime.family.share": "many"}, "a number is needed"),
        ({"channels.errors": "maybe"}, "allowed: on, off"),
        ({"regime.family.share": float("nan")}, "finite"),
    ],
)
def test_a_wrong_dial_gets_one_sentence(dials, said):
    with pytest.raises(InputError, match=said):
        Scenario.load("rongcheng").set(dials)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema     = 1", "schema = 2", "schema is 2"),
        ("recipe     =", "recipies   =", "did you mean 'recipe'"),
        ('"china-2020"', '"chima-2020"', "did you mean"),
        ('"cameras", ', '"camera", ', "did you mean 'cameras'"),
        ("at_least = 18", "atleast = 18", "did you mean 'at_least'"),
        ('held      = ["age"', 'held      = ["agee"', "did you mean 'age'"),
        ('held      = ["age"', 'held      = ["diligence"', "is truth"),
        ('community = "majority"', 'community = "majorty"', "did you mean 'majority'"),
        ('community = "majority"', 'age = "18"', "'age' has no groups to compare with"),
        ('kind     = "judgment_default"', 'kind = "judgement_default"', "did you mean 'judgment_default'"),
        ("worst_share = 0.03", 'worst_share = "few"', "allowed: a number from"),
        ("worst_share = 0.03", "worst_share = 3.0", "allowed: a number from 0.001 to 0.2"),
        ('outcome = "deserved"', 'outcome = "merit"', "allowed: deserved"),
        ("periods = 24", "periods = 0", "allowed: a whole number from 1 on"),
        ("[run]", "[run", "not valid TOML"),
    ],
)
def test_a_wrong_scenario_file_gets_one_sentence(tmp_path, old, new, said):
    with pytest.raises(InputError, match=said) as caught:
        Scenario.load(own(tmp_path, old, new))
    assert "\n" not in str(caught.value)


def test_without_adverse_conduct_the_first_lawful_kind_is_followed_and_favorable_conduct_alone_is_refused(tmp_path):
    text = (FOLDER / "ams-2018.toml").read_text().replace('kind     = "supporting_measure"\n', "")
    path = tmp_path / "service.toml"
    path.write_text(text)
    assert Scenario.load(path).error.kind == "employment_measure"
    measures = '["supporting_measure", "qualifying_measure", "employment_measure"]'
    register = (CHANNELS / "service_register.toml").read_text().replace(measures, '["volunteering"]')
    (tmp_path / "service_register.toml").write_text(register)
    named = '["employment_measure", "qualifying_measure", "supporting_measure"]'
    text = text.replace(named, '["volunteering"]').replace('model      = "ams-2018"', 'model = "lottery"')
    path.write_text(text)
    with pytest.raises(InputError, match="must have a kind of conduct that is not favorable"):
        Scenario.load(path)


def test_a_missing_file_is_said_so():
    with pytest.raises(InputError, match=r"no file 'nowhere\.toml'"):
        Scenario.load("nowhere.toml")


def test_a_scenario_file_overrides_numbers_with_source_and_reading(tmp_path):
    path = own(tmp_path)
    with open(path, "a") as file:
        file.write(
            '[dials."channels.cameras.false_match_ratio"]\nvalue = 20\nrange = [1, 50]\n'
            'source = "nistir-8280"\nreading = "inferred"\n'
        )
    scenario = Scenario.load(path)
    dial = scenario.dials["channels.cameras.false_match_ratio"]
    assert (dial.value, dial.range) == (20, (1.0, 50.0))
    assert scenario.name == path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"community"', '"comunity"', "column in regime gate, misuse 'comunity'; did you mean 'community'"),
        ('"minority"', '"minorty"', "level of community in regime gate, misuse 'minorty'; did you mean 'minority'"),
    ],
)
def test_misuse_aimed_at_a_group_that_there_is_not_is_refused(tmp_path, old, new, said):
    regime = (REGIMES / "health-gate.toml").read_text()
    assert old in regime
    (tmp_path / "gate.toml").write_text(regime.replace(old, new, 1))
    path = tmp_path / "town.toml"
    path.write_text((FOLDER / "health-code.toml").read_text().replace('"health-gate"', '"gate"'))
    with pytest.raises(InputError, match=said):
        Scenario.load(str(path))


def test_an_override_without_a_source_is_refused(tmp_path):
    path = own(tmp_path)
    with open(path, "a") as file:
        file.write('[dials."regime.family.share"]\nvalue = 0.5\n')
    with pytest.raises(InputError, match="must have 'source'"):
        Scenario.load(path)


def test_parts_are_sought_beside_the_file_first(tmp_path):
    from testbed.regimes.base import FOLDER as REGIMES

    text = (REGIMES / "rongcheng-lists.toml").read_text().replace("A city's black and red list", "Another city's list")
    (tmp_path / "rongcheng-lists.toml").write_text(text)
    assert Scenario.load(own(tmp_path)).regime.title.startswith("Another city's list")


def test_every_dial_of_the_contract_exists():
    dials = Scenario.load("rongcheng").dials
    for path in (
        "channels.errors", "regime.family.share", "channels.cameras.false_match_ratio", "regime.low_grade.follows",
        "conduct.utility_late.rate", "disclosure.own_record", "model.judgment_default.points",
    ):  # fmt: skip
        assert path in dials


def test_an_override_by_an_analog_needs_its_range_and_says_its_own_note(tmp_path):
    path = own(tmp_path)
    text = Path(path).read_text()
    head = '[dials."regime.family.share"]\nvalue = 0.5\nsource = "ukho-list-2016"\nreading = "analog"\n'
    Path(path).write_text(text + head + 'where = "half of them"\n')
    with pytest.raises(InputError, match=r"regime\.family\.share is an analog, so it needs a range"):
        Scenario.load(path)
    Path(path).write_text(text + head + 'range = [0.2, 0.8]\nwhere = "half of them"\n')
    dial = Scenario.load(path).dials["regime.family.share"]
    assert (dial.reading, dial.range, dial.where) == ("analog", (0.2, 0.8), "half of them")


def test_the_worst_share_ranges_over_shares_that_a_list_may_have():
    dial = Scenario.load("rongcheng").dials["decide.worst_share"]
    assert dial.range == (0.001, 0.2)
    assert Scenario.load("rongcheng").dials["decide.best_share"].range == (0, 1)


def test_every_assumed_number_has_a_range_to_sweep():
    for path, dial in Scenario.load("rongcheng").dials.items():
        if dial.reading == "assumed" and not isinstance(dial.value, bool | str):
            assert dial.range is not None, path


def test_a_scenario_and_its_parts_may_begin_with_a_byte_order_mark(tmp_path):
    marked = b"\xef\xbb\xbf"
    (tmp_path / "town.toml").write_bytes(marked + TEXT.encode())
    base = FOLDER.parent
    for name, part in (
        ("rongcheng-lists", base / "regimes" / "rongcheng-lists.toml"),
        ("rongcheng-book", base / "models" / "rulebooks" / "rongcheng.toml"),
    ):
        (tmp_path / f"{name}.toml").write_bytes(marked + part.read_bytes())
    (tmp_path / "town.toml").write_bytes(
        marked + TEXT.replace('model    = "rongcheng"', 'model = "rongcheng-book"').encode()
    )
    town = Scenario.load(tmp_path / "town.toml")
    assert town.rulebook is not None
    assert {path.partition(".")[2] for path in town.dials} == {
        path.partition(".")[2] for path in Scenario.load("rongcheng").dials
    }


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "town.toml").mkdir()
    with pytest.raises(InputError, match=r"town\.toml' is a folder, a file is needed"):
        Scenario.load(tmp_path / "town.toml")


def test_what_decisions_are_judged_by_is_a_dial():
    base = Scenario.load("rongcheng")
    made = base.set({"decide.outcome": "future:debt_sued:6"})
    assert (base.outcome, made.outcome) == ("deserved", "future:debt_sued:6")
    assert made.name == "rongcheng{decide.outcome=future:debt_sued:6}"


def test_what_models_learn_from_is_a_dial():
    base = Scenario.load("rongcheng")
    made = base.set({"decide.learn": "column:diligence:above:0.5"})
    assert (base.learn, made.learn) == ("recorded:any:12", "column:diligence:above:0.5")
    assert made.name == "rongcheng{decide.learn=column:diligence:above:0.5}"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("merit", "allowed: deserved, future:KIND:WINDOW"),
        ("future:debt_sued:0", "allowed: deserved"),
        ("future:debt_sueed:6", "did you mean 'debt_sued'"),
        ("column:diligense:above:0.5", "did you mean 'diligence'"),
        ("column:sex:above:0.5", "'sex' has labels; a column of numbers is needed"),
        ("column:diligence:at_least:0.5", "column:NAME:above:X"),
    ],
)
def test_an_outcome_that_is_none_gets_one_sentence(tmp_path, outcome, said):
    for dial in ("decide.outcome", "decide.learn"):
        with pytest.raises(InputError, match=f"dial {dial}.*{said}"):
            Scenario.load("rongcheng").set({dial: outcome})
    with pytest.raises(InputError, match=said):
        Scenario.load(own(tmp_path, 'outcome = "deserved"', f'outcome = "{outcome}"'))
    with pytest.raises(InputError, match=said):
        Scenario.load(own(tmp_path, 'outcome = "deserved"', f'outcome = "{outcome}"'))
