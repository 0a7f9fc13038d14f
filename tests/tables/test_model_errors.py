"""Planted truths of `audit_model` about errors: what one wrong value does is known from the model's own formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthetic import draws
from testbed import InputError, Scores, audit_model
from testbed.statistics import expand
from testbed.tables.modeled.effects import effects
from testbed.tables.modeled.making import Given, modeled
from testbed.tables.modeled.propagation import error_burden, flip_rate

N = 400
ASSUMED = 'source = "assumed", reading = "assumed", range = [0, 1]'


def people() -> pd.DataFrame:
    """Every combination of two numbers, a category and a group."""
    at = np.arange(N)
    return pd.DataFrame({
        "a": at % 10, "b": (at // 10) % 8, "color": np.array(["red", "green", "blue"])[at % 3],
        "group": np.where(at % 4 == 0, "few", "many"), "home": at // 2,
    })  # fmt: skip


def linear(records: pd.DataFrame) -> Scores:
    """2 a - 3 b; adverse below 0."""
    score = 2.0 * records["a"].to_numpy() - 3.0 * records["b"].to_numpy()
    return Scores(score, np.where(score < 0, -1, 0).astype(np.int8))


def errors(folder: Path, text: str) -> Path:
    """A file of errors."""
    path = folder / "mine.toml"
    path.write_text("schema = 1\n" + text.replace("RATE", f"rate = {{ value = 0.1, {ASSUMED} }}"))
    return path


def found(findings: pd.DataFrame, measure: str, split: str = "all", group: str = "all") -> float:
    """The value of one row."""
    rows = findings[(findings["measure"] == measure) & (findings["split"] == split) & (findings["group"] == group)]
    assert len(rows) == 1, measure
    return float(rows["value"].iloc[0])


def audited(model, folder, text, **more):
    """The findings about errors of the planted people."""
    more = {"features": ["a", "b"], "measures": ["error_*", "flip_*", "most_fragile", "dose_response"], **more}
    return audit_model(model, people(), groups="group", errors=errors(folder, text), **more)


def test_a_linear_model_gives_its_coefficients(tmp_path):
    text = '[errors.a]\nkind = "off_by_unit"\ncolumns = ["a"]\nRATE\n'
    text += '[errors.b]\nkind = "off_by_unit"\nby = 4\ncolumns = ["b"]\nRATE\n'
    findings = audited(linear, tmp_path, text)
    assert found(findings, "error_gain[source=a]") == 2.0
    assert found(findings, "error_gain[source=b]") == -12.0
    assert found(findings, "error_gain") == pytest.approx(-5.0)  # both are as likely
    assert found(findings, "error_gain_size") == pytest.approx(7.0)


def test_a_wrong_value_turns_the_decisions_that_lie_within_its_reach(tmp_path):
    findings = audited(linear, tmp_path, '[errors.b]\nkind = "off_by_unit"\ncolumns = ["b"]\nRATE\n')
    frame = people()
    score = 2 * frame["a"] - 3 * frame["b"]
    near = ((score >= 0) & (score < 3)).mean()
    assert near > 0
    assert found(findings, "flip_rate[source=b]") == near
    assert found(findings, "flip_back_rate[source=b]") == 0
    assert found(findings, "error_burden[source=b]") == pytest.approx(1000 * 0.1 * near)
    assert found(findings, "most_fragile[column=b]") == pytest.approx(1000 * 0.1 * near)
    row = findings[(findings["measure"] == "error_burden") & (findings["split"] == "all")].iloc[0]
    assert row["low"] <= 1000 * 0.1 * near <= row["high"]


def test_a_constant_model_gives_exactly_nothing():
    findings = audit_model(
        lambda records: np.ones(len(records)), people(), features=["a", "b", "color"], groups="group",
        measures=["error_*", "flip_*", "most_fragile", "dose_response"],
    )  # fmt: skip
    known = findings[findings["value"].notna() & ~findings["measure"].str.contains("_p|_detectable")]
    assert len(known) > 30
    assert (known["value"] == 0).all()


def test_the_column_whose_errors_turn_most_decisions_is_named(tmp_path):
    text = '[errors.each]\nkind = "off_by_unit"\ncolumns = "each number"\nRATE\n'
    findings = audited(lambda records: (records["b"] < 4) * 1.0, tmp_path, text)
    assert found(findings, "most_fragile[column=b]") == pytest.approx(1000 * 0.1 * (people()["b"] == 3).mean())


def test_a_ratio_makes_the_errors_of_one_group_as_much_more_frequent(tmp_path):
    text = '[errors.b]\nkind = "off_by_unit"\nby = 8\ncolumns = ["b"]\nRATE\n'
    text += "[errors.b.ratio.group]\nfew = { value = 3, " + ASSUMED.replace("1]", "5]") + " }\n"
    findings = audited(lambda records: (records["b"] < 8) * 1.0, tmp_path, text)  # every wrong value turns a decision
    assert found(findings, "error_burden[kind=off_by_unit]", "group", "few") == pytest.approx(300)
    assert found(findings, "error_burden[kind=off_by_unit]", "group", "many") == pytest.approx(100)
    assert found(findings, "error_burden", "group", "few") == pytest.approx(300, abs=60)


def test_errors_at_twice_the_rate_include_those_at_the_rate(tmp_path):
    text = '[errors.b]\nkind = "off_by_unit"\nby = 8\ncolumns = ["b"]\nRATE\n'
    findings = audited(lambda records: (records["b"] < 8) * 1.0, tmp_path, text)
    doses = [found(findings, f"dose_response[times={one}]") for one in ("0", "0.5", "1", "2", "4")]
    assert doses[0] == 0
    for dose, times in zip(doses, (0, 0.5, 1, 2, 4)):
        assert dose == pytest.approx(100 * times, abs=30)
    assert doses == sorted(doses)


def test_digits_that_change_places_make_the_number_that_the_hand_would_write(tmp_path):
    frame = pd.DataFrame({"n": [12, 77, 305, 8, -41] * 20, "g": ["x", "y"] * 50})
    text = '[errors.n]\nkind = "transposed"\ncolumns = ["n"]\nRATE\n'
    seen: set[tuple[float, ...]] = set()

    def watching(records):
        seen.update(records["n"].tolist())
        return Scores(records["n"].to_numpy(float), np.zeros(len(records), np.int8))

    audit_model(watching, frame, features=["n"], groups="g", errors=errors(tmp_path, text), measures="error_gain")
    assert seen - {12, 77, 305, 8, -41} == {21, 35, 350, -14}


@pytest.mark.parametrize(
    ("error", "allowed"),
    [
        ('kind = "somebody_else"\nwithin = "home"', lambda a: {a - 1 if a % 2 else a + 1}),
        ('kind = "somebody_else"\nnear = 2', lambda a: {a - 2, a - 1, a + 1, a + 2}),
        ('kind = "shifted"\nbatch = 4', lambda a: {a - 1 if a % 4 else a + 3}),
        ('kind = "stale"\nolder = "home"', lambda a: {a // 2}),
    ],
)
def test_another_row_s_value_is_that_of_the_row_named(tmp_path, error, allowed):
    frame = people().assign(a=np.arange(N))
    pairs: list[tuple[int, int]] = []

    def watching(records):
        return Scores(records["a"].to_numpy(float), np.zeros(len(records), np.int8))

    text = f'[errors.a]\n{error}\ncolumns = ["a"]\nRATE\n'
    case, _ = modeled(watching, frame, Given(["a"], "group", errors=errors(tmp_path, text)))
    ((_, effect),) = effects(case)
    pairs = [(a, a + int(gain)) for a, gain in zip(range(N), effect.first.gain) if effect.possible[a]]
    assert len(pairs) > 300
    assert all(wrong in allowed(a) for a, wrong in pairs)


def test_a_wrong_category_is_another_one(tmp_path):
    text = '[errors.c]\nkind = "wrong_category"\ncolumns = ["color"]\nRATE\n'
    findings = audited(lambda seen: (seen["color"] != "red") * 1.0, tmp_path, text, features=["color"])
    frame = people()
    red = (frame["color"] == "red").mean()
    assert found(findings, "flip_back_rate[source=c]") == pytest.approx(red)  # a red one always becomes another
    assert found(findings, "flip_rate[source=c]") == pytest.approx((1 - red) / 2, abs=0.06)


def test_a_model_that_fails_on_missing_values_says_so_in_the_row_and_tells_nobody_s_value(tmp_path):
    def fussy(records):
        if records["a"].isna().any():
            raise ValueError(f"cannot read row {records.iloc[0].to_dict()}")
        return (records["a"] < 5) * 1.0

    text = '[errors.gone]\nkind = "missing"\ncolumns = ["a"]\nRATE\n'
    text += '[errors.off]\nkind = "off_by_unit"\ncolumns = ["a"]\nRATE\n'
    findings = audited(fussy, tmp_path, text)
    row = findings[findings["measure"] == "flip_rate[source=gone]"].iloc[0]
    assert np.isnan(row["value"])
    assert row["why"] == "the model fails on rows with this error"
    assert found(findings, "flip_rate[source=off]") == 0.1
    assert found(findings, "flip_rate") == pytest.approx(0.1)  # what cannot be asked does not count
    filled = audited(fussy, tmp_path, text.replace('kind = "missing"', 'kind = "missing"\nfill = 9'))
    assert found(filled, "flip_rate[source=gone]") == pytest.approx(5 / 9)


def test_a_model_that_fails_on_some_wrong_values_only_is_audited_with_the_rest(tmp_path):
    def fussy(records):
        if (records["a"] > 9).any():
            raise ValueError("ten is not a digit")
        return (records["b"] < 4) * 1.0

    text = '[errors.a]\nkind = "off_by_unit"\ncolumns = ["a"]\nRATE\n'
    text += '[errors.b]\nkind = "off_by_unit"\ncolumns = ["b"]\nRATE\n'
    findings = audited(fussy, tmp_path, text)
    assert findings[findings["measure"] == "flip_rate[source=a]"]["why"].tolist() == [
        "the model fails on rows with this error"
    ]
    assert found(findings, "flip_rate[source=b]") == 0.125
    assert found(findings, "error_burden") == pytest.approx(12.5, abs=5)

    def fussier(records):
        if (records["a"] + records["b"] > 17).any():  # one error alone gives 17 at most
            raise ValueError("too much")
        return (records["b"] < 4) * 1.0

    worse = audited(fussier, tmp_path, text)
    assert found(worse, "flip_rate[source=b]") == 0.125
    assert set(worse[worse["measure"] == "error_burden"]["why"]) == {"the model fails on rows with several errors"}


def test_an_error_crosses_from_one_system_into_the_next(tmp_path):
    text = '[errors.b]\nkind = "off_by_unit"\ncolumns = ["b"]\nRATE\n'
    findings = audited(
        lambda seen: -1.0 * seen["b"], tmp_path, text, threshold=-3.5,
        then=lambda seen: Scores(5.0 * seen["score"].to_numpy(), np.where(seen["decision"] < 0, -1, 0).astype(np.int8)),
    )  # fmt: skip
    assert found(findings, "error_gain") == pytest.approx(-1.0)
    assert found(findings, "error_gain[system=second]") == pytest.approx(-5.0)
    turned = pytest.approx((people()["b"] == 3).mean())
    assert found(findings, "flip_rate") == turned
    assert found(findings, "flip_rate[system=second]") == turned
    own = audited(
        lambda seen: -1.0 * seen["b"], tmp_path, text, threshold=-3.5, then=lambda seen: (seen["b"] < 2) * 1.0
    )
    shared = pytest.approx((people()["b"] == 1).mean())
    assert found(own, "flip_rate[system=second]") == shared  # it reads the same wrong record


def test_a_second_system_that_adds_the_record_to_what_the_first_says_feels_an_error_twice(tmp_path):
    """The first says -b; the second -b too, from the first, and -2 b from the record, of which it also reads a."""
    text = '[errors.b]\nkind = "off_by_unit"\ncolumns = ["b"]\nRATE\n'
    text += '[errors.a]\nkind = "off_by_unit"\nby = 5\ncolumns = ["a"]\nRATE\n'

    def total(seen):
        score = (seen["score"] - 2.0 * seen["b"] + seen["a"]).to_numpy(float)
        return Scores(score, np.where(score < 0, -1, 0).astype(np.int8))

    findings = audited(
        lambda seen: -1.0 * seen["b"], tmp_path, text, threshold=-3.5, then=total,
        measures=["error_gain", "flip_rate", "error_burden"],
    )  # fmt: skip
    assert found(findings, "error_gain") == pytest.approx((-1 + 0) / 2)
    assert found(findings, "error_gain[system=second]") == pytest.approx((-3 + 5) / 2)
    a, b = people()["a"], people()["b"]
    turned = ((a - 3 * b >= 0) & (a - 3 * (b + 1) < 0)).mean()
    assert found(findings, "flip_rate[system=second]") == pytest.approx(turned / 2)
    alone = 0.1 * 0.9 * turned + 0.1 * 0.1 * ((a - 3 * b >= 0) & (a + 5 - 3 * (b + 1) < 0)).mean()
    assert found(findings, "error_burden[system=second]") == pytest.approx(1000 * alone, abs=8)


def test_an_error_that_the_second_system_alone_refuses_still_has_its_effect_on_the_first(tmp_path):
    text = '[errors.b]\nkind = "off_by_unit"\ncolumns = ["b"]\nRATE\n'
    text += '[errors.lost]\nkind = "missing"\ncolumns = ["b"]\nRATE\n'

    def strict(seen):
        if seen["b"].isna().any():
            raise ValueError("a value of b is missing")
        return (seen["b"] < 2) * 1.0

    findings = audited(lambda seen: -1.0 * seen["b"].fillna(9), tmp_path, text, threshold=-3.5, then=strict)
    b = people()["b"]
    of_lost = (b < 4).mean()
    assert found(findings, "flip_rate[source=lost]") == pytest.approx(of_lost)
    assert found(findings, "flip_rate") == pytest.approx((of_lost + (b == 3).mean()) / 2)
    assert found(findings, "flip_rate[system=second]") == pytest.approx((b == 1).mean())
    whole = 1000 * (0.1 * of_lost + 0.9 * 0.1 * (b == 3).mean())
    assert found(findings, "error_burden") == pytest.approx(whole, abs=10)
    assert found(findings, "error_burden[system=second]") == pytest.approx(1000 * 0.1 * (b == 1).mean(), abs=5)


def test_a_model_that_looks_at_other_rows_gets_no_number_of_one_wrong_value():
    findings = audit_model(
        lambda seen: (seen["a"] >= seen["a"].iloc[: len(seen) // 3].max()) * 1.0, people().sort_values("a"),
        features=["a"], groups="group", measures="flip_rate",
    )  # fmt: skip
    assert findings["value"].isna().all()
    assert findings["why"].str.contains("answers otherwise").any()


def test_columns_of_every_type_go_wrong_and_keep_their_type_where_it_can_hold_the_wrong_value():
    at = np.arange(120)
    frame = pd.DataFrame({
        "int": at % 7, "float": at * 0.37 % 5, "bool": at % 2 == 0, "small": (at % 200).astype(np.uint8),
        "category": pd.Categorical(np.array(["u", "v", "w"])[at % 3], ordered=True),
        "nullable": pd.array(at * 13 % 97, dtype="Int64"), "text": np.array(["k", "l", "m"], object)[at % 3],
        "day": pd.date_range("2020-01-01", periods=120), "switch": pd.array(at % 2 == 0, dtype="boolean"),
        "group": np.where(at % 3 == 0, "a", "b"),
    })  # fmt: skip
    frame.loc[50, "float"] = np.inf
    for row, name in enumerate(("float", "category", "nullable", "text", "day", "switch")):
        frame.loc[row, name] = None
    features = [name for name in frame if name != "group"]
    kinds: dict[str, set[str]] = {name: set() for name in features}

    def watching(records):
        for name in features:
            kinds[name].add(str(records[name].dtype))
        return (records["int"].fillna(0).astype(float) > 2) * 1.0

    findings = audit_model(
        watching, frame, features=features, groups="group", measures=["flip_rate", "error_burden", "hidden[k=10]"]
    )
    assert findings[findings["measure"] == "hidden[k=10]"]["value"].notna().all()
    assert findings[findings["measure"] == "flip_rate"]["value"].notna().all()
    for name in ("float", "category", "nullable", "day", "switch"):
        assert kinds[name] == {str(frame[name].dtype)}
    assert kinds["int"] == {"int64", "float64"}
    assert kinds["bool"] == {"bool", "object"}


def test_intervals_cover_the_share_of_the_people_that_rows_are_drawn_from(tmp_path):
    text = '[errors.b]\nkind = "off_by_unit"\ncolumns = ["b"]\nRATE\n'
    text += '[errors.c]\nkind = "wrong_category"\ncolumns = ["c"]\nRATE\n'
    path, seeds, n = errors(tmp_path, text), 60, 300
    # b is 0 to 9, c is x for a fifth and else y or z. Adverse: b above 3, or x.
    off, other = 0.1 * 0.8, 0.4 * 0.8 / 2
    both = 0.08 * (1 - 0.9 * 0.95) + 0.24 * 0.05
    truth = {"flip_rate": (off + other) / 2, "error_burden": 1000 * both, "error_burden[kind=off_by_unit]": 100 * off}
    held = dict.fromkeys(truth, 0)
    for seed in range(seeds):
        u, v = (draws.uniform(draws.sparse(seed, name, draws.pack(np.arange(n)))) for name in ("u", "v"))
        frame = pd.DataFrame({"b": (u * 10).astype(int), "c": np.where(v < 0.2, "x", np.where(v < 0.6, "y", "z"))})
        frame["group"] = "all of them"
        case, _ = modeled(
            lambda seen: ((seen["b"] < 4) & (seen["c"] != "x")) * 1.0, frame,
            Given(["b", "c"], "group", errors=path, seed=seed),
        )  # fmt: skip
        for one in (flip_rate, error_burden):
            for row in expand(one, one(case), case):
                if row["measure"] in truth:
                    held[row["measure"]] += row["low"] <= truth[row["measure"]] <= row["high"]
    for name, count in held.items():
        assert count >= 50, name  # 57 are expected, 7 fewer is beyond four standard errors


def test_the_same_seed_gives_the_same_findings_and_another_one_does_not(tmp_path):
    text = '[errors.c]\nkind = "wrong_category"\ncolumns = ["color"]\nRATE\n'
    made = [
        audited(lambda seen: (seen["color"] != "red") * 1.0, tmp_path, text, features=["color"], seed=seed)
        for seed in (0, 0, 1)
    ]
    pd.testing.assert_frame_equal(made[0], made[1])
    assert not made[0]["value"].equals(made[2]["value"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[errors.a]\nkind = "lost"\ncolumns = ["a"]\nRATE\n', "unknown kind"),
        ('[errors.a]\nkind = "missing"\ncolumns = ["z"]\nRATE\n', "unknown column of the error 'a' 'z'"),
        ('[errors.a]\nkind = "transposed"\ncolumns = ["color"]\nRATE\n', "holds no numbers"),
        ('[errors.a]\nkind = "missing"\ncolumns = ["a"]\n', "must have 'rate'"),
        ('[errors.a]\nkind = "missing"\ncolumns = ["a"]\nbatch = 3\nRATE\n', "batch goes with the kind shifted"),
        ('[errors.a]\nkind = "shifted"\nbatch = 1\ncolumns = ["a"]\nRATE\n', "batch: found 1, allowed: a whole"),
        ('[errors.a]\nkind = "wrong_category"\ncolumns = "outcome"\nRATE\n', "strikes the outcome; name its column"),
        ('[errors.a]\nkind = "somebody_else"\nwithin = "z"\ncolumns = "all"\nRATE\n', "'z'"),
        ("", "must have 'errors'"),
        ('[errors.a]\nkind = "missing"\ncolumns = ["a"]\nrate = { value = 2, ' + ASSUMED + " }\n", "allowed: a number"),
        ('[errors.a]\nkind = "missing"\ncolumns = ["a"]\nRATE\n[errors.a.ratio.home]\nx = { value = 1, '
         + ASSUMED + " }\n", "unknown ratio column"),
    ],
)  # fmt: skip
def test_a_file_of_errors_that_says_something_else_is_refused_in_a_sentence(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        audited(linear, tmp_path, text, features=["a", "b", "color"])
