"""What every registered channel owes: sources, numbers that matter, and an error-free twin that is its own shadow."""

import numpy as np
import pytest

from synthetic.channels.base import MECHANISMS, Acts, Channel, check_columns, check_numbers, names
from synthetic.channels.rare import ERROR, numbered
from synthetic.conduct.base import FOLDER as CONDUCT
from synthetic.conduct.base import Conduct
from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.ledger import ORIGINS
from synthetic.recipes.base import Recipe

SIZE = 24 * GRID
URBAN, MINORITY = 0, 1


def town(size=SIZE):
    """Columns of people with everything that a channel can read, planted."""
    at = np.arange(size)
    return {
        "age": 10 + at % 60,
        "household": at // 3 * 3,
        "community": (at // 3) % 2,
        "residence": (at // GRID) % 2,
        "surname": at * 7 % 11,
        "given_name": at * 3 % 101,
        "name_share": 10.0 ** -(4 + at % 5),
        "city": at // GRID // 8 * 8,
        "camera_density": 5.0 + (at // GRID) % 7 * 10,
        "internet": at % 4 > 0,
        "phone": at % 8 > 0,
        "legacy_file": at % 5 > 0,
        "restaurant_owner": at % 20 == 0,
        "sector": at % 4,
        "benefit": at % 3 == 0,
        "months_worked": at % 13,
        "income": 1000.0 * (at % 50),
    }


COLUMNS = town()


def at(people, column):
    return COLUMNS[column][people]


def made(channel, *, period=0, grids=None):
    """Everything that a channel makes in a month, as one flat tuple of arrays."""
    people = np.arange(0, SIZE, 2)
    kinds = np.arange(len(people)) % len(channel.kinds)
    acts = Acts(people, period, kinds, np.zeros(len(people), np.int64))
    roll = channel.roll(at, np.arange(SIZE)) if channel.by_name else None
    sensed = channel.sense(acts, at, seed=3, urban=URBAN, minority=MINORITY, roll=roll)
    grids = np.arange(SIZE // GRID) if grids is None else grids
    arisen = channel.arise(period, at, grids=grids, size=SIZE, seed=3, urban=URBAN, minority=MINORITY)
    stale = channel.staleness(sensed.acts, seed=3), channel.staleness(arisen.acts, seed=3)
    parts = (sensed.acts.person, sensed.delay, sensed.missed, sensed.strayed, sensed.doubled, *stale)
    return sensed, arisen, (*parts, arisen.acts.person, arisen.delay, arisen.origin, arisen.real)


@pytest.mark.parametrize("name", names())
def test_every_number_of_a_channel_changes_what_it_makes(name):
    channel = Channel.load(name)
    if channel.numbers["stale"].value == 0:
        channel = channel.set({f"channels.{name}.stale": 0.1})
    base = made(channel)[2]
    for path, dial in channel.dials.items():
        low, high = dial.range
        other = low if abs(low - float(dial.value)) > abs(high - float(dial.value)) else high
        changed = made(channel.set({path: other}))[2]
        same = all(np.array_equal(one, two) for one, two in zip(base, changed, strict=True))
        assert not same, path


@pytest.mark.parametrize("name", names())
def test_without_errors_a_channel_makes_its_own_shadow_record(name):
    channel = Channel.load(name)
    sensed, arisen, _ = made(channel)
    clean, kept, _ = made(channel.faithful())
    assert not (clean.missed | clean.strayed | clean.doubled).any()
    assert not channel.faithful().staleness(clean.acts, seed=3).any()
    np.testing.assert_array_equal(sensed.acts.person, clean.acts.person)
    np.testing.assert_array_equal(sensed.delay, clean.delay)
    assert (kept.origin == 0).all()
    assert (kept.real & kept.shadow).all()
    shadow = arisen.take(arisen.shadow)
    np.testing.assert_array_equal(shadow.acts.person, kept.acts.person)
    np.testing.assert_array_equal(shadow.delay, kept.delay)


@pytest.mark.parametrize("name", [one for one in names() if Channel.load(one).mechanism != "acts"])
def test_what_arises_is_the_same_in_any_subset_of_grids(name):
    channel = Channel.load(name)
    whole = made(channel)[1]
    some = np.array([1, 5, 6, 20])
    part = made(channel, grids=some)[1]
    inside = whole.take(np.isin(whole.acts.person // GRID, some))
    key = lambda found: sorted(zip(found.acts.address.tolist(), found.delay.tolist(), found.origin, found.real))  # noqa: E731
    assert key(part) == key(inside)


@pytest.mark.parametrize("name", [one for one in names() if Channel.load(one).mechanism != "acts"])
def test_what_arises_is_numbered_apart_from_acts_and_misuse(name):
    channel = Channel.load(name)
    arisen = made(channel)[1]
    assert len(arisen.acts.k)
    assert len(np.unique(arisen.acts.address)) == len(arisen.acts.k)
    assert ((arisen.acts.k >= 512) & (arisen.acts.k < 768)).all()
    assert (arisen.acts.kind == 0).all()
    wrong = arisen.origin != 0
    assert (arisen.shadow == ~wrong).all()
    assert arisen.real[wrong].all()
    assert set(np.unique(arisen.origin)) <= set(range(len(ORIGINS)))


@pytest.mark.parametrize("name", names())
def test_group_ratios_reach_from_one_to_a_hundred(name):
    channel = Channel.load(name)
    for ratio in (1, 2, 5, 10, 100):
        turned = channel.set({f"channels.{name}.{key}": ratio for key in ("miss_ratio", "false_match_ratio")})
        assert turned.value("false_match_ratio") == turned.value("miss_ratio") == ratio


def test_every_channel_reads_columns_that_the_society_has():
    recipe = Recipe.load("china-2020")
    owned = {"owns_firm", "restaurant_owner"}
    asked = {"benefit", "months_worked"}
    check_columns([Channel.load(name) for name in names()], {*recipe.columns, *owned})
    with pytest.raises(InputError, match=r"months_worked|benefit"):
        check_columns([Channel.load("income_register")], set(recipe.columns) - asked)


def test_acts_of_a_kind_that_arises_without_an_act_are_numbered_apart(tmp_path):
    channels = [Channel.load(name) for name in names()]
    check_numbers(channels, [Conduct.load(kind) for kind in {one.kinds[0] for one in channels}])
    text = (CONDUCT / "train_misconduct.toml").read_text()
    path = tmp_path / "train_misconduct.toml"
    path.write_text("\n".join("most = 0.6" if line.startswith("most ") else line for line in text.splitlines()))
    with pytest.raises(InputError, match=r"train_misconduct: most is 0.6, allowed: up to 0.36 .* metro_gates"):
        check_numbers([Channel.load("metro_gates")], [Conduct.load(str(path))])
    check_numbers([Channel.load("court")], [Conduct.load(str(path))])


def test_a_column_that_people_lack_is_named():
    few = {key: COLUMNS[key] for key in ("age", "community", "household", "residence")}
    channel = Channel.load("income_register")
    with pytest.raises(InputError, match="income_register reads column 'benefit'"):
        channel.arise(
            0, lambda people, column: few[column][people], grids=np.arange(9), size=SIZE, seed=3, urban=0, minority=1
        )


@pytest.mark.parametrize("name", names())
def test_show_prints_the_sources_and_dials_of_a_channel(name):
    from testbed.commands.descriptions import channel as shown

    text = "\n".join(shown(name))
    channel = Channel.load(name)
    for dial in channel.dials.values():
        assert f"{dial.path} = " in text
        assert f"- {dial.source}: " in text
    assert channel.title in text
    assert ("without an act" in text) == (channel.mechanism != "acts")
    assert ("the whole society" in text) == (channel.among == "society")


def test_there_is_a_channel_of_every_mechanism():
    assert {Channel.load(name).mechanism for name in names()} == set(MECHANISMS)


BAD = {
    'mechanism = "scanning"': "mechanism",
    'mechanism = "screening"': "scans_urban",
    'among = "town"': "among",
    'through = "internet"': "without",
    'whoes = "age"': "whose",
    "load = 3": "load_spread",
    "stale = 0.1": "stale_months",
}


@pytest.mark.parametrize("line", BAD)
def test_a_channel_with_a_part_too_few_or_misspelt_says_which(tmp_path, line):
    from synthetic.channels import base

    lines = (base.FOLDER / "neighbors.toml").read_text().splitlines()
    text = "\n".join([line, *(one for one in lines if not one.startswith("stale"))])
    if "=" in line and line.split(" = ")[1][0] in "0123456789":
        key, value = line.split(" = ")
        text = text.replace(
            line, f'{key} = {{ value = {value}, unit = "x", source = "assumed", reading = "assumed", range = [0, 9] }}'
        )
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=BAD[line]):
        Channel.load(str(path))


def test_more_entries_of_one_person_than_can_be_numbered_are_an_error():
    assert (numbered(np.array([7, 3, 7, 7]), ERROR, "gates") == [576, 576, 577, 578]).all()
    with pytest.raises(InputError, match=r"gates.*65 entries.*allowed: 64"):
        numbered(np.zeros(65, np.int64), ERROR, "gates")
