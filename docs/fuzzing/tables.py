"""Edited tables: of predictions, of people, of scores, as CSV and Parquet."""

from __future__ import annotations

import io
import tomllib
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd

from fuzzing.edits import CELLS, TEXTS, bytes_edited, rows_edited, toml, tree_edited
from fuzzing.people import BOOK, MODELED, people
from fuzzing.toml_files import DRAFTS, FEW, SMALL, audited, tree_of


def rows() -> list[list[str]]:
    """The table of people as rows of text, with its header."""
    return [line.split(",") for line in people().to_csv(index=False).splitlines()]


def csv_bytes(chance: Random) -> bytes:
    """The table of people as CSV after an edit."""
    text = "\n".join(",".join(row) for row in rows_edited(rows(), chance)) + "\n"
    data = text.encode("utf-8", "surrogatepass")
    return bytes_edited(data, chance) if chance.random() < 0.4 else data


COLUMNS = {
    "booleans": lambda n: pd.array([True, False, None] * n, dtype="boolean")[:n],
    "dates": lambda n: pd.date_range("2020", periods=n),
    "dates with zones": lambda n: pd.date_range("2020", periods=n, tz="Asia/Shanghai"),
    "durations": lambda n: pd.to_timedelta(np.arange(n), unit="s"),
    "categories": lambda n: pd.Categorical(["a", "b"] * n, categories=["b", "a", "c"])[:n],
    "lists": lambda n: [[1, 2]] * n,
    "tables": lambda n: [{"a": 1}] * n,
    "bytes": lambda n: [b"a\xff"] * n,
    "nothing": lambda n: [None] * n,
    "nan": lambda n: np.full(n, np.nan),
    "infinity": lambda n: np.full(n, np.inf),
    "large": lambda n: np.full(n, 2**63 - 1),
    "unsigned": lambda n: np.full(n, 2**64 - 1, np.uint64),
    "small floats": lambda n: np.linspace(0, 1, n).astype(np.float16),
    "texts": lambda n: [TEXTS[at % len(TEXTS)] for at in range(n)],
    "numbers as texts": lambda n: [str(at % 2) for at in range(n)],
    "one value": lambda n: np.zeros(n, int),
}
"""Columns of a Parquet file, by what is odd about them."""


def parquet_bytes(chance: Random) -> bytes:
    """The table of people as Parquet, with odd columns, or with edited bytes."""
    frame = people().iloc[: chance.choice((0, 1, 2, 40, 40, 40))].copy()
    for name in chance.sample(list(frame), chance.choice((0, 1, 2))):
        frame[name] = chance.choice(list(COLUMNS.values()))(len(frame))
    frame = frame.rename(columns={chance.choice(list(frame)): chance.choice(TEXTS)}) if chance.random() < 0.2 else frame
    out = io.BytesIO()
    try:
        frame.to_parquet(out, index=chance.random() < 0.3)
    except (ValueError, TypeError):  # two columns of one name: nobody can write them
        people().to_parquet(out)
    return bytes_edited(out.getvalue(), chance) if chance.random() < 0.4 else out.getvalue()


def _table(chance: Random, file: str) -> list[str]:
    """A command about a table: the usual one, with some options left out, changed or added."""
    words = ["table", file]
    usual = [("--outcome", "y"), ("--prediction", "p"), ("--groups", chance.choice(("sex", "sex,job", "sex*job")))]
    more = [
        ("--score", "s"), ("--threshold", "0.5"), ("--weights", "w"), ("--counts", "n"), ("--positive", "1"),
        ("--clusters", "home"), ("--control", "degree"), ("--features", "hours,income"), ("--reference", "sex=male"),
        ("--missing", "drop"), ("--minimum", "5"), ("--equivalent", "statistical_parity_difference=0.1"),
        ("--out", "out"), ("--stream", ""), ("--whole", ""), ("--measures", "*_difference"),
    ]  # fmt: skip
    if chance.random() < 0.15:
        return [*words, "--model", chance.choice(("book.toml", "logistic", "boosting")), *MODELED]
    for option, given in [*usual, *chance.sample(more, chance.choice((0, 1, 2, 3)))]:
        if chance.random() < 0.06 and given:
            given = chance.choice((*CELLS, *people()))
        words += [f"{option}={given}"] if given else [option]
    return words


def tables(chance: Random, folder: Path) -> list[str]:
    """An edited CSV table and a command that audits it."""
    (folder / "book.toml").write_text(BOOK, encoding="utf-8")
    (folder / "t.csv").write_bytes(csv_bytes(chance))
    return _table(chance, "t.csv")


def parquet(chance: Random, folder: Path) -> list[str]:
    """An edited Parquet table and a command that audits it."""
    (folder / "book.toml").write_text(BOOK, encoding="utf-8")
    (folder / "t.parquet").write_bytes(parquet_bytes(chance))
    return _table(chance, "t.parquet") if chance.random() < 0.8 else ["people", "--describe", "t.parquet"]


def described(chance: Random, folder: Path) -> list[str]:
    """The draft of a declaration for an edited table."""
    (folder / "t.csv").write_bytes(csv_bytes(chance))
    return ["people", "--describe", "t.csv", *(["--out", "t.toml"] if chance.random() < 0.5 else [])]


@cache
def _declared() -> str:
    from testbed.tables import describe

    file = Path("declared.csv")
    people().to_csv(file, index=False)
    try:
        return describe(str(file))
    finally:
        file.unlink()


def living(chance: Random, folder: Path) -> list[str]:
    """A table of people as the recipe of a scenario; the table or its declaration is edited."""
    said = {**tree_of(DRAFTS / "scenario.toml"), "recipe": "t.csv", "channels": ["watch"], "model": "book"}
    del said["dials"]
    said["error"] = {"kind": "slip", "period": 1, "per_1000": 100}
    said["who"] = {"held": ["age", "hours"], "compared": ["sex"]}
    said["decide"] = {"adverse": {"worst_share": 0.2}, "outcome": chance.choice(("deserved", "column:s:above:0.5"))}
    (folder / "town.toml").write_text(toml(said), encoding="utf-8")
    watch = {**tree_of(DRAFTS / "channel.toml"), "kinds": ["slip"], "mistakes": "job", "among": "society"}
    del watch["searched"]
    slip = {key: held for key, held in tree_of(DRAFTS / "conduct.toml").items() if key not in ("depends", "sources")}
    (folder / "watch.toml").write_text(toml(watch).replace("my-source", "watch-source"), encoding="utf-8")
    (folder / "slip.toml").write_text(toml(slip), encoding="utf-8")
    (folder / "book.toml").write_text(BOOK, encoding="utf-8")
    table, declared = people().to_csv(index=False).encode(), _declared().encode()
    if chance.random() < 0.5:
        table = csv_bytes(chance)
    elif chance.random() < 0.5:
        declared = bytes_edited(declared, chance)
    else:
        declared = toml(tree_edited(tomllib.loads(declared.decode()), chance)).encode()
    (folder / "t.csv").write_bytes(table)
    (folder / "t.toml").write_bytes(declared)
    words = audited("town.toml", chance)
    return (
        [*(word for word in words if word not in SMALL), "--people", "20", "--periods", "3"]
        if words[0] != "show"
        else words
    )


def scores(chance: Random, folder: Path) -> list[str]:
    """An edited table of scores as a model."""
    made = [["person", "score"], *([str(at), str(round(chance.random(), 3))] for at in range(50))]
    text = "\n".join(",".join(row) for row in rows_edited(made, chance)).encode("utf-8", "surrogatepass")
    (folder / "scores.csv").write_bytes(bytes_edited(text, chance) if chance.random() < 0.4 else text)
    return ["audit", "rongcheng", *SMALL, *FEW, "--model", "scores.csv"]
