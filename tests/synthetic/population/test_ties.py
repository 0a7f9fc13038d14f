"""Acquaintances: seen from both ends, as many as the dial says, nearer home, more or less mixed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from synthetic import Population
from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.population.ties import Acquaintances, dials
from synthetic.source import READINGS, sources

PEOPLE = 80 * GRID + 77


def made(**values):
    return {f"ties.acquaintances.{key}": value for key, value in values.items()}


@pytest.fixture(scope="module")
def town():
    return Population("china-2020", PEOPLE, seed=2)


@pytest.fixture(scope="module")
def columns(town):
    return town.arrays(names=["community", "city"])


@pytest.fixture(scope="module")
def edges(town):
    return Acquaintances(town).edges()


def degrees(pairs):
    return np.bincount(pairs[0], minlength=PEOPLE)


def as_matrix(pairs):
    return sp.csr_array((np.ones(len(pairs[0])), pairs), shape=(PEOPLE, PEOPLE))


def test_every_tie_is_seen_from_both_ends(edges):
    one, two = edges
    forth, back = one * PEOPLE + two, two * PEOPLE + one
    assert (np.sort(back) == forth).all()
    assert (one != two).all()
    assert len(np.unique(forth)) == len(forth)
    assert two.min() >= 0
    assert two.max() < PEOPLE


def test_ties_between_communities_are_seen_from_both_ends_whatever_the_mixing(town, columns):
    one, two = Acquaintances(town, columns, values=made(mixing=0.4)).edges()
    assert (np.sort(two * PEOPLE + one) == one * PEOPLE + two).all()


def test_a_person_asked_alone_has_the_same_acquaintances(town, edges):
    ties = Acquaintances(town)
    for person in (0, 4711, PEOPLE - 1):
        assert ties.of([person])[1].tolist() == edges[1][edges[0] == person].tolist()
    who, whom = ties.of([4711, 0])
    assert whom[who == 1].tolist() == edges[1][edges[0] == 0].tolist()
    start, stop = 30_000, 31_000
    part = (edges[0] >= start) & (edges[0] < stop)
    assert (ties.edges(start, stop)[1] == edges[1][part]).all()


def test_communities_need_not_be_in_memory(town, columns):
    asked = np.array([5, 70_000])
    near = made(mixing=0.3, mean_degree=4)
    held, looked = (Acquaintances(town, given, values=near).of(asked) for given in (columns, None))
    assert [found.tolist() for found in held] == [found.tolist() for found in looked]


@pytest.mark.parametrize("mean", [3, 12, 40])
def test_the_mean_degree_is_the_one_chosen(town, mean):
    found = degrees(Acquaintances(town, values=made(mean_degree=mean)).edges(0, 20_000))[:20_000]
    assert found.mean() == pytest.approx(mean, rel=0.03)


def test_degrees_are_spread_as_chance_and_sociability_make_them(town, edges):
    found, social = degrees(edges), Acquaintances(town).sociability(np.arange(PEOPLE))
    assert social.mean() == pytest.approx(1, abs=0.005)
    for low, high in ((0.5, 0.7), (0.9, 1.1), (1.3, 1.5)):
        here = (social >= low) & (social < high)
        assert found[here].mean() == pytest.approx(12 * (low + high) / 2, rel=0.03)
    # Given sociability w, degree is a sum of coins with mean 12 w; over people the variance of 12 w is added.
    assert 12 * 0.6 + 144 / 12 < found.var() < 12 + 144 / 12 + 2
    alike = degrees(Acquaintances(town, values=made(spread=0)).edges(0, 20_000))[:20_000]
    assert alike.var() < found.var() - 5


def test_nobody_has_more_acquaintances_than_seats_in_circles(town, edges):
    assert degrees(edges).max() <= sum(layer.circle - 1 for layer in Acquaintances(town).layers)


def test_ties_are_near_as_the_dials_say(columns, edges):
    (one, two), city = edges, columns["city"]
    near = one // GRID == two // GRID
    assert near.mean() == pytest.approx(0.5, abs=0.02)
    by_chance = ((np.unique(city, return_counts=True)[1] / PEOPLE) ** 2).sum()
    assert (city[one] == city[two]).mean() == pytest.approx(0.9 + 0.1 * by_chance, abs=0.02)
    assert by_chance < 0.8


@pytest.mark.parametrize(("circle", "least", "most"), [(2, 0.0, 0.02), (12, 0.05, 0.2), (40, 0.2, 0.5)])
def test_larger_circles_close_more_triangles(town, circle, least, most):
    pairs = Acquaintances(town, values=made(circle=circle, in_grid=1, in_city=0)).edges(0, 8 * GRID)
    graph = as_matrix(pairs)[: 8 * GRID, : 8 * GRID]
    degree = graph.sum(axis=1)
    assert least < (graph @ graph).multiply(graph).sum() / (degree * (degree - 1)).sum() < most


def test_mixing_is_monotone_and_keeps_the_mean_degree(town, columns):
    community, crossing, means = columns["community"], [], []
    for mixing in (0, 0.25, 0.5, 1):
        one, two = Acquaintances(town, columns, values=made(mixing=mixing)).edges(0, 30_000)
        crossing.append((community[one] != community[two]).mean())
        means.append(len(one) / 30_000)
    assert crossing[0] == 0
    assert crossing == sorted(crossing)
    assert np.diff(crossing).min() > 0.01
    assert means == pytest.approx([12] * 4, rel=0.04)


def test_ties_are_blind_to_community_where_mixing_is_1(edges, columns):
    community = columns["community"] == 1
    found = degrees(edges)
    error = found.std() * np.sqrt(1 / community.sum() + 1 / (~community).sum())
    assert abs(found[community].mean() - found[~community].mean()) < 4.5 * error
    (one, two), city = edges, columns["city"]
    far = city[one] != city[two]
    mine = community[one[far]]
    shares = [community[two[far]][those].mean() for those in (mine, ~mine)]
    assert shares[0] == pytest.approx(shares[1], abs=0.03)


def test_a_tie_far_up_the_ids_costs_no_more_memory_than_one_at_the_start():
    nation = Population("china-2020", 1 << 30, seed=2)
    ties = Acquaintances(nation)
    person = (1 << 30) - 1
    _, whom = ties.of([person])
    assert len(whom) > 0
    assert (ties.of(whom)[1] == person).sum() == len(whom)


def test_a_society_of_one_has_no_ties():
    assert len(Acquaintances(Population("template", 1, seed=1)).of([0])[0]) == 0


WALKED = {"acquaintances": "test_ties", "kin": "test_kin", "firms": "test_firms"}
"""Where every dial of a section of ties.toml is moved to an end of its range."""


@pytest.mark.parametrize("path", [path for path in dials() if path.startswith("ties.acquaintances.")])
def test_no_dial_of_acquaintances_is_inert(town, columns, path):
    base = Acquaintances(town, columns).edges(0, 500)
    low, high = dials()[path].range
    other = Acquaintances(town, columns, values={path: high if dials()[path].value == low else low}).edges(0, 500)
    assert len(base[1]) != len(other[1]) or (base[1] != other[1]).any()


def test_no_section_of_ties_is_left_out_of_the_walk():
    assert {path.split(".")[1] for path in dials()} == set(WALKED)
    for section, file in WALKED.items():
        text = Path(__file__).with_name(f"{file}.py").read_text(encoding="utf-8")
        assert f'path.startswith("ties.{section}.")' in text


def test_every_number_of_ties_has_a_unit_a_source_a_reading_and_a_range():
    for each in dials().values():
        assert each.unit
        assert each.source in sources()
        assert each.reading in READINGS
        assert each.range is not None
        assert each.range[0] < each.range[1]


def test_wrong_dials_are_refused_in_one_sentence(town):
    with pytest.raises(InputError, match=r"did you mean 'ties\.acquaintances\.mixing'"):
        Acquaintances(town, values={"ties.acquaintances.mixin": 1})
    with pytest.raises(InputError, match="allowed: 0 to 1"):
        Acquaintances(town, values=made(mixing=2))
    with pytest.raises(InputError, match="allowed: at most 1"):
        Acquaintances(town, values=made(in_grid=0.8, in_city=0.4))
