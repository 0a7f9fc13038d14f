"""Small hand-made cases whose answers are known by construction: schemes, ledgers, and what people are shown."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from synthetic import draws
from synthetic.ledger import Ledger
from testbed.disclosures.base import Disclosure
from testbed.models.base import Scores

N, GRID = 4_000, 100
KINDS = ("late", "kind")


def coin(name, p=0.5, seed=11, n=N):
    return (draws.uniform(draws.dense(seed, name, 0, n)) < p).astype(np.int32)


class Points:
    """A little rule book: -2 for each late payment, +1 for each kindness; adverse under 0, favored above 1."""

    row_wise = True
    weights = np.array([-2.0, 1.0])
    reads = KINDS
    rules = tuple(
        SimpleNamespace(name=name, column=name, reads=(name,), points=SimpleNamespace(value=value))
        for name, value in zip(KINDS, weights, strict=True)
    )

    def contributions(self, records):
        parts = records[list(KINDS)].to_numpy() * self.weights
        return parts.sum(axis=1), parts

    def answer(self, records, coins):
        score, parts = self.contributions(records)
        row, rule = np.nonzero(parts)
        told = {
            "person": records.index.to_numpy()[row],
            "rule": np.array(KINDS)[rule],
            "contribution": parts[row, rule],
        }
        return Scores(score, ((score > 1).astype(int) - (score < 0)).astype(np.int8), pd.DataFrame(told))


class Lottery:
    """Its score is a draw, anew at each asking."""

    row_wise = False

    def answer(self, records, coins):
        score = draws.uniform(draws.sparse(5, f"lottery:{coins}", draws.pack(records.index.to_numpy())))
        return Scores(score, ((score > 0.9).astype(int) - (score < 0.1)).astype(np.int8))


class Secret:
    """Keyed on ids, and nothing else."""

    row_wise = False

    def answer(self, records, coins):
        score = draws.uniform(draws.sparse(6, "secret", draws.pack(records.index.to_numpy())))
        return Scores(score, -(score < 0.2).astype(np.int8))


class Bits:
    """Adverse where both the visible bit and one that nobody sees are set."""

    row_wise = True

    def answer(self, records, coins):
        return Scores(-1.0 * (both := (records["late"] & records["unseen"]).to_numpy()), -both.astype(np.int8))


def ledger(record, noticed, end):
    """One entry for every count, of the record alone."""
    person, kind = np.nonzero(record)
    many = record[person, kind]
    subject, kind = np.repeat(person, many), np.repeat(kind, many)
    columns = {"subject": subject, "kind": kind, "real": np.ones(len(kind), bool), "start": np.zeros(len(kind), int)}
    return Ledger(
        columns | {"id": np.arange(len(kind)), "end": np.full(len(kind), end), "noticed": noticed(subject)}, KINDS, ()
    )


def make(
    model,
    disclosure,
    *,
    record=None,
    truth=None,
    noticed=lambda subject: np.full(len(subject), -1),
    end=99,
    unseen=None,
):
    """A case of N people in clusters of GRID, one period; the record defaults to the truth."""
    truth = np.column_stack([coin("late"), coin("kind") + coin("kinder")]) if truth is None else truth
    record = truth if record is None else record
    people = pd.DataFrame({"age": 20 + np.arange(N) % 40}, index=pd.RangeIndex(N, name="person"))
    records = pd.DataFrame(record.astype(np.int32), index=people.index, columns=list(KINDS))
    records = records if unseen is None else records.assign(unseen=unseen)
    answer = model.answer(records, 0)
    history = SimpleNamespace(
        kinds=KINDS,
        true_counts=lambda t: truth,
        decision=lambda t: answer.decision,
        ledger=ledger(record, noticed, end),
    )
    adverse = tuple(SimpleNamespace(name=name, adverse=name == "late") for name in KINDS)
    asked = []

    def ask(rows, *, coins=0):
        asked.append((len(rows), coins))
        return model.answer(rows, coins)

    shown = disclosure if isinstance(disclosure, Disclosure) else Disclosure.load(disclosure)
    grids = np.arange(N) // GRID
    return SimpleNamespace(
        people=people, records=records, scored=np.ones(N, bool), scores=answer, reasons=answer.reasons, history=history,
        model=model, seed=3, scheme=SimpleNamespace(
            scorer=SimpleNamespace(model=model), decide=None, needs=(), row_wise=getattr(model, "row_wise", False)
        ),
        periods=1, clusters=grids, society=SimpleNamespace(grids=grids), disclosure=shown, ask=ask, asked=asked,
        scenario=SimpleNamespace(held=("age",), compared=(), regime=None, conduct=adverse),
    )  # fmt: skip


def shown(**rights):
    return Disclosure.load("closed").set({f"disclosure.{right}": value for right, value in rights.items()})


PUBLISHED = {"rules": True, "weights": True, "cutoffs": True, "notice_of_decision": True}
