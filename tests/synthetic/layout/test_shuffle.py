"""Permutations by address: onto, undone, inside their blocks, and like chance."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic import Population
from synthetic.layout.shuffle import Shuffle


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, 1024, 4097])
@pytest.mark.parametrize("block", [None, 64, 1024])
def test_every_place_is_taken_once_and_inside_its_block(size, block):
    shuffle, ids = Shuffle(3, "x", size, block=block), np.arange(size)
    places = shuffle.to(ids)
    assert (np.sort(places) == ids).all()
    assert (shuffle.back(places) == ids).all()
    assert (places // (block or size) == ids // (block or size)).all()
    start, end = shuffle.bounds(ids)
    assert (start <= places).all()
    assert (places < end).all()


def test_a_place_does_not_depend_on_company_or_order():
    shuffle = Shuffle(3, "x", 10**9)
    ids = np.array([999_999_999, 0, 5 * 10**8])
    assert shuffle.to(ids).tolist() == [int(shuffle.to([one])[0]) for one in ids]
    assert shuffle.back(shuffle.to(ids)).tolist() == ids.tolist()


def test_another_seed_name_or_block_is_another_permutation():
    ids = np.arange(2048)
    base = Shuffle(1, "x", 2048, block=1024).to(ids)
    assert (Shuffle(2, "x", 2048, block=1024).to(ids) != base).mean() > 0.9
    assert (Shuffle(1, "y", 2048, block=1024).to(ids) != base).mean() > 0.9
    assert (base[:1024] != base[1024:] - 1024).mean() > 0.9


def test_a_block_does_not_depend_on_the_size_of_the_society():
    ids = np.arange(2048)
    assert (Shuffle(1, "x", 5000, block=1024).to(ids) == Shuffle(1, "x", 9000, block=1024).to(ids)).all()


def test_cities_are_blocks_of_their_own_each_with_its_own_permutation():
    town = Population("china-2020", 300 * 1024 + 100, seed=8)
    shuffle, ids = Shuffle(3, "x", town.size, block=town.cities), np.arange(town.size)
    city, places = town.arrays(names=["city"])["city"], shuffle.to(ids)
    assert (np.sort(places) == ids).all()
    assert (shuffle.back(places) == ids).all()
    assert (city[places] == city).all()
    assert len(np.unique(city)) > 5
    scattered = np.array([300_000, 5, 77_777])
    assert shuffle.to(scattered).tolist() == places[scattered].tolist()
    larger = Shuffle(3, "x", 2 * town.size, block=town.cities)
    whole = ids < shuffle.bounds(ids[-1:])[0]
    assert (larger.to(ids[whole]) == places[whole]).all()


@pytest.mark.parametrize("size", [16, 100, 1024])
def test_places_and_pairs_of_places_are_as_likely_as_by_chance(size):
    runs = 4000
    places = Shuffle(1, "x", size * runs, block=size).to(np.arange(size * runs)).reshape(runs, size) % size
    for one, two in ((0, 1), (0, size // 2), (3, size - 1)):
        counts = np.bincount(places[:, one], minlength=size)
        expected = runs / size
        assert abs(((counts - expected) ** 2 / expected).sum() - (size - 1)) < 5 * np.sqrt(2 * (size - 1))
        gaps = np.bincount((places[:, one] - places[:, two]) % size, minlength=size)
        assert gaps[0] == 0
        expected = runs / (size - 1)
        assert abs(((gaps[1:] - expected) ** 2 / expected).sum() - (size - 2)) < 5 * np.sqrt(2 * (size - 2))
