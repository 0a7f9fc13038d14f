"""People by id: the same bytes whatever is asked for, twins that share their coins."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from synthetic import Population, Recipe
from synthetic.draws import GRID
from synthetic.errors import InputError

PEOPLE = 70 * GRID + 300
SCRIPT = """
import hashlib, multiprocessing, random, sys
from synthetic import Population
grids, processes, size = map(int, sys.argv[1:])
town = Population("china-2020", size, seed=5)
starts = list(range(0, size, grids * 1024))
random.Random(hash("x")).shuffle(starts)
ranges = [(start, min(start + grids * 1024, size)) for start in starts]
if processes == 1:
    shards = [town.arrays(*one) for one in ranges]
else:
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        shards = pool.starmap(town.arrays, ranges, chunksize=1)
whole = hashlib.sha256()
for name in sorted(shards[0]):
    in_order = [shards[k][name].tobytes() for k in sorted(range(len(starts)), key=starts.__getitem__)]
    whole.update(name.encode() + b"".join(in_order))
print(whole.hexdigest())
"""


@pytest.fixture(scope="module")
def town():
    return Population("china-2020", PEOPLE, seed=5)


@pytest.fixture(scope="module")
def everybody(town):
    return town.arrays()


def same(one, two):
    return one.keys() == two.keys() and all(one[name].tobytes() == two[name].tobytes() for name in one)


@pytest.mark.parametrize("grids", [1, 7, 64])
def test_shards_of_any_size_give_the_same_bytes(town, everybody, grids):
    starts = list(range(0, PEOPLE, grids * GRID))[::-1]
    shards = {start: town.arrays(start, min(start + grids * GRID, PEOPLE)) for start in starts}
    for name, values in everybody.items():
        assert np.concatenate([shards[start][name] for start in sorted(starts)]).tobytes() == values.tobytes()


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (1000, 1050), (65_535, 65_537), (PEOPLE - 1, PEOPLE), (5, 5)])
def test_any_range_gives_the_same_bytes(town, everybody, start, stop):
    assert same(town.arrays(start, stop), {name: values[start:stop] for name, values in everybody.items()})


def test_a_larger_society_begins_with_the_same_people(everybody):
    larger = Population("china-2020", 2 * PEOPLE, seed=5).arrays(0, PEOPLE)
    assert same(larger, everybody)


def test_columns_do_not_depend_on_which_are_asked_for(town, everybody):
    for name in ("income", "age", "role"):
        assert town.arrays(names=[name])[name].tobytes() == everybody[name].tobytes()


@pytest.mark.parametrize(("grids", "processes", "hash_seed"), [(1, 2, "12345"), (7, 1, "777"), (64, 2, "0")])
def test_bytes_depend_on_no_shard_process_order_or_hash_seed(everybody, grids, processes, hash_seed):
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(grids), str(processes), str(PEOPLE)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    whole = hashlib.sha256()
    for name, values in sorted(everybody.items()):
        whole.update(name.encode() + values.tobytes())
    assert ran.stdout == whole.hexdigest() + "\n"


def test_a_shard_made_by_a_process_of_its_own_making_has_the_same_bytes(town, everybody):
    import multiprocessing as mp

    with mp.get_context("spawn").Pool(1) as pool:
        shard = pool.apply(town.arrays, (7 * GRID, 14 * GRID))
    assert same(shard, {name: values[7 * GRID : 14 * GRID] for name, values in everybody.items()})


def test_people_at_scattered_ids_are_those_of_the_whole(town, everybody):
    ids = np.array([PEOPLE - 1, 3, 50_000, 50_001, 3, 2048])
    for name, values in town.at(ids, ["age", "income", "community"]).items():
        assert (values == everybody[name][ids]).all()
    assert len(town.at(np.empty(0, np.int64), ["age"])["age"]) == 0


@pytest.mark.parametrize("recipe", ["us-credit", "job-seekers", "school-leavers", "template"])
@pytest.mark.parametrize("grids", [1, 7, 64])
def test_shards_of_every_recipe_give_the_same_bytes(recipe, grids):
    people = Population(recipe, 9 * GRID + 5, seed=2)
    whole = people.arrays()
    starts = range(0, people.size, grids * GRID)
    shards = [people.arrays(start, min(start + grids * GRID, people.size)) for start in starts]
    for name, values in whole.items():
        assert np.concatenate([shard[name] for shard in shards]).tobytes() == values.tobytes()


def test_arrays_of_one_block_are_the_callers_own(town, everybody):
    for values in town.arrays(0, 2 * GRID).values():
        values[:] = 0
    assert same(town.arrays(0, 2 * GRID), {name: values[: 2 * GRID] for name, values in everybody.items()})


def test_another_seed_gives_other_people(town, everybody):
    other = Population("china-2020", PEOPLE, seed=6).arrays()
    for name in ("age", "sex", "community", "income", "diligence", "household"):
        assert (other[name] != everybody[name]).any()


def test_the_global_random_state_is_neither_read_nor_changed(everybody):
    np.random.seed(1)  # noqa: NPY002  the state that must not matter
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    assert same(Population("china-2020", PEOPLE, seed=5).arrays(), everybody)
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


def test_a_table_has_the_declared_columns_and_levels(town, everybody):
    table = town.people(2000, 2100)
    assert table.index.name == "person"
    assert table.index.dtype == np.int64
    assert list(table.index) == list(range(2000, 2100))
    assert list(table.columns) == town.recipe.columns
    for name, values in table.items():
        levels = town.recipe.variables[name].levels
        if levels is None:
            assert (values.to_numpy() == everybody[name][2000:2100]).all()
        else:
            assert tuple(values.cat.categories) == levels
            assert (values.cat.codes.to_numpy() == everybody[name][2000:2100]).all()


def test_setting_nothing_new_changes_nothing(town, everybody):
    ids = np.flatnonzero(everybody["sex"] == 1)
    assert same(town.do({"sex": "female"}, people=ids).arrays(), everybody)


def descendants(recipe, name):
    found = {name}
    for child in recipe.order:
        if found & set(recipe.graph[child]):
            found.add(child)
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("community", "minority"),
        ("residence", "rural"),
        ("sex", "male"),
        ("age", 30),
        ("education", "college"),
        ("need", True),
    ],
)
def test_only_what_a_variable_causes_is_worked_out_again(town, everybody, name, value):
    done = town.do({name: value}).arrays()
    caused = descendants(town.recipe, name)
    for other, values in everybody.items():
        if other not in caused:
            assert (done[other] == values).all(), other
    assert (done[name] == town.recipe.variables[name].code(value)).all()
    if name == "residence":
        assert (done["income"] != everybody["income"]).mean() > 0.5


@pytest.mark.parametrize("people", [None, [3, 5000, 71_900]])
@pytest.mark.parametrize(
    "values", [{"community": "minority"}, {"sex": "male"}, {"residence": "rural"}, {"age": 40}, {}]
)
def test_effects_worked_out_from_known_columns_have_the_same_bytes(town, everybody, values, people):
    done = town.do(values, people=people)
    assert same(done.arrays(base=everybody), done.arrays())
    part = {name: column[700:70_000] for name, column in everybody.items()}
    assert same(done.arrays(700, 70_000, base=part), done.arrays(700, 70_000))
    some = {name: everybody[name] for name in ("age", "sex", "education")}
    assert same(done.arrays(base=some, names=["income", "age"]), done.arrays(names=["income", "age"]))


def test_what_is_not_caused_is_handed_through(town, everybody):
    done = town.do({"community": "minority"}).arrays(base=everybody)
    assert done["age"] is everybody["age"]
    assert done["income"] is not everybody["income"]


def test_twins_share_their_coins(town, everybody):
    done = town.do({"residence": "urban"}).arrays()
    already = everybody["residence"] == 0
    for name, values in everybody.items():
        assert (done[name] == values)[already].all(), name


def test_setting_a_person_leaves_other_households_alone(town, everybody):
    done = town.do({"education": "college"}, people=[1234]).arrays()
    home = everybody["household"] == everybody["household"][1234]
    assert done["education"][1234] == 4
    assert (done["education"] != everybody["education"]).sum() <= 1
    for name, values in everybody.items():
        assert (done[name] == values)[~home].all(), name


def test_what_is_assigned_to_a_household_or_grid_is_set_for_all_of_it(town, everybody):
    person = int(np.flatnonzero((everybody["community"] == 0) & (everybody["household_size"] > 2))[50])
    done = town.do({"community": "minority"}, people=[person]).arrays()
    home = everybody["household"] == everybody["household"][person]
    assert ((done["community"] != everybody["community"]) == home).all()
    grid = town.do({"camera_density": 7.0}, people=[person]).arrays(names=["camera_density"])["camera_density"]
    assert ((grid == 7) == (everybody["grid"] == everybody["grid"][person])).all()


def test_a_later_setting_wins(town):
    done = town.do({"sex": "male"}).do({"sex": "female"}, people=[3]).arrays(0, 10, names=["sex"])["sex"]
    assert done.tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_setting_leaves_the_first_society_alone(town, everybody):
    town.do({"sex": "male", "age": 20})
    assert same(town.arrays(), everybody)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"sexx": "male"}, "did you mean 'sex'"),
        ({"sex": "other"}, "unknown level of sex 'other'"),
        ({"sex": 1}, "unknown level of sex '1'"),
        ({"age": "old"}, "variable age: found 'old', a number is needed"),
        ({"age": 30.5}, "an integer is needed"),
        ({"age": -1}, "variable age: found -1, allowed"),
        ({"age": True}, "a number is needed"),
        ({"income": float("nan")}, "a finite number is needed"),
        ({"internet": 1}, "variable internet: found 1, allowed: True, False"),
        ({"household": 3}, "household is part of the layout"),
        ({"role": "child"}, "role is part of the layout"),
    ],
)
def test_what_a_variable_cannot_be_is_refused(town, values, sentence):
    with pytest.raises(InputError, match=sentence):
        town.do(values)


def test_people_who_do_not_exist_are_refused(town):
    with pytest.raises(InputError, match=f"person {PEOPLE} does not exist"):
        town.do({"sex": "male"}, people=[0, PEOPLE])
    with pytest.raises(InputError, match="person -1 does not exist"):
        town.do({"sex": "male"}, people=[-1])
    with pytest.raises(InputError, match="integers are needed"):
        town.do({"sex": "male"}, people=[1.5])
    with pytest.raises(InputError, match="integers are needed"):
        town.arrays(0.5, 10)
    for start, stop in ((-1, 5), (5, PEOPLE + 1), (9, 5)):
        with pytest.raises(InputError, match="allowed are 0 to"):
            town.arrays(start, stop)


@pytest.mark.parametrize("size", [0, -5, 2.5, True, "many", 1 << 35])
def test_a_size_that_cannot_be_is_refused(size):
    with pytest.raises(InputError, match="size of a population"):
        Population("china-2020", size)


@pytest.mark.parametrize("seed", [1.5, True, "x"])
def test_a_seed_that_cannot_be_is_refused(seed):
    with pytest.raises(InputError, match="seed of a population"):
        Population("china-2020", 10, seed=seed)


@pytest.mark.parametrize("size", [1, 2, 1023, 1024, 1025])
def test_the_last_grid_is_cut_at_the_size(everybody, size):
    cut = Population("china-2020", size, seed=5).arrays()
    assert same(cut, {name: values[:size] for name, values in everybody.items()})


def test_a_society_survives_pickling(town, everybody):
    again = pickle.loads(pickle.dumps(town.do({"sex": "male"}, people=[4])))
    assert same(again.arrays(0, 2000), town.do({"sex": "male"}, people=[4]).arrays(0, 2000))


def test_a_recipe_object_is_a_recipe(everybody):
    assert same(Population(Recipe.load("china_2020"), 100, seed=5).arrays(), {k: v[:100] for k, v in everybody.items()})
