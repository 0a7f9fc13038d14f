"""`audit_table` and `testbed table` with a minimum: no cell of few people, nor the name of so small a group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from testbed import InputError, audit_table
from testbed.commands.cli import main

N = 600
AT = np.arange(N)


def loans() -> pd.DataFrame:
    """Seven people of `Quux`; of those of `a` in the south there are eight, and in the west nobody but four of `b`."""
    group = np.where(AT < 7, "Quux", np.where(AT < 300, "a", "b"))
    place = np.where(((AT >= 7) & (AT < 15)) | (AT % 2 == 1) & (AT > 300), "south", "north").astype(object)
    place[596:] = "Westend"
    return pd.DataFrame({"g": group, "place": place, "y": AT % 3 == 0, "p": AT % 4 < 2, "s": AT % 50 / 50})


def audited(frame=None, **more) -> pd.DataFrame:
    asked = {"groups": "g", "outcome": "y", "prediction": "p", "minimum": 10, **more}
    return audit_table(loans() if frame is None else frame, **asked)


def texts(found: pd.DataFrame) -> str:
    return " ".join(found[["split", "group", "versus", "why"]].to_numpy().ravel())


def hidden(found: pd.DataFrame) -> set[tuple[str, str]]:
    few = found[found["why"] == "fewer than 10 people"]
    assert few["value"].isna().all()
    assert not set(found["n"]) & set(range(1, 10))
    return set(few[["split", "group"]].itertuples(index=False, name=None))


def test_a_group_of_seven_is_neither_counted_nor_named():
    assert "Quux" in texts(audited(minimum=0))
    found = audited(score="s")
    assert "Quux" not in texts(found)
    assert ("g", "under 10 people") in hidden(found)
    assert "curves" not in found.attrs
    kept = found[(found["measure"] == "selection_rate") & (found["group"] == "a")]
    assert kept["value"].item() == (AT[7:300] % 4 < 2).mean()


def test_small_strata_and_small_groups_within_strata_are_not_named_either():
    shown = texts(audited(control="place", minimum=0))
    assert all(word in shown for word in ("a|south", "b|Westend", "Quux|north"))
    found = audited(control="place")
    said = texts(found)
    assert not [word for word in ("Quux", "a|south", "Westend") if word in said]
    assert "a|north" in said
    assert "b|south" in said
    hidden(found)


def test_people_are_counted_where_rows_stand_for_several(tmp_path):
    counted = loans().groupby(["g", "y", "p"]).size().rename("n").reset_index()
    plain, several = audited(), audited(counted, counts="n")
    key = ["measure", "split", "group", "versus"]
    assert hidden(plain) == hidden(several)
    both = plain.merge(several, on=key)
    assert len(both) > 50
    np.testing.assert_allclose(both["value_x"], both["value_y"])
    loans().to_csv(tmp_path / "loans.csv", index=False)
    streamed = audited(tmp_path / "loans.csv", stream=True)
    assert "Quux" not in texts(streamed)
    assert hidden(streamed)


def test_the_command_keeps_small_cells_out_of_its_answer_and_its_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    loans().to_csv("loans.csv", index=False)
    words = ["table", "loans.csv", "--groups", "g", "--outcome", "y", "--prediction", "p", "--score", "s"]
    assert main([*words, "--minimum", "10", "--out", "run"]) == 0
    told = {path.name: path.read_text() for path in (tmp_path / "run").iterdir()} | {"said": capsys.readouterr().out}
    assert "report.html" in told
    assert not [name for name, text in told.items() if "Quux" in text]
    assert "--minimum 10" in told["manifest.json"]
    with pytest.raises(InputError, match="minimum is True; a whole number"):
        audited(minimum=True)
