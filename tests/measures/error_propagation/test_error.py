"""Error propagation in hand-built towns whose answers are known in closed form."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from shared import number, rows_of

from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.measure import measures
from testbed.measures.error_propagation.error_roots import Effects, Lives, effects
from testbed.models.lottery import Lottery
from testbed.scenarios.base import Scenario
from testbed.statistics import estimate, expand
from testbed.twins import Inject
from testbed.world.month import World

NEEDS_ROOTS = (
    "error_gain", "flip_rate", "flip_back_rate", "error_reach", "error_agencies", "error_lifetime", "residue", "echo"
)  # fmt: skip


def said(value):
    return f'{{ value = {value}, unit = "a number", source = "assumed", reading = "assumed", range = [-1000, 1000] }}'


def town(
    folder, *, slips=0.0, lapses=0.0, lasts=5, cutoff=95, weigh=-10, lists=True, agency=False, sanction="", raises=1.0,
    family=1, appeal=None, open_files=True, period=3, per_1000=1000, periods=12, stray=0.0, miss=0.0,
):  # fmt: skip
    """A town: two kinds of adverse acts, one channel, one rule each, and as little regime as is asked for.

    Everybody has 100 points; a standing slip or lapse takes away `weigh`; under `cutoff` is adverse. A slip
    stands for `lasts` months, a lapse for 500. One wrong slip enters in month `period` on every household's luckiest
    innocent adult.
    """
    for kind, rate, severity in (("slip", slips, "minor"), ("lapse", lapses, "serious")):
        (folder / f"{kind}.toml").write_text(
            f'title = "A {kind}"\ndirection = "adverse"\nseverity = "{severity}"\n'
            f"most = {max(1.01 * raises * rate, 0.01)}\nrate = {number(rate, 0, 1)}\n"
        )
    errors = {"miss": miss, "false_match": stray}
    (folder / "office.toml").write_text(
        'title = "An office"\nkinds = ["slip", "lapse"]\n'
        + "".join(
            f"{key} = {number(1.0)}\n"
            for key in ("coverage_urban", "coverage_rural", "miss_ratio", "false_match_ratio")
        )
        + "".join(f"{key} = {number(errors.get(key, 0.0))}\n" for key in ("miss", "false_match", "delay", "duplicate"))
    )
    rule = 'title = "{0}"\ncolumn = "{0}"\nper = "event"\npoints = {1}\n'
    (folder / "plain.toml").write_text(
        'schema = 1\ntitle = "A plain book"\nas_of = 2020-01-01\n'
        f"[base]\npoints = {said(100)}\n"
        f"[rules.slip]\n{rule.format('slip', said(weigh))}[rules.lapse]\n{rule.format('lapse', said(weigh))}"
    )
    parts = ['title = "A regime"', "coupled = false"]
    if lists:
        parts += ["[lists.black]", 'enter = "adverse"', f"stay = {number(1)}"]
    if agency:
        parts += ["[agencies.rail]", 'copies = "black"', f"delay = {number(1)}", f"forgets = {number(2)}"]
    if sanction:
        parts += [
            "[sanctions.bar]",
            'by = "black"',
            f'family = "{sanction}"',
            'source = "assumed"',
            'reading = "assumed"',
        ]
        parts += ["[sanctions.bar.raises]", f"lapse = {number(raises)}", "[family]", f"share = {number(family, 0, 1)}"]
    parts += ["[expiry]", f"minor = {number(lasts)}", f"moderate = {number(500)}", f"serious = {number(500)}"]
    if appeal is not None:
        upheld, delay = appeal
        values = {"noticed": 1, "notice_delay": 0, "filed": 1, "filed_true": 0, "upheld": upheld, "upheld_true": 0}
        parts += ["[appeal]", *(f"{key} = {number(value)}" for key, value in values.items())]
        parts += [f"decision_delay = {number(delay)}"]
    (folder / "rules_of_town.toml").write_text("\n".join(parts) + "\n")
    (folder / "town.toml").write_text(
        'schema = 1\ntitle = "A town"\nas_of = 2020-01-01\nrecipe = "china-2020"\nchannels = ["office"]\n'
        'conduct = ["slip", "lapse"]\nmodel = "plain"\nregime = "rules_of_town"\n'
        f'disclosure = "{"open" if open_files else "closed"}"\n'
        f"[run]\npeople = 2048\nperiods = {periods}\n"
        '[who]\nscored = { age = { at_least = 18 } }\nheld = ["age"]\ncompared = ["sex"]\n'
        f"[decide]\nadverse = {{ cutoff = {cutoff} }}\n"
        f'[error]\nkind = "slip"\nperiod = {period}\nper_1000 = {per_1000}\n'
    )
    return Scenario.load(folder / "town.toml")


def value(case, name):
    return rows_of(case, name.partition("[")[0].removesuffix("_net"))[name]["value"]


# --- The subject -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lasts", [1, 4, 8])
def test_an_entry_that_expires_after_m_months_lives_m(tmp_path, lasts):
    case = run_case(town(tmp_path, lasts=lasts))
    found = rows_of(case, "error_lifetime")
    assert found["error_lifetime"]["value"] == lasts
    assert found["error_lifetime_expired"]["value"] == 1
    assert found["error_lifetime_left"]["value"] == 0
    assert found["error_lifetime_horizon"]["value"] == 9


def test_an_agency_that_forgets_late_keeps_the_worlds_apart_as_long_as_it_remembers(tmp_path):
    case = run_case(town(tmp_path, lasts=4, agency=True))
    assert value(case, "error_lifetime") == 4 + 2
    assert value(case, "error_agencies") == value(case, "error_agencies_net") == 1


def test_an_entry_that_outlives_the_run_is_left_standing_and_counts_with_the_horizon(tmp_path):
    found = rows_of(run_case(town(tmp_path, lasts=50)), "error_lifetime")
    assert found["error_lifetime"]["value"] == 9
    assert found["error_lifetime_left"]["value"] == 1
    assert found["error_lifetime_expired"]["value"] == 0


def test_correction_against_expiry_has_its_closed_form(tmp_path):
    # 80 % are struck 1 + W months after entry, W geometric with mean 2 (a third a month), if that is before month 6.
    upheld, stay, lasts = 0.8, 2 / 3, 6
    case = run_case(town(tmp_path, lasts=lasts, appeal=(upheld, 2)), people=4096)
    found = rows_of(case, "error_lifetime")
    corrected = upheld * (1 - stay ** (lasts - 1))
    struck_after = [upheld * (1 - stay) * stay**w for w in range(lasts - 1)]
    mean = sum(p * (1 + w) for w, p in enumerate(struck_after)) + (1 - corrected) * lasts
    for name, truth in (("error_lifetime", mean), ("error_lifetime_corrected", corrected)):
        row = found[name]
        assert row["low"] <= truth <= row["high"]
        assert row["high"] - row["low"] < 0.25


def test_an_agency_that_remembers_two_months_leaves_a_residue_of_one_month_where_it_had_copied(tmp_path):
    # Struck after 1 + W months, W geometric with mean 2; the agency copies after a month, so where W is above 0.
    case = run_case(town(tmp_path, lasts=8, appeal=(1, 2), agency=True), people=4096)
    found = rows_of(case, "residue")
    copied = (2 / 3 - (2 / 3) ** 7) / (1 - (2 / 3) ** 7)
    assert found["residue[k=1]"]["low"] <= copied <= found["residue[k=1]"]["high"]
    assert found["residue[k=3]"]["value"] == 0
    assert found["residue[k=3]"]["n"] <= found["residue[k=1]"]["n"]
    (tmp_path / "without").mkdir()
    alone = run_case(town(tmp_path / "without", lasts=8, appeal=(1, 2)), people=4096)
    assert value(alone, "residue[k=1]") == 0


def test_without_a_correction_there_is_no_residue_and_it_says_why(tmp_path):
    row = rows_of(run_case(town(tmp_path)), "residue")["residue[k=3]"]
    assert math.isnan(row["value"])
    assert row["why"] == "no wrong entry was corrected 3 months before the end of the run"


def test_who_can_know_nothing_has_nothing_corrected(tmp_path):
    found = rows_of(run_case(town(tmp_path, lasts=6, appeal=(1, 0), open_files=False)), "error_lifetime")
    assert found["error_lifetime"]["value"] == 6
    assert found["error_lifetime_corrected"]["value"] == 0


def test_the_gain_is_the_points_of_the_rule_now_and_as_long_as_the_entry_stands(tmp_path):
    found = rows_of(run_case(town(tmp_path, lasts=4, lapses=0.05)), "error_gain")
    assert found["error_gain"]["value"] == -10
    assert found["error_gain[span=horizon]"]["value"] == -40
    assert found["error_gain"]["unit"] == "points"


def test_the_gain_in_standard_deviations_is_over_the_spread_of_the_base_world(tmp_path):
    case = run_case(town(tmp_path, lapses=0.05))
    spread = np.std(case.history.score(3)[case.scored])
    row = rows_of(case, "error_gain")["error_gain[scale=sd]"]
    assert row["value"] == pytest.approx(-10 / spread)
    assert row["unit"] == "standard deviations"


def test_where_all_scores_are_equal_there_is_no_gain_in_standard_deviations(tmp_path):
    row = rows_of(run_case(town(tmp_path)), "error_gain")["error_gain[scale=sd]"]
    assert math.isnan(row["value"])
    assert row["why"] == "all scores of the base world are equal"


def test_a_score_that_is_worse_when_higher_has_the_same_gain(tmp_path):
    scenario = town(tmp_path)

    class Tally:
        higher_is = "worse"
        row_wise = True

        def score(self, records):
            return 10.0 * records["slip"].to_numpy(float)

    assert value(Case.of(Setting(scenario), Tally()), "error_gain") == -10


def test_a_rule_that_takes_ten_points_flips_everybody_under_a_cut_of_95_and_nobody_under_85(tmp_path):
    (tmp_path / "low").mkdir()
    assert value(run_case(town(tmp_path)), "flip_rate") == 1
    assert value(run_case(town(tmp_path / "low", cutoff=85)), "flip_rate") == 0


def test_an_adverse_entry_that_a_book_rewards_flips_back_and_its_net_is_negative(tmp_path):
    case = run_case(town(tmp_path, weigh=10, cutoff=105))
    assert value(case, "flip_back_rate") == 1
    assert value(case, "flip_rate") == 0
    assert value(case, "flip_rate_net") == 0  # adverse before and after the entry, so adverse at some month in both
    assert value(case, "flip_back_rate_net") == 1


def test_local_pivotality_equals_the_twin_at_the_first_decision():
    case = run_case(Scenario.load("rongcheng").set({"error.per_1000": 100, "error.period": 9}), people=8192, periods=12)
    twin = case.twin(Inject())
    t, roots = 9, twin.roots
    held = twin.records_at(t).loc[roots]
    without = held.assign(judgment_default=held["judgment_default"] - 1)
    adverse = twin.history.decision(t)[roots] == -1
    pivotal = adverse & (case.ask(without, period=t).decision != -1)
    np.testing.assert_array_equal(pivotal, adverse & (case.history.decision(t)[roots] != -1))
    assert 0 < pivotal.sum() < len(roots)


# --- Others ------------------------------------------------------------------------------------------


def test_a_sanction_on_the_household_reaches_all_its_other_members_and_nobody_else(tmp_path):
    case = run_case(town(tmp_path, sanction="all"))
    household = case.society.household
    others = np.bincount(household)[household[case.twin(Inject()).roots]] - 1
    found = rows_of(case, "error_reach")
    assert found["error_reach"]["value"] == found["error_reach[hop=household]"]["value"] == pytest.approx(others.mean())
    assert found["error_reach_net"]["value"] == pytest.approx(others.mean())
    assert found["error_reach[hop=none]"]["value"] == 0
    assert found["error_reach[what=sanction]"]["value"] == pytest.approx(others.mean())
    assert found["error_reach[what=decision]"]["value"] == 0


def test_a_sanction_on_children_reaches_the_children_alone(tmp_path):
    case = run_case(town(tmp_path, sanction="children"))
    household = case.society.household
    young = np.bincount(household, weights=case.society.columns["age"] < 18)[household[case.twin(Inject()).roots]]
    assert value(case, "error_reach[hop=household]") == pytest.approx(young.mean())


def test_with_the_family_share_at_zero_the_household_is_not_reached_exactly(tmp_path):
    case = run_case(town(tmp_path, sanction="all", family=0, lapses=0.02, raises=5))
    row = rows_of(case, "error_reach")["error_reach[hop=household]"]
    assert row["value"] == row["low"] == row["high"] == 0
    assert not row["why"]


def test_with_the_family_share_at_zero_a_member_whom_a_stray_reaches_counts_as_a_stranger(tmp_path):
    # Nothing goes from the listed to their households. Whoever is listed lapses in most months, a lapse strays to an
    # adult of another household, who is then listed: of sixty people that is soon somebody at the root's home.
    scenario = town(tmp_path, sanction="none", family=0, lapses=0.001, raises=780, stray=0.9, per_1000=400)
    case = run_case(scenario, people=64)
    rows = case.twin(Inject()).touched
    strangers = rows[(rows["hop"] == "household") | (rows["hop"] == "none")]
    strangers = strangers[strangers[["score", "decision", "list", "sanction"]].any(axis=1)]
    assert (strangers["hop"] == "household").any()
    found = rows_of(case, "error_reach")
    home = found["error_reach[hop=household]"]
    assert home["value"] == home["low"] == home["high"] == 0
    roots = case.twin(Inject()).roots
    assert found["error_reach[hop=none]"]["value"] == pytest.approx(len(strangers) / len(roots))
    hops = [row["value"] for name, row in found.items() if name.startswith("error_reach[hop=")]
    assert sum(hops) == pytest.approx(found["error_reach"]["value"])


def test_echo_of_a_bar_that_raises_a_rate_has_its_closed_form(tmp_path):
    # The entry stands from month 0 to 3 and bars; a bar makes lapses of the next month five times as frequent. A lapse
    # never expires and bars for good, in both worlds.
    rate, raises, months = 0.004, 5, 6
    case = run_case(
        town(tmp_path, lasts=4, sanction="none", raises=raises, lapses=rate, period=0, periods=months), people=8192
    )
    clean = np.exp(-rate * np.arange(1, months))
    base = (rate * clean + raises * rate * (1 - clean)).sum()
    clean_before_last = math.exp(-rate * (1 + 4 * raises))
    error = 4 * raises * rate + rate * clean_before_last + raises * rate * (1 - clean_before_last)
    found = rows_of(case, "echo")
    assert found["echo"]["low"] <= error - base <= found["echo"]["high"]
    assert found["echo"]["low"] > 0
    assert found["echo"]["value"] == found["echo[who=self]"]["value"]


def test_echo_counts_the_household_that_shares_the_bar(tmp_path):
    found = rows_of(run_case(town(tmp_path, lasts=8, sanction="all", raises=5, lapses=0.02), people=4096), "echo")
    assert found["echo"]["value"] > found["echo[who=self]"]["value"] > 0


def test_one_act_more_of_one_root_in_forty_does_not_show_an_echo(tmp_path):
    # An echo may be negative: an interval for shares, which are above 0 once there is one event, would be wrong.
    found = effects(run_case(town(tmp_path, per_1000=30), people=1500))
    assert len(found.roots) > 10
    one = np.zeros(len(found.roots))
    one[3] = 1
    made = measures.get("echo")
    row = expand(made, [found.part(one)], found.case)[0]
    assert row["value"] == pytest.approx(1 / len(one))
    assert row["low"] < 0 < row["high"]


# --- The model, the roots, the faithful record --------------------------------------------------------


def test_no_error_moves_the_lottery_and_every_number_of_it_is_exactly_zero(tmp_path):
    case = Case.of(Setting(town(tmp_path, sanction="all", lapses=0.02), people=1024), Lottery())
    for name in ("error_gain", "flip_rate", "flip_back_rate", "error_reach", "error_agencies", "echo", "error_burden"):
        for row in rows_of(case, name).values():
            assert row["value"] == row["low"] == row["high"] == 0, row["measure"]
            assert math.copysign(1, row["value"]) == 1


@pytest.mark.parametrize("name", NEEDS_ROOTS)
def test_in_a_run_that_ends_before_the_entry_every_row_is_nan_and_says_why(tmp_path, name):
    for row in rows_of(run_case(town(tmp_path, period=6, periods=4), people=512), name).values():
        assert math.isnan(row["value"]), row["measure"]
        assert "before month 6" in row["why"]


def test_without_channel_errors_nobody_bears_any_and_with_them_somebody_does(tmp_path):
    scenario = town(tmp_path, lapses=0.05, stray=0.3)
    assert value(run_case(scenario), "error_burden") > 0
    row = rows_of(run_case(scenario.set({"channels.errors": "off"})), "error_burden")["error_burden"]
    assert row["value"] == row["low"] == row["high"] == 0


def test_the_burden_of_a_miss_rate_is_counted_by_hand(tmp_path):
    # Where every entry is missed nobody is decided adversely; where half stray, as many are as they fall on.
    case = run_case(town(tmp_path, lapses=0.05, stray=0.5))
    wrong = sum(
        ((case.history.decision(t) == -1) & (case.history.deserved(t) != -1)).sum() for t in range(case.periods)
    )
    assert value(case, "error_burden") == pytest.approx(1000 * wrong / (case.scored.sum() * case.periods))
    assert value(run_case(town(tmp_path, lapses=0.05, miss=1.0)), "error_burden") == 0


def test_roots_whose_differences_meet_have_the_value_they_have_alone(tmp_path):
    scenario = town(tmp_path, lapses=0.1, stray=0.9, sanction="all", raises=3, per_1000=120)
    case = run_case(scenario, people=1024)
    twin, found = case.twin(Inject()), effects(case)
    assert len(twin.alone) > 5
    _, error = found.own()
    rows = twin.touched
    for root in sorted(twin.alone)[:6]:
        single = case.twin(Inject(people=(root,)))
        place = int(np.searchsorted(twin.roots, root))
        alone = Lives.of(single.history, np.array([root]), found.since)
        np.testing.assert_array_equal(error.scores[:, [place]], alone.scores)
        np.testing.assert_array_equal(error.sanctions[:, [place]], alone.sanctions)
        mine = rows[rows["root"] == root].reset_index(drop=True)
        assert mine.equals(single.touched.sort_values(["root", "person"], ignore_index=True))


@pytest.mark.parametrize("read", [("slip", "lapse"), ("slip",)])
def test_a_model_that_does_not_say_it_is_row_wise_has_the_same_reach(tmp_path, read):
    # Everybody is scored together, so each root has a world of its own: no root may differ from the one in a batch.
    # Where no rule reads lapses, those that stray change nothing about strangers but their record.
    scenario = town(tmp_path, lapses=0.05, sanction="all", raises=3, stray=0.3).set({"error.sample": 15})

    class Counting:
        def score(self, records):
            return 100.0 - 10 * records[list(read)].to_numpy(float).sum(axis=1)

    class RowWise(Counting):
        row_wise = True

    setting = Setting(scenario, people=1024)
    case, undeclared = Case.of(setting, RowWise()), Case.of(setting, Counting())
    assert case.separable
    assert not undeclared.separable
    found = effects(undeclared)
    batch = effects(case, Inject(people=tuple(found.roots.tolist())))
    assert len(found.roots) == 15
    assert found.rows.equals(batch.rows)
    assert (found.rows["hop"] == "none").any()
    np.testing.assert_array_equal(found.own()[1].scores, batch.own()[1].scores)
    np.testing.assert_array_equal(found.adverse_acts(), batch.adverse_acts())


def test_whom_a_ranking_moves_are_counted_as_displaced_and_not_as_kin(tmp_path):
    # Nobody slips: the wrong slip puts its subject last, and everybody with a higher id moves up by one place.
    scenario = town(tmp_path, sanction="all").set({"error.sample": 12})

    class Ranking:
        def score(self, records):
            counts = records["slip"].to_numpy(float) + 1e-6 * records.index.to_numpy()
            return 100.0 - 100 * counts.argsort().argsort() / len(counts)

    case = Case.of(Setting(scenario, people=1024), Ranking())
    roots, (above,) = case.twin(Inject()).roots, np.nonzero(case.scored)
    assert len(roots) == 12
    found = rows_of(case, "error_reach")
    moved = found["error_reach[what=score]"]
    assert moved["value"] == pytest.approx(np.mean([(above > root).sum() for root in roots]))
    assert moved["n"] == 12
    assert moved["low"] < moved["value"] < moved["high"]
    assert found["error_reach[hop=displaced]"]["value"] > moved["value"] - 10
    assert found["error_reach[hop=household]"]["value"] < 10


# --- Coverage ----------------------------------------------------------------------------------------


def test_the_interval_of_the_flip_rate_covers_its_closed_form(tmp_path):
    # Two standing entries make the decision adverse, and lapses never expire: a root is flipped if it stands at exactly
    # one lapse in some month from the entry on. Lapses are Poisson, the same for every adult.
    rate, since, periods = 0.08, 1, 6
    scenario = town(
        tmp_path, lapses=rate, lasts=50, cutoff=85, lists=False, period=since, periods=periods, per_1000=500
    )
    none, one = math.exp(-rate), rate * math.exp(-rate)
    here = np.array([none ** (since + 1), (since + 1) * rate * none ** (since + 1)])
    flipped, waiting = here[1], here[0]
    for _ in range(since + 1, periods):
        flipped, waiting = flipped + waiting * one, waiting * none
    covered = []
    first = run_case(scenario, people=512)
    for seed in range(100):
        setting = Setting(scenario, people=512, seed=seed)
        history = World(setting.society, first.scheme, periods).run()
        case = Case(setting, first.model, first.model_name, first.scheme, history)
        row = rows_of(case, "flip_rate")["flip_rate"]
        covered.append(row["low"] <= flipped <= row["high"])
    # Wilson at about 90 roots covers 0.95: four standard errors below that, of 100 seeds.
    assert np.mean(covered) > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 100)


def roots_apart(per_root, **given):
    """The limits of samples of roots, one a row, as groups of one case; (low, high), one each a sample."""
    samples, roots = per_root.shape
    sample = np.repeat(np.arange(samples), roots)
    case = SimpleNamespace(
        people=range(samples * roots), scored=np.ones(samples * roots, bool), clusters=None,
        coded=lambda split: (sample, tuple(map(str, range(samples)))),
    )  # fmt: skip
    found = Effects(case, None, np.arange(samples * roots), 0, None, False, "")
    return estimate(found.part(per_root.ravel(), **given), case, "sample").limits()


@pytest.mark.parametrize("roots", [20, 60, 200])
@pytest.mark.parametrize("form", ["some of two rules", "gamma", "nothing or one point"])
def test_the_interval_of_a_gain_in_points_covers_its_mean_and_follows_the_scale(form, roots):
    draw = np.random.Generator(np.random.Philox([roots, len(form)]))
    gains, mean = {
        "some of two rules": (np.where(draw.random((800, roots)) < 0.3, -25.0, -10.0), -14.5),
        "gamma": (-draw.gamma(3.0, 5.0, (800, roots)), -15.0),
        "nothing or one point": ((draw.random((800, roots)) < 0.4).astype(float), 0.4),
    }[form]
    low, high = roots_apart(gains, unit="points")
    # t of 20 gamma values covers 0.93; two standard errors of 800 samples below it.
    assert np.mean((low <= mean) & (mean <= high)) >= 0.93 - 2 * math.sqrt(0.93 * 0.07 / 800)
    for limits, thousandfold in zip((low, high), roots_apart(1000 * gains, unit="points"), strict=True):
        np.testing.assert_allclose(thousandfold, 1000 * limits, rtol=1e-9)
    low, high = roots_apart(np.zeros((1, roots)), unit="points")
    assert np.isnan([low, high]).all()


def test_a_net_rate_of_0_in_every_root_may_be_either_side_of_0():
    # Taken for a share of the roots, it was 0 to 0.17.
    low, high = roots_apart(np.zeros((1, 20)), unit="rate", bounds=(-1.0, 1.0))
    assert high[0] == -low[0] == pytest.approx(1 - 0.025 ** (1 / 20))


def test_every_measure_of_the_family_says_what_it_is_and_what_it_is_not():
    for name, field in itertools.product(
        (*NEEDS_ROOTS, "error_burden"), ("caveats", "reference", "estimand", "interval")
    ):
        assert getattr(measures.get(name), field), (name, field)
