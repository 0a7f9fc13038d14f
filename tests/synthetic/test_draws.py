"""Addressable draws: known answers, and the properties on which every twin rests."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic import draws
from synthetic.errors import InputError

MASK = (1 << 64) - 1


def philox4x64(counter: tuple[int, ...], key: tuple[int, ...], rounds: int = 10) -> tuple[int, ...]:
    """Philox4x64 in plain integers (Salmon, Moraes, Dror and Shaw 2011, section 3.3)."""
    (a, b, c, d), (k, m) = counter, key
    for _ in range(rounds):
        first, second = 0xD2E7470EE14C6C93 * a, 0xCA5A826395121157 * c
        a, b, c, d = (second >> 64) ^ b ^ k, second & MASK, (first >> 64) ^ d ^ m, first & MASK
        k, m = (k + 0x9E3779B97F4A7C15) & MASK, (m + 0xBB67AE8584CAA73B) & MASK
    return a, b, c, d


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        (
            (0, 0, 0, 0),
            (0, 0),
            (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
        ),
        (
            (MASK,) * 4,
            (MASK,) * 2,
            (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
        ),
        (
            (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
            (0x452821E638D01377, 0xBE5466CF34E90C6C),
            (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
        ),
    ],
)
def test_the_reference_cipher_gives_the_known_answers_of_random123(counter, key, answer):
    assert philox4x64(counter, key) == answer


def test_dense_words_are_philox_at_the_counter_after_the_stated_one():
    key = draws.stream_key(5, "age")
    words = draws.dense(5, "age", 0, 12, period=7, k=3)
    expected = [word for block in range(3) for word in philox4x64((block + 1, 7, 3, 0), key)]
    assert [int(word) for word in words] == expected


def test_halves_are_the_lower_and_upper_halves_of_words_at_a_counter_of_their_own():
    key = draws.stream_key(5, "age")
    words = draws.halves(5, "age", 0, 24, period=7, k=3)
    whole = [word for block in range(3) for word in philox4x64((block + 1, 7, 3, 1), key)]
    assert words.dtype == np.uint32
    assert [int(word) for word in words] == [half for word in whole for half in (word & 0xFFFFFFFF, word >> 32)]


def test_stream_keys_do_not_move_between_versions():
    assert draws.stream_key(0, "age") == (0xC706F0C7AE510BED, 0x997887ED2141EAA8)
    assert draws.stream_key(0, "age") != draws.stream_key(1, "age")
    assert draws.stream_key(1, "1age") != draws.stream_key(11, "age")


@pytest.mark.parametrize("start", [0, 1, 2, 3, 4, 1021, 4096])
@pytest.mark.parametrize("length", [1, 2, 5, 64])
def test_a_range_is_the_same_range_cut_out_of_a_larger_one(start, length):
    whole = draws.dense(1, "a", 0, 5000, period=2)
    assert (draws.dense(1, "a", start, start + length, period=2) == whole[start : start + length]).all()
    whole = draws.halves(1, "a", 0, 5000, period=2)
    assert (draws.halves(1, "a", start, start + length, period=2) == whole[start : start + length]).all()


def test_an_empty_range_has_no_words():
    assert len(draws.dense(1, "a", 7, 7)) == 0
    assert len(draws.halves(1, "a", 7, 7)) == 0


def chi_square(values, cells):
    counts = np.bincount(values, minlength=cells)
    expected = len(values) / cells
    return float(((counts - expected) ** 2 / expected).sum())


def kinds_of_words(n):
    people = np.arange(n)
    return {
        "dense": draws.dense(3, "u", 0, n),
        "dense over periods": np.concatenate([draws.dense(3, "u", 0, n // 64, period=t) for t in range(64)]),
        "two halves": draws.halves(3, "u", 0, 2 * n).reshape(2, n).T @ np.array([1, 1 << 32], np.uint64),
        "sparse over people": draws.sparse(3, "u", draws.pack(people)),
        "sparse over periods": draws.sparse(3, "u", draws.pack(people // 1000, people % 1000)),
        "sparse over kinds and k": draws.sparse(
            3, "u", draws.pack(people // 65_536, 0, people % 256, people // 256 % 256)
        ),
    }


@pytest.mark.parametrize("name", kinds_of_words(64))
@pytest.mark.parametrize("shift", [0, 28, 56])
def test_words_are_uniform_in_their_high_middle_and_low_bits(name, shift):
    n = 1 << 17
    byte = ((kinds_of_words(n)[name] >> np.uint64(shift)) & np.uint64(255)).astype(int)
    assert abs(chi_square(byte, 256) - 255) < 5 * np.sqrt(2 * 255)


@pytest.mark.parametrize("name", kinds_of_words(64))
def test_neighboring_words_are_independent(name):
    words = kinds_of_words(1 << 17)[name]
    cell = (words >> np.uint64(60)).astype(int)
    assert abs(chi_square(cell[:-1] * 16 + cell[1:], 256) - 255) < 5 * np.sqrt(2 * 255)


def test_one_flipped_bit_of_an_address_flips_half_the_bits_of_its_word():
    n = 4000
    address = draws.sparse(9, "addresses", draws.pack(np.arange(n)))
    base = draws.sparse(1, "a", address)
    for bit in range(64):
        flipped = base ^ draws.sparse(1, "a", address ^ np.uint64(1 << bit))
        share = np.array([((flipped >> np.uint64(k)) & np.uint64(1)).mean() for k in range(64)])
        assert np.abs(share - 0.5).max() < 6 * 0.5 / np.sqrt(n)


@pytest.mark.parametrize(
    "pair", [((1, "a"), (2, "a")), ((1, "a"), (1, "b")), ((1, "a"), (1, "a1")), ((0, "a"), (1, "a"))]
)
def test_streams_are_independent(pair):
    n = 1 << 16
    address = draws.pack(np.arange(n))
    for make in (
        lambda seed, name: draws.dense(seed, name, 0, n),
        lambda seed, name: draws.sparse(seed, name, address),
    ):
        one, two = (draws.uniform(make(*stream)) - 0.5 for stream in pair)
        assert abs((one * two).mean() * 12) < 5 / np.sqrt(n)
        cell = (make(*pair[0]) >> np.uint64(60)).astype(int) * 16 + (make(*pair[1]) >> np.uint64(60)).astype(int)
        assert abs(chi_square(cell, 256) - 255) < 5 * np.sqrt(2 * 255)


def test_dense_and_sparse_draws_of_one_stream_are_independent():
    n = 1 << 16
    one = draws.uniform(draws.dense(1, "a", 0, n)) - 0.5
    two = draws.uniform(draws.sparse(1, "a", draws.pack(np.arange(n)))) - 0.5
    assert abs((one * two).mean() * 12) < 5 / np.sqrt(n)


def test_a_sparse_word_does_not_depend_on_its_company():
    address = draws.pack(np.arange(1000), 3, 2, 1)
    whole = draws.sparse(1, "a", address)
    assert (draws.sparse(1, "a", address[::-7]) == whole[::-7]).all()


def test_packed_addresses_are_distinct():
    person, period, kind, k = np.meshgrid([0, 1, (1 << 34) - 1], [0, 1, 1023], [0, 1, 255], [0, 1, 4095])
    assert len(np.unique(draws.pack(person, period, kind, k))) == 81


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((1 << 34,), "person 17179869184 is outside"),
        ((0, 1024), "period 1024 is outside"),
        ((0, 0, [3, 256]), "kind 256 is outside"),
        ((0, 0, 0, -1), "k -1 is outside"),
    ],
)
def test_an_address_that_does_not_fit_is_refused(parts, sentence):
    with pytest.raises(InputError, match=sentence):
        draws.pack(*parts)


def test_uniforms_lie_in_the_half_open_unit_interval():
    ends = draws.uniform(np.array([0, MASK], np.uint64))
    assert ends[0] == 0.0
    assert ends[1] < 1.0


def test_derived_seeds_differ_by_name_and_from_their_neighbors():
    seeds = [draws.derive(seed, name) for seed in range(50) for name in ("training", "pool", "")]
    assert len(set(seeds)) == 150
    assert all(0 <= seed < 1 << 63 for seed in seeds)


def test_candidates_are_poisson_and_fall_evenly_on_people():
    people, _ = draws.candidates(4, "acts", np.arange(3000), 5, 0.002)
    counts = np.bincount(people // draws.GRID, minlength=3000)
    mean = 1024 * 0.002
    assert abs(counts.mean() - mean) < 5 * np.sqrt(mean / 3000)
    assert abs(counts.var() - mean) < 5 * np.sqrt((mean + 2 * mean**2) / 3000)
    place = people % draws.GRID // 64
    assert abs(chi_square(place, 16) - 15) < 5 * np.sqrt(30)


def test_candidates_of_a_grid_do_not_depend_on_the_grids_asked_for():
    people, k = draws.candidates(4, "acts", np.arange(64), 5, 0.01)
    alone, alone_k = draws.candidates(4, "acts", 17, 5, 0.01)
    here = people // draws.GRID == 17
    assert (people[here] == alone).all()
    assert (k[here] == alone_k).all()


def test_a_raised_acceptance_only_adds_events():
    people, k = draws.candidates(4, "acts", np.arange(64), 5, 0.05)
    coins = draws.uniform(draws.sparse(4, "accept", draws.pack(people, 5, 0, k)))
    few, many = coins * 0.05 < 0.01, coins * 0.05 < 0.02
    assert (many | ~few).all()
    assert few.sum() < many.sum()


def test_a_rate_of_zero_has_no_candidates():
    assert len(draws.candidates(4, "acts", np.arange(64), 5, 0.0)[0]) == 0
