"""How errors spread, against closed forms: each mechanism is the project's own, each answer known by calculation."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from synthetic import Population
from synthetic.channels.base import Channel
from synthetic.draws import GRID, sparse, uniform
from synthetic.ledger import CAUSES, ORIGINS
from synthetic.population.ties import Acquaintances
from testbed.case.case import run_case
from testbed.case.setting import Setting
from testbed.lineage.trace import lineage
from testbed.measure import measures
from testbed.measures.error_propagation.error_sources import contributions
from testbed.measures.error_propagation.next_generation import sizes, spectral_radius
from testbed.regimes.appeal import fates
from testbed.regimes.reading import load_regime
from testbed.regimes.state import Reach, RegimeState
from testbed.scenarios.base import Scenario
from testbed.statistics import expand
from testbed.world.month import Injection, World

pytestmark = pytest.mark.usefixtures("small_training")

# --- Branching and random ties -----------------------------------------------------------------------

TIES, TOWN = 40, 16 * GRID


@pytest.fixture(scope="module")
def ties():
    """Acquaintances anywhere, each tie once, and a coin for each: (one, other, coin).

    With 40 ties a person, of which few pass anything on, the number that do is all but Poisson.
    """
    values = {"mean_degree": TIES, "in_grid": 0, "in_city": 0, "spread": 0}
    town = Population("template", TOWN, seed=3)
    know = Acquaintances(town, values={f"ties.acquaintances.{key}": value for key, value in values.items()})
    one, other = know.edges()
    one, other = one[one < other], other[one < other]
    pair = one.astype(np.uint64) << np.uint64(32) | other.astype(np.uint64)
    return one, other, uniform(sparse(3, "test:passes on", pair))


def clusters(ties, r):
    """Size of the cluster of each person where a tie passes on with the chance that makes R others on average."""
    one, other, coin = ties
    kept = coin < r * TOWN / (2 * len(one))
    graph = coo_array((np.ones(kept.sum()), (one[kept], other[kept])), shape=(TOWN, TOWN))
    _, label = connected_components(graph, directed=False)
    return np.bincount(label)[label]


@pytest.mark.parametrize("r", [0.3, 0.5])
def test_one_type_branching_on_random_ties_has_mean_size_1_over_1_minus_r_and_borel_sizes(ties, r):
    found = clusters(ties, r)
    assert found.mean() == pytest.approx(sizes(np.array([[r]]))[0], rel=0.08)
    assert sizes(np.array([[r]]))[0] == pytest.approx(1 / (1 - r))
    for n in (1, 2, 3, 4):
        borel = math.exp(-r * n) * (r * n) ** (n - 1) / math.factorial(n)
        assert (found == n).mean() == pytest.approx(borel, abs=0.015)


@pytest.mark.parametrize("r", [1.5, 2.0, 3.0])
def test_the_giant_component_on_random_ties_is_the_root_of_s_equals_1_minus_exp_of_minus_r_s(ties, r):
    share = 0.5
    for _ in range(200):
        share = 1 - math.exp(-r * share)
    assert clusters(ties, r).max() / TOWN == pytest.approx(share, abs=0.02)


def test_two_types_have_the_radius_and_sizes_of_the_worked_example():
    matrix = np.array([[0.5, 0.9], [0.0, 0.1]])
    assert spectral_radius(matrix) == 0.5
    assert sizes(matrix).round(2).tolist() == [2.0, 3.11]


# --- Thresholds on a ring ----------------------------------------------------------------------------


def number(value):
    return f'{{ value = {value}, unit = "a number", source = "assumed", reading = "assumed", range = [-1000, 1000] }}'


def ring(folder, threshold, seeds, months):
    """Adults in a ring, each knowing two: listed for an entry of one's own, or for so many neighbors on the list.

    Returns who is on the list in the last month, by place in the ring.
    """
    (folder / "slip.toml").write_text(
        f'title = "A slip"\ndirection = "adverse"\nseverity = "serious"\nmost = 0.01\nrate = {number(0)}\n'
    )
    (folder / "office.toml").write_text(
        'title = "An office"\nkinds = ["slip"]\n'
        + "".join(f"{key} = {number(1)}\n" for key in ("coverage_urban", "coverage_rural"))
        + "".join(f"{key} = {number(0)}\n" for key in ("miss", "false_match", "delay", "duplicate"))
        + "".join(f"{key} = {number(1)}\n" for key in ("miss_ratio", "false_match_ratio"))
    )
    (folder / "book.toml").write_text(
        f'schema = 1\ntitle = "A book"\nas_of = 2020-01-01\n[base]\npoints = {number(0)}\n'
        f'[rules.slip]\ncolumn = "slip"\npoints = {number(-10)}\n'
        f"[rules.known]\nwhen = {{ listed_acquaintances = {{ at_least = {threshold} }} }}\npoints = {number(-10)}\n"
    )
    (folder / "list.toml").write_text(
        f'title = "A list"\n[lists.black]\nenter = "adverse"\nstay = {number(0)}\n[expiry]\n'
        + "".join(f"{key} = {number(60)}\n" for key in ("minor", "moderate", "serious"))
    )
    (folder / "town.toml").write_text(
        'schema = 1\ntitle = "A town"\nas_of = 2020-01-01\nrecipe = "china-2020"\nchannels = ["office"]\n'
        'conduct = ["slip"]\nmodel = "book"\nregime = "list"\ndisclosure = "open"\n'
        '[who]\nscored = { age = { at_least = 18 } }\nheld = ["age", "listed_acquaintances"]\n'
        "[decide]\nadverse = { cutoff = -5 }\n"
    )
    setting = Setting(Scenario.load(folder / "town.toml"), people=1024, periods=months)
    society = setting.society
    adults = np.flatnonzero(society.scored)
    many = np.zeros(society.size, np.int64)
    many[adults] = 2
    beside = np.stack([np.roll(adults, 1), np.roll(adults, -1)], axis=1).ravel()
    society._ties["acquaintances"] = Reach(np.concatenate([[0], np.cumsum(many)]), beside)
    first = Injection(np.sort(adults[list(seeds)]), 0, 0)
    run = World(society, setting.scheme(setting.own_model()), months, injection=first).run()
    return run.listed("black", months - 1)[adults]


def test_one_listed_neighbor_is_enough_and_the_list_grows_by_one_to_each_side_a_month(tmp_path):
    for months in (1, 4, 9):
        on = ring(tmp_path, 1, [100], months)
        assert np.flatnonzero(on).tolist() == list(range(100 - months + 1, 100 + months))


def test_where_it_takes_both_neighbors_gaps_of_one_are_filled_and_nothing_else(tmp_path):
    on = ring(tmp_path, 2, [100, 102, 104, 107, 200], 8)
    assert np.flatnonzero(on).tolist() == [100, 101, 102, 103, 104, 107, 200]


# --- Lists, and how long an entry lives --------------------------------------------------------------


def test_the_court_list_grows_by_79961_a_month_at_its_flows_of_one_month():
    arriving, leaving, months = 282_084, 202_123, 3
    people = np.arange(leaving + arriving * months)
    regime = load_regime("joint-sanctions").set({"regime.blacklist.stay": 0})
    nobody = np.zeros(len(people), bool)
    state = RegimeState(regime, people, people, nobody, seed=1)
    stock = []
    for t in range(months):
        # Those who came first leave first; of month 0 only that many stand there at its end.
        decision = np.zeros(len(people), np.int8)
        decision[leaving * t : leaving + arriving * t] = -1
        state.step(t, decision)
        stock.append(int(state.on["blacklist"].sum()))
    assert np.diff(stock).tolist() == [79_961, 79_961]


def test_the_stock_of_a_list_is_what_has_come_less_what_has_gone():
    case = run_case("rongcheng", people=2048, periods=9)
    rows = lineage(case).rows
    stays = rows[rows["holder"] == "blacklist"]
    assert len(stays) > 5
    for t in range(case.periods):
        flow = (stays["start"] <= t).sum() - (stays["end"] <= t).sum()
        assert flow == case.history.listed("blacklist", t).sum()


def fate(n=40_000, *, lasts=12, **numbers):
    """The fates of wrong adverse entries made in month 0 under a regime with these numbers."""
    dials = {f"regime.expiry.{key}": lasts for key in ("minor", "moderate", "serious")}
    dials |= {"regime.appeal.noticed": 0, **numbers}
    yes = np.ones(n, bool)
    return fates(np.arange(n), np.zeros(n, int), yes, yes, np.ones(n, int), regime=_loose(dials), seed=5, can_know=True,
                 errors=True)  # fmt: skip


def _loose(values):
    """The court list's regime with numbers that its own ranges would not admit."""
    regime = load_regime("joint-sanctions")
    numbers = {path: replace(dial, range=None) for path, dial in regime.numbers.items()}
    some = next(iter(numbers.values()))
    for path, value in values.items():
        numbers[path] = replace(numbers.get(path, some), path=path, value=value, range=None)
    return replace(regime, numbers=numbers)


@pytest.mark.parametrize("lasts", [1, 6, 24])
def test_an_entry_that_nothing_else_ends_lives_for_as_long_as_it_is_valid(lasts):
    found = fate(100, lasts=lasts)
    assert (found.end == lasts).all()
    assert (found.end_cause == CAUSES.index("expired")).all()


@pytest.mark.parametrize(("hazard", "lasts"), [(0.05, 12), (0.3, 4)])
def test_a_correction_hazard_against_expiry_has_its_mean_life_and_share_corrected(hazard, lasts):
    found = fate(lasts=lasts, **{"regime.audit.found": hazard})
    corrected = 1 - (1 - hazard) ** (lasts - 1)
    life = (1 - (1 - hazard) ** lasts) / hazard
    assert (found.end_cause == CAUSES.index("audited")).mean() == pytest.approx(corrected, abs=0.012)
    assert found.end.mean() == pytest.approx(life, rel=0.012)


# --- What makes errors -------------------------------------------------------------------------------


def test_averaging_makes_debts_of_uneven_earners_and_of_no_steady_one():
    scenario = Scenario.load("robodebt-averaging")
    case = run_case(scenario, people=6144, periods=4)
    ledger = case.history.ledger
    averaged = ledger.where(ledger.origin == ORIGINS.index("averaged"))
    worked = case.society.columns["months_worked"][averaged.subject]
    assert len(averaged) > 5
    assert ((worked > 0) & (worked < 12)).all()
    steady = np.isin(case.society.columns["months_worked"], (0, 12))
    assert not np.isin(averaged.subject, np.flatnonzero(steady)).any()


def test_scanning_60000_faces_a_day_at_one_false_match_in_a_thousand_makes_60_alarms_a_day():
    faces, days = 60_000, 60
    numbers = {"scans_urban": 1, "scans_rural": 1, "false_match": 0.001, "false_match_ratio": 1}
    channel = Channel.load("police_cameras").set(
        {f"channels.police_cameras.{key}": value for key, value in numbers.items()}
    )
    ids, zero = np.arange(faces), np.zeros(faces, np.int64)
    columns = {"age": zero + 40, "household": ids, "community": zero, "residence": zero}
    alarms = [
        len(channel.arise(day, lambda who, column: columns[column][who], grids=np.arange(-(-faces // GRID)), size=faces,
                          seed=2, urban=0, minority=1).acts.person)
        for day in range(days)
    ]  # fmt: skip
    assert np.mean(alarms) == pytest.approx(60, abs=5 * math.sqrt(60 / days))
    assert np.var(alarms) == pytest.approx(60, rel=0.6)


# --- What must be nothing ----------------------------------------------------------------------------


def value(case, name):
    made = measures.get(name.partition("[")[0])
    return {row["measure"]: row for row in expand(made, made(case), case)}[name]["value"]


def test_a_faithful_record_propagates_exactly_nothing():
    case = run_case(Scenario.load("rongcheng").set({"channels.errors": "off"}), people=2048, periods=6)
    assert value(case, "error_burden") == 0
    assert not lineage(case).rows["wrong"].any()
    for side in contributions(case, "channel").total.values():
        assert not side.any()


def test_without_sharing_one_agency_acts_at_most():
    dials = {"error.per_1000": 40, "error.period": 3, "regime.sharing.share": 0}
    alone = run_case(Scenario.load("rongcheng").set(dials), people=2048, periods=7)
    assert value(alone, "error_agencies") <= 1
    assert value(alone, "error_reach[what=list]") >= 0
