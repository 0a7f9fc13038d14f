"""What the scored may see, as data: presets, dials, coarser views, and refusals."""

import pickle

import pytest

from synthetic.errors import InputError
from synthetic.source import sources
from testbed.disclosures.base import FOLDER, RIGHTS, Disclosure, presets


@pytest.mark.parametrize("name", presets())
def test_every_preset_says_of_every_right_whether_where_from_and_how_it_was_read(name):
    made = Disclosure.load(name)
    assert [dial.path for dial in made.dials.values()] == [f"disclosure.{right}" for right in RIGHTS]
    for dial in made.dials.values():
        assert dial.source in sources()
        assert (dial.source == "assumed") == (dial.reading == "assumed")


def test_rights_read_as_attributes():
    assert Disclosure.load("closed").granted == frozenset()
    assert Disclosure.load("open").granted == frozenset(RIGHTS)
    with pytest.raises(AttributeError, match="own_recrd"):
        Disclosure.load("open").own_recrd  # type: ignore[attr-defined]


def test_a_right_switched_is_named_and_switched_back_is_not():
    base = Disclosure.load("rules-published")
    on = base.set({"disclosure.own_record": "on", "disclosure.cutoffs": False})
    assert (on.own_record, on.cutoffs, base.own_record) == (True, False, False)
    assert on.name == "rules-published{disclosure.cutoffs=off,disclosure.own_record=on}"
    assert on.set({"disclosure.own_record": "off", "disclosure.cutoffs": "on"}) == base


def test_a_disclosure_survives_a_process_boundary():
    made = Disclosure.load("rules-published").set({"disclosure.own_record": "on"})
    assert pickle.loads(pickle.dumps(made)) == made


def test_coarser_presets_grant_strictly_less_and_open_has_all_others_below_it():
    below = Disclosure.load("rules-published").coarser()
    assert {one.granted for one in below} == {frozenset(), frozenset({"notice_of_decision"})}
    assert {"closed", "notified"} <= {one.name for one in below}
    assert {one.name for one in Disclosure.load("open").coarser()} == set(presets()) - {"open"}
    assert Disclosure.load("closed").coarser() == ()


def test_punishments_are_explained_and_rewards_are_not_in_a_published_scheme_as_engelmann_2019_found():
    made = Disclosure.load("rules-published")
    assert (made.reasons_adverse, made.reasons_favorable) == (True, False)
    assert made.dials["disclosure.reasons_adverse"].source == "engelmann-2019"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"disclosure.own_recrd": "on"}, "did you mean 'disclosure.own_record'"),
        ({"disclosure.own_record": "perhaps"}, "allowed: on, off"),
    ],
)
def test_an_unknown_right_or_value_is_refused(change, sentence):
    with pytest.raises(InputError, match=sentence):
        Disclosure.load("open").set(change)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("schema = 1", "schema = 2", "schema is 2, allowed: 1"),
        ("own_score ", "own_scores ", "did you mean 'own_score'"),
        ("own_record         =", "# own_record =", "rights must have 'own_record'"),
        ("value = false, source", "value = 0, source", "rights.own_record.value: found 0, allowed: true or false"),
        ('reading = "assumed"', 'reading = "guessed"', "unknown reading"),
        ("[rights]", "audience = { value = 3 }\n[rights]", "audience.value: found 3, allowed: a list of names"),
        ("[rights]", 'audience = { value = ["bank"], sees = ["gossip"] }\n[rights]', "Allowed: reasons, score, status"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path, before, after, sentence):
    text = (FOLDER / "closed.toml").read_text()
    assert before in text
    (tmp_path / "mine.toml").write_text(text.replace(before, after, 1))
    with pytest.raises(InputError, match=sentence):
        Disclosure.load("mine", beside=tmp_path)


def test_a_name_is_sought_beside_the_scenario_first(tmp_path):
    (tmp_path / "open.toml").write_text((FOLDER / "closed.toml").read_text())
    assert Disclosure.load("open", beside=tmp_path).granted == frozenset()
    with pytest.raises(InputError, match="did you mean 'closed'"):
        Disclosure.load("close")
