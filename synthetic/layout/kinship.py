"""Sex and age of the members of a household, drawn along its kin ties.

The head is drawn first, then the partner given the head, children given the younger of the two, and parents given the
head. Every conditional law is a base shape (age at parenthood, age difference of partners, leaving home)
times a tilt for each sex and five-year band, so that one table of 2 x 17 tilts for each kind of place, found by
`python -m synthetic.export.calibrate`, fits the people there to the census pyramid (exponential tilting,
Csiszar 1975). A child is at least 15 years younger than its parents and a parent 15 years older than the head
in every cell of the tables, so no household needs repair.

Laws are stored as quantile tables of small integers, so a draw is one look-up. A cell is sex * 128 + age.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError
from synthetic.layout.households import Members
from synthetic.variables import Column, Numbers

ROLES = ("head", "partner", "child", "parent of head", "other")
LETTERS = "HPCRO"
OLDEST = 100
BAND = np.minimum(np.arange(128) // 5, 16)
"""The five-year band of each age; the last is 80 and over."""

_AGES = np.arange(128)
_GENERATION = 15
_ADULT = 18


def band_of(cells: Column) -> NDArray[np.int64]:
    """The sex and five-year band of each cell, as sex * 17 + band."""
    return np.asarray((cells >> 7) * 17 + BAND[cells & 127])


def quantiles(weights: NDArray[np.float64], cells: int) -> NDArray[np.int16]:
    """The index at each of `cells` evenly spaced ranks, for each row of weights; a row of zeros gives -1.

    >>> quantiles(np.array([[1.0, 0.0, 3.0]]), 4)
    array([[0, 2, 2, 2]], dtype=int16)
    """
    totals = np.cumsum(weights, axis=-1)
    ranks = (np.arange(cells) + 0.5) / cells
    table = np.full((len(weights), cells), -1, np.int16)
    for row, total in enumerate(totals):
        if total[-1] > 0:
            table[row] = np.searchsorted(total, ranks * total[-1], side="right")
    return table


@dataclass(frozen=True)
class Kinship:
    """The laws of sex and age in a household of one kind of place, given its composition, as quantile tables.

    `tilts` holds the logarithms of the weights of men and women by five-year band.
    """

    compositions: tuple[str, ...]
    numbers: Numbers
    tilts: tuple[NDArray[np.float64], NDArray[np.float64]]

    @cached_property
    def tilt(self) -> NDArray[np.float64]:
        """The weight of each cell: the tilt of its sex and band, declining with age after 80."""
        n = self.numbers
        tilts = np.exp(np.asarray(self.tilts))
        decline = np.exp(-n.old_age_decline * np.maximum(_AGES - 80, 0))
        weights: NDArray[np.float64] = tilts[:, BAND] * decline * (_AGES <= OLDEST)
        return weights

    def _generation(self, gap: Column) -> NDArray[np.float64]:
        n = self.numbers
        shape = np.exp(-0.5 * ((gap - n.parenthood_age) / n.parenthood_spread) ** 2)
        weights: NDArray[np.float64] = shape * ((gap >= _GENERATION) & (gap <= 50))
        return weights

    @cached_property
    def child(self) -> NDArray[np.float64]:
        """Weights of a child's cell, for each age of the younger parent."""
        n = self.numbers
        home = n.late_leavers + (1 - n.late_leavers) / (1 + np.exp((_AGES - n.leaving_age) / 2.0))
        ages = self._generation(_AGES[:, None] - _AGES[None, :]) * home
        return np.concatenate([ages * self.tilt[0], ages * self.tilt[1]], axis=1)

    @cached_property
    def parent(self) -> NDArray[np.float64]:
        """Weights of a parent's cell, for each age of the head."""
        ages = self._generation(_AGES[None, :] - _AGES[:, None])
        return np.concatenate([ages * self.tilt[0], ages * self.tilt[1]], axis=1)

    @cached_property
    def partner(self) -> NDArray[np.float64]:
        """Weights of a partner's cell, for each cell of the other; partners differ in sex."""
        n = self.numbers
        older = _AGES[:, None] - _AGES[None, :]
        grown = (_AGES >= _ADULT) & (_AGES <= OLDEST)
        made = np.zeros((256, 256))
        for sex, sign in ((0, 1), (1, -1)):
            shape = np.exp(-0.5 * ((sign * older - n.partner_gap) / n.partner_gap_spread) ** 2)
            other = 1 - sex
            made[sex * 128 : sex * 128 + 128, other * 128 : other * 128 + 128] = shape * grown * self.tilt[other]
        return made

    @cached_property
    def head(self) -> NDArray[np.float64]:
        """Weights of the head's cell, for each composition."""
        n = self.numbers
        grown = (_AGES >= _ADULT) & (_AGES <= OLDEST)
        married = 1 / (1 + np.exp(-(_AGES - n.marriage_age) / 2.0))
        rooms = {
            "P": self.partner.sum(1).reshape(2, 128) * married,
            "C": self.child.sum(1),
            "R": self.parent.sum(1),
            "O": np.ones(128),
        }
        made = np.zeros((len(self.compositions), 256))
        for row, letters in enumerate(self.compositions):
            base = grown * self.tilt
            for letter in letters[1:]:
                base = base * rooms[letter]
            men = n.men_head_couples if "P" in letters else n.men_head_alone
            share = base.sum(1, keepdims=True)
            made[row] = (base / np.where(share > 0, share, 1) * np.array([[men], [1 - men]])).ravel()
        return made

    @cached_property
    def tables(self) -> dict[str, NDArray[np.int16]]:
        """The quantile tables in which cells are looked up."""
        for letters, weights in zip(self.compositions, self.head):
            if not weights.sum() > 0:
                raise InputError(f"households {letters}: no age of the head is possible at these dials.")
        return {
            "head": quantiles(self.head, 4096),
            "partner": quantiles(self.partner, 512),
            "child": quantiles(self.child, 1024),
            "parent": quantiles(self.parent, 512),
            "other": quantiles(self.tilt.reshape(1, -1), 4096),
        }


@dataclass(frozen=True)
class KinshipByPlace:
    """The laws of several kinds of places; their tables are stacked, so that a draw is still one look-up."""

    places: tuple[Kinship, ...]

    @cached_property
    def tables(self) -> dict[str, NDArray[np.int16]]:
        """The quantile tables of all places, those of the first place on top."""
        each = [kinship.tables for kinship in self.places]
        return {name: np.concatenate([tables[name] for tables in each]) for name in each[0]}

    def cells(
        self, place: Column, composition: Column, role: Column, words: NDArray[np.uint32], members: Members
    ) -> Column:
        """The cell of every person, from the place and composition of each household, and each person's role and
        32-bit word."""
        tables, heights = self.tables, {name: len(self.tables[name]) // len(self.places) for name in self.tables}

        def drawn(name: str, row: Column | int, people: NDArray[np.int64], there: Column) -> NDArray[np.int16]:
            below = np.multiply(there, heights[name], dtype=np.int64)
            return _look_up(tables[name], np.add(below, row, out=below), words.take(people))

        made = np.empty(len(role), np.int16)
        first = members.layout.first
        head = drawn("head", composition, first, place)
        made[first] = head
        person, house = members.where(role == 1)
        partner = drawn("partner", head.take(house), person, place.take(house))
        made[person] = partner
        younger = head & 127
        younger[house] = np.minimum(younger.take(house), partner & 127)
        person, house = members.where(role == 2)
        made[person] = drawn("child", younger.take(house), person, place.take(house))
        person, house = members.where(role == 4)
        made[person] = drawn("other", 0, person, place.take(house))
        person, house = members.where(role == 3)
        if len(person):
            second = np.zeros(len(person), np.bool_)
            second[1:] = house[1:] == house[:-1]
            one, there = person[~second], place.take(house[~second])
            made[one] = drawn("parent", head[house[~second]] & 127, one, there)
            two, there = person[second], place.take(house[second])
            cell = drawn("partner", made[two - 1], two, there)
            age = np.maximum(cell & 127, (head[house[second]] & 127) + _GENERATION)
            made[two] = (cell & 128) | np.minimum(age, 127)
        return made


def _look_up(table: NDArray[np.int16], row: Column | int, words: NDArray[np.uint32]) -> NDArray[np.int16]:
    """The entry at each word's place in its row of a quantile table, whose width is a power of 2."""
    width = table.shape[1]
    cell = (words >> np.uint32(33 - width.bit_length())).astype(np.int64)
    cell += np.multiply(row, width, dtype=np.int64)
    return table.ravel().take(cell)
