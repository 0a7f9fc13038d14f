"""The gap at equal conduct: nothing where decisions depend on conduct only, the surcharge where one is planted."""

import numpy as np
import pytest

from synthetic.conduct import names as conduct_names
from synthetic.draws import sparse, uniform
from synthetic.recipes import Recipe
from testbed.case.case import Case, run_case
from testbed.case.conduct import acts_in_window, cells, kinds_read, windows
from testbed.case.setting import Setting
from testbed.measures.disparate_impact.equal_conduct import (
    adverse_gap_at_equal_conduct,
    first_full_month,
    standardized_gap,
)
from testbed.models import load_rulebook, rulebook_names
from testbed.models.lottery import Lottery
from testbed.scenarios.base import Scenario
from testbed.statistics import expand

MINORITY = 'when = { community = { is = "minority" } }'
SLIPS = {"slip": ('column = "slip"', -1)}


def rows(case, **qualifiers):
    measure = adverse_gap_at_equal_conduct
    made = expand(measure, measure(case, **qualifiers), case)
    return {row["measure"]: row for row in made}


def value(case, **qualifiers):
    return rows(case, **qualifiers)["adverse_gap_at_equal_conduct"]


def test_decisions_that_depend_on_conduct_only_give_nothing_though_the_minority_does_four_times_as_much(plant, parts):
    # Half of the acts are covered and entries come late, so that cells do not determine decisions.
    acts = {"slip": parts.act(0.03, depends=parts.times("community", "minority", 4))}
    watch = {"watch": parts.channel(acts, coverage_urban=0.5, coverage_rural=0.5, delay=2)}
    case = run_case(plant(acts=acts, rules=SLIPS, channels=watch), people=40_960, periods=24, seed=1)
    minority = case.people["community"].to_numpy() == "minority"
    adverse = case.history.decision(23) == -1
    raw = adverse[minority & case.scored].mean() - adverse[~minority & case.scored].mean()
    assert raw > 0.1
    last = rows(case)["adverse_gap_at_equal_conduct[period=23]"]
    assert last["low"] < 0 < last["high"]
    assert abs(last["value"]) < 0.03


def test_months_of_delay_left_out_of_the_window_would_leak_conduct_into_the_gap(plant, parts):
    acts = {"slip": parts.act(0.05, depends=parts.times("community", "minority", 6))}
    scenario = plant(
        acts=acts, rules=SLIPS, channels={"watch": parts.channel(acts, delay=3)}, follows=parts.regime(minor=3)
    )
    case = run_case(scenario, people=40_960, periods=20, seed=1)
    whole = rows(case, period=19)["adverse_gap_at_equal_conduct[period=19]"]
    assert whole["low"] < 0 < whole["high"]
    codes, _ = case.coded("community")
    short = cells(acts_in_window(case, 19, kinds_read(case), late=False)[case.scored])
    leaked = standardized_gap(
        short, codes[case.scored], case.history.decision(19)[case.scored] == -1, case.clusters[case.scored]
    )
    assert leaked.low > 0.05


def test_a_planted_surcharge_comes_back_as_the_share_it_turns_adverse(plant, parts):
    # Adverse from two acts on, for the minority from one: it turns exactly those with one act.
    rules = SLIPS | {"surcharge": (MINORITY, -1)}
    acts = {"slip": parts.act(0.06, depends=parts.times("community", "minority", 2))}
    scenario = plant(acts=acts, rules=rules, held=("community",), cutoff=-1.5)
    case = run_case(scenario, people=20_480, periods=7, seed=2)
    made = value(case)
    minority = (case.people["community"].to_numpy() == "minority") & case.scored
    done = acts_in_window(case, first_full_month(case), kinds_read(case), late=True)[minority, 0]
    assert made["value"] == pytest.approx((done == 1).mean(), abs=0.003)
    mean = 0.06 * 2**0.5 * 6
    assert made["low"] < mean * np.exp(-mean) < made["high"]


def test_a_surcharge_for_some_is_their_share(plant, parts):
    men = 'when = { community = { is = "minority" }, sex = { is = "male" } }'
    scenario = plant(acts={"slip": parts.act(0.01)}, rules=SLIPS | {"surcharge": (men, -1)}, held=("community", "sex"))
    case = run_case(scenario, people=20_480, periods=7, seed=1)
    male = (case.people["sex"].to_numpy() == "male")[case.scored].mean()
    assert value(case)["low"] < male * np.exp(-0.06) < value(case)["high"]


def test_without_common_conduct_there_is_no_value_but_what_was_observed_stands_beside(plant, parts):
    # The minority does sixty times as much: half of its members have no equal among the majority.
    acts = {"slip": parts.act(0.06, most=0.8, depends=parts.times("community", "minority", 60))}
    case = run_case(plant(acts=acts, rules=SLIPS), people=12_288, periods=8)
    made = rows(case)
    assert np.isnan(made["adverse_gap_at_equal_conduct"]["value"])
    assert "support is 0." in made["adverse_gap_at_equal_conduct"]["why"]
    assert made["adverse_gap_at_equal_conduct_support"]["value"] < 0.8
    assert made["adverse_gap_at_equal_conduct_observed"]["value"] == pytest.approx(0, abs=0.05)


def test_the_default_month_is_the_first_with_a_full_window_and_the_last_stands_beside(plant, parts):
    case = run_case(plant(acts={"slip": parts.act(0.05)}, rules=SLIPS), people=12_288, periods=9)
    assert first_full_month(case) == 5
    assert [
        name for name in rows(case) if not {"support", "rules"}.intersection(name.replace("[", "_").split("_"))
    ] == [
        "adverse_gap_at_equal_conduct",
        "adverse_gap_at_equal_conduct[period=8]",
    ]
    short = run_case(plant(acts={"slip": parts.act(0.05)}, rules=SLIPS), people=2048, periods=3)
    assert next(iter(rows(short))) == "adverse_gap_at_equal_conduct"
    assert "not among the 3" in rows(short, period=3)["adverse_gap_at_equal_conduct[period=3]"]["why"]


def test_the_claim_of_the_public_contract_can_be_decided_with_20_000_people_unless_enclaves_hold_most_of_a_group():
    # Of the twenty grids one is an enclave with seed 0, which makes eleven effective clusters, and two with seed 1.
    for seed, decided in ((0, True), (1, False)):
        case = run_case("rongcheng", people=20_000, periods=6, seed=seed)
        made = expand(adverse_gap_at_equal_conduct, adverse_gap_at_equal_conduct(case), case)
        row = next(r for r in made if (r["split"], r["group"], r["versus"]) == ("community", "minority", "majority"))
        assert -0.02 < row["value"] < 0.02
        assert (-0.02 < row["low"] <= row["high"] < 0.02) if decided else np.isnan(row["low"])


def test_the_windows_are_expiry_and_the_longest_delay_of_the_kinds_own_channels(plant, parts):
    acts = {"slip": parts.act(0.05), "crime": parts.act(0.01, severity="serious"), "unseen": parts.act(0.01)}
    channels = {"prompt": parts.channel(["slip"]), "slow": parts.channel(["crime"], delay=2)}
    scenario = plant(acts=acts, rules=SLIPS | {"crime": ('column = "crime"', -1)}, channels=channels)
    case = run_case(scenario, people=2048, periods=4)
    assert windows(case, late=True).tolist() == [6, 36, 6]
    assert windows(case, late=False).tolist() == [6, 24, 6]
    assert kinds_read(case).tolist() == [0, 1]


def test_acts_are_counted_in_their_window_only(plant, parts):
    scenario = plant(acts={"slip": parts.act(0.1)}, rules=SLIPS, follows=parts.regime(minor=3))
    case = run_case(scenario, people=2048, periods=8)
    history = case.history
    expected = history.true_counts(7) - history.true_counts(4)
    np.testing.assert_array_equal(acts_in_window(case, 7, np.array([0]), late=False), expected)


def test_cells_of_many_wide_columns_are_told_apart():
    counts = (uniform(sparse(0, "test", np.arange(40_000, dtype=np.uint64))).reshape(2000, 20) * 3).astype(int) * 4000
    counts[1000:] = counts[:1000]
    found = cells(counts)
    np.testing.assert_array_equal(found[:1000], found[1000:])
    assert len(np.unique(found)) == len(np.unique(counts, axis=0))


def test_a_group_without_members_is_nan_not_zero():
    found = standardized_gap(np.zeros(50, int), np.zeros(50, int), np.ones(50, bool), np.arange(50))
    assert np.isnan(found.value)
    assert found.n == 0


def test_under_ten_clusters_there_is_a_value_but_no_interval():
    group, adverse = np.tile([0, 1], 50), np.tile([False, True, False, False], 25)
    found = standardized_gap(np.zeros(100, int), group, adverse, np.arange(100) // 20)
    assert found.value == 0.5
    assert np.isnan(found.low)


def test_what_clusters_do_to_both_groups_cancels_as_the_jackknife_has_it():
    # 30 offices from lenient to harsh, 40 people of each group in each: rates from 0.1 to 0.9, the gap is chance.
    cluster, group = np.repeat(np.arange(30), 80), np.tile([0, 1], 1200)
    adverse = drawn("offices", 2400) < 0.1 + 0.8 * cluster / 29

    def gap(keep):
        return adverse[keep & (group == 1)].mean() - adverse[keep & (group == 0)].mean()

    rest = np.array([gap(cluster != one) for one in range(30)])
    jackknife = np.sqrt(29 / 30 * ((rest - rest.mean()) ** 2).sum())
    found = standardized_gap(np.zeros(2400, int), group, adverse, cluster)
    # t(29) at 0.975 is 2.0452 (any table). Rates that differ so much between offices open the limits a little.
    assert 0.95 < (found.high - found.low) / 2 / (2.0452 * jackknife) < 1.1


def drawn(stream, shape):
    words = sparse(7, stream, np.arange(int(np.prod(shape)), dtype=np.uint64))
    return uniform(words).reshape(shape)


@pytest.mark.parametrize(
    ("clusters", "base", "surcharge", "shared"),
    [(30, 0.02, 0.0, 0.0), (40, 0.05, 0.03, 0.5), (40, 0.004, 0.0, 0.3), (60, 0.02, 0.0, 0.5)],
)
def test_the_interval_covers_the_planted_surcharge_with_enclaves_rare_events_and_shared_rates(
    clusters, base, surcharge, shared
):
    from scipy.special import ndtri

    runs, size = 250, 150
    cluster = np.repeat(np.arange(clusters), size)
    name = f"{clusters}:{base}"
    coins = {key: drawn(f"{name}:{key}", (runs, clusters * size)) for key in ("group", "cell", "y")}
    level = np.exp(shared * ndtri(drawn(f"{name}:level", (runs, clusters))) - shared**2 / 2)
    enclave = drawn(f"{name}:enclave", (runs, clusters)) < 0.15
    covered = stated = 0
    for run in range(runs):
        share = np.where(enclave[run], 0.5, 0.08)[cluster]
        group = (coins["group"][run] < share).astype(int)
        cell = (coins["cell"][run][:, None] > np.where(group == 1, 0.5, 0.7)[:, None] + np.array([0, 0.15, 0.25])).sum(
            axis=1
        )
        rate = np.clip(base * 2.0**cell * level[run][cluster] + surcharge * group, 0, 1)
        found = standardized_gap(cell, group, coins["y"][run] < rate, cluster)
        covered += found.low <= surcharge <= found.high
        stated += not np.isnan(found.low)
    # Where few enclaves hold the group, it has under ten effective clusters, and no interval.
    assert stated > runs / 2
    assert covered / stated > 0.93 - 2 * np.sqrt(0.93 * 0.07 / stated)


def test_wrong_entries_are_a_gap_at_equal_conduct_too(plant, parts):
    # Cameras that mistake the faces of the minority put the acts of some on others: not for what they did.
    acts = {"slip": parts.act(0.08)}
    watch = {"watch": 'mistakes = "community"\n' + parts.channel(acts, false_match=0.01, false_match_ratio=50)}
    case = run_case(plant(acts=acts, rules=SLIPS, channels=watch), people=20_480, periods=8, seed=3)
    innocent = acts_in_window(case, 7, kinds_read(case), late=True)[:, 0] == 0
    codes, _ = case.coded("community")
    who = case.scored & innocent
    found = standardized_gap(
        np.zeros(who.sum(), int), codes[who], case.history.decision(7)[who] == -1, case.clusters[who]
    )
    assert found.low > 0


def test_the_lottery_is_read_at_the_same_month_and_has_no_gap():
    even = Scenario.load("rongcheng").set({"recipe.minority_share.in_enclaves": 0})
    setting = Setting(even, people=12_288, periods=8)
    case = Case.of(setting, Lottery())
    assert first_full_month(case) == first_full_month(Case.of(setting)) == 5
    assert len(kinds_read(case)) == 0
    assert value(case)["low"] < 0 < value(case)["high"]


@pytest.mark.usefixtures("small_training")
def test_what_has_expired_parts_nobody_so_that_all_have_as_many_equals_after_years_as_after_months(plant, parts):
    # Over four years the minority does nine acts and the majority one; in two months most people do none.
    acts = {"slip": parts.act(0.06, most=0.8, depends=parts.times("community", "minority", 10))}
    case = run_case(plant(acts=acts, rules=SLIPS, follows=parts.regime(minor=2)), people=2048, periods=48, seed=1)
    minority = case.people["community"].to_numpy() == "minority"
    first = first_full_month(case)
    assert first == 1
    early, late = rows(case, period=first), rows(case, period=47)
    support = "adverse_gap_at_equal_conduct_support"
    assert early[f"{support}[period=1]"]["value"] > 0.95
    assert late[f"{support}[period=47]"]["value"] > 0.95
    for made, t in ((early, 1), (late, 47)):
        assert made[f"adverse_gap_at_equal_conduct[period={t}]"]["value"] == pytest.approx(0, abs=1e-9)
        adverse = case.history.decision(t) == -1
        assert adverse[case.scored & minority].mean() > adverse[case.scored & ~minority].mean() + 0.1


def many(parts, *ratios, points=(1, 2, 3)):
    """26 kinds of acts of so many points, which the minority does so many times as often, and their rules."""
    every = [parts.times("community", "minority", ratio) for ratio in ratios]
    acts = {f"act{i:02}": parts.act(0.02, depends=every[i % len(every)]) for i in range(26)}
    return acts, {name: (f'column = "{name}"', -points[i % len(points)]) for i, name in enumerate(acts)}


def only(case):
    found = rows(case, period=case.periods - 1)
    return {name.removeprefix("adverse_gap_at_equal_conduct").partition("[")[0]: row for name, row in found.items()}


@pytest.mark.usefixtures("small_training")
def test_26_kinds_leave_few_alike_and_what_the_rule_book_makes_of_them_leaves_enough(plant, parts):
    acts, rules = many(parts, 2)
    case = run_case(plant(acts=acts, rules=rules, cutoff=-7.5), people=12_288, periods=6, seed=1)
    counts = acts_in_window(case, 5, kinds_read(case), late=True)
    codes, _ = case.coded("community")
    adverse = case.history.decision(5) == -1
    kept = case.scored
    assert adverse[kept & (codes == 1)].mean() > adverse[kept & (codes == 0)].mean() + 0.2
    assert standardized_gap(cells(counts)[kept], codes[kept], adverse[kept], case.clusters[kept]).support < 0.4
    made = only(case)
    assert made["_by_rules"]["value"] == 1
    assert made["_support"]["value"] > 0.8
    assert made[""]["value"] == 0


@pytest.mark.usefixtures("small_training")
def test_where_all_26_kinds_have_other_points_the_points_of_all_acts_are_compared(plant, parts):
    acts, rules = many(parts, 2, points=tuple(range(10, 36)))
    case = run_case(plant(acts=acts, rules=rules, cutoff=-75), people=12_288, periods=6, seed=1)
    made = only(case)
    assert made["_by_rules"]["value"] == 2
    assert made["_support"]["value"] > 0.9
    assert made[""]["value"] == 0


@pytest.mark.usefixtures("small_training")
def test_a_surcharge_comes_back_from_26_kinds_as_the_share_it_turns_adverse(plant, parts):
    acts, rules = many(parts, 1)
    scenario = plant(acts=acts, rules=rules | {"surcharge": (MINORITY, -2)}, held=("community",), cutoff=-7.5)
    case = run_case(scenario, people=20_480, periods=6, seed=2)
    minority = (case.people["community"].to_numpy() == "minority") & case.scored
    points = acts_in_window(case, 5, kinds_read(case), late=True) @ np.array([1 + i % 3 for i in range(26)])
    made = only(case)
    assert made["_by_rules"]["value"] == 1
    # Adverse from eight points on: the surcharge turns those with six or seven.
    assert made[""]["value"] == pytest.approx(np.isin(points[minority], (6, 7)).mean(), abs=0.01)
    assert made[""]["low"] > 0.1


@pytest.mark.usefixtures("small_training")
def test_a_rule_that_counts_an_act_against_the_minority_alone_is_not_read_as_conduct(plant, parts):
    # Both do as much, and act00 costs the minority three points more: its count stays a part of the cell.
    acts, rules = many(parts, 1)
    extra = {"extra": (f'column = "act00"\n{MINORITY}', -3)}
    case = run_case(plant(acts=acts, rules=rules | extra, held=("community",), cutoff=-7.5), people=20_480, periods=6)
    counts = acts_in_window(case, 5, kinds_read(case), late=True)
    minority = (case.people["community"].to_numpy() == "minority") & case.scored
    points = counts @ np.array([1 + i % 3 for i in range(26)])
    turned = (points < 8) & (points + 3 * counts[:, 0] >= 8)
    made = only(case)
    assert made["_by_rules"]["value"] == 1
    assert made[""]["value"] == pytest.approx(turned[minority].mean(), abs=0.01)
    assert made[""]["value"] > 0.02


@pytest.mark.usefixtures("small_training")
def test_channels_that_see_half_of_26_kinds_leave_nothing_of_what_the_minority_does_otherwise(plant, parts):
    # The minority does four times as many small acts and a fourth of the large ones.
    acts, rules = many(parts, 4, 1, 0.25)
    watch = {"watch": parts.channel(acts, coverage_urban=0.5, coverage_rural=0.5)}
    case = run_case(plant(acts=acts, rules=rules, channels=watch, cutoff=-3.5), people=40_960, periods=6, seed=1)
    codes, _ = case.coded("community")
    adverse, kept = case.history.decision(5) == -1, case.scored
    assert adverse[kept & (codes == 1)].mean() < adverse[kept & (codes == 0)].mean() - 0.1
    made = only(case)
    assert made["_by_rules"]["value"] == 1
    assert made[""]["low"] < 0 < made[""]["high"]
    assert abs(made[""]["value"]) < 0.02


@pytest.mark.usefixtures("small_training")
def test_a_model_that_does_not_say_what_it_makes_of_conduct_is_compared_by_the_kinds_it_reads(plant, parts):
    class Sum:
        row_wise = True

        def score(self, records):
            return -records.filter(like="act").sum(axis=1).to_numpy(float)

    acts, rules = many(parts, 2)
    case = Case.of(Setting(plant(acts=acts, rules=rules, cutoff=-7.5), people=4096, periods=6), Sum())
    made = only(case)
    assert made["_by_rules"]["value"] == 0
    assert np.isnan(made[""]["value"])


@pytest.mark.parametrize("name", rulebook_names())
def test_what_a_rule_book_makes_of_conduct_fixes_the_score_of_everybody_who_is_alike_in_the_rest(name):
    book = load_rulebook(name)
    conduct = sorted({rule.column for rule in book.rules if rule.column} & set(conduct_names()))
    if not conduct:
        pytest.skip("the book counts no conduct")
    n = 20_000
    coins = uniform(sparse(3, f"terms:{name}", np.arange(n * len(conduct), dtype=np.uint64))).reshape(n, len(conduct))
    counts = dict(zip(conduct, (coins > 0.75).astype(np.int32).T + (coins > 0.95).T, strict=True))
    _, cell = np.unique(book.conduct_terms(counts), axis=0, return_inverse=True)
    _, finer = np.unique(book.conduct_terms(counts, dict.fromkeys(conduct)), axis=0, return_inverse=True)
    assert len(np.unique(cell)) <= len(np.unique(finer)) == len(np.unique(np.stack([cell, finer]), axis=1).T)
    levels = Recipe.load("china-2020").variables
    for place in range(3):
        held = {
            column: np.full(n, levels[column].levels[place % len(levels[column].levels)], object)
            if column in levels and levels[column].levels
            else np.full(n, 17 + 30 * place)
            for column in book.reads
            if column not in counts
        }
        score = np.round(book.contributions(counts | held)[0], 9)
        low, high = np.full(cell.max() + 1, np.inf), np.full(cell.max() + 1, -np.inf)
        np.minimum.at(low, cell, score)
        np.maximum.at(high, cell, score)
        np.testing.assert_array_equal(low, high)
    if len(conduct) > 5:
        assert len(np.unique(cell)) < len(np.unique(np.column_stack(list(counts.values())), axis=0)) / 2
