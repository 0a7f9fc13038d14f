"""Contests of wrong entries against their closed forms: hazards of notice and decision against expiry."""

import numpy as np
import pytest

from synthetic.ledger import ORIGINS
from testbed.case.case import run_case
from testbed.lineage import remains_until
from testbed.measure import measures
from testbed.measures.opacity.waits import CORRECTED, cleared, entries, filed, noticed, upheld
from testbed.statistics import expand
from testbed.statistics.durations import Durations
from testbed.twins import Inject

pytestmark = pytest.mark.usefixtures("small_training")

READ = {"slip": ('column = "slip"', -1)}
APPEAL = {"noticed": 0.8, "notice_delay": 2, "filed": 0.5, "filed_true": 0.2, "upheld": 0.6, "upheld_true": 0.4,
          "decision_delay": 1}  # fmt: skip
LISTED = """
[lists.black]
enter = "adverse"
stay = {0}
[agencies.rail]
copies = "black"
delay = {0}
forgets = {1}
"""


def number(value):
    return f'{{ value = {value}, unit = "months", source = "assumed", reading = "assumed", range = [0, 24] }}'


def waits(mean):
    """P(W = w), geometric with this mean."""
    q = mean / (1 + mean)
    return (1 - q) * q ** np.arange(13)


def rows_of(case, name, **given):
    made = measures.get(name)
    return {(row["measure"], row["split"], row["group"]): row for row in expand(made, made(case, **given), case)}


def overall(case, name, horizon=6):
    return rows_of(case, name, horizon=horizon)[f"{name}[horizon={horizon}]", "all", "all"]


@pytest.fixture
def town(plant, parts):
    """A town in which two fifths of the entries fall on a neighbor, and its run."""

    def make(*, lasts=10, rights="open", rate=0.01, stray=0.4, people=16_384, periods=14, follows="", seed=3, **appeal):
        scenario = plant(
            acts={"slip": parts.act(rate, most=0.3)}, rules=READ, rights=rights,
            channels={"watch": parts.channel(["slip"], false_match=stray)},
            follows=parts.regime(minor=lasts, **(APPEAL | appeal)) + follows,
        )  # fmt: skip
        return run_case(scenario, people=people, periods=periods, seed=seed)

    return make


def closed(lasts, horizon):
    """(noticed, filed, upheld within the horizon, curve of upheld) where nothing is copied."""
    seen, decided = waits(2), waits(1)
    noticed = 0.8 * seen[: min(horizon + 1, lasts)].sum()
    struck = np.zeros(40)
    for w, p in enumerate(seen):
        for v, q in enumerate(decided):
            if w + 1 + v < lasts:
                struck[w + 1 + v] += 0.8 * 0.5 * 0.6 * p * q
    curve = np.cumsum(struck)
    return noticed, 0.5 * noticed, curve[horizon], curve


@pytest.mark.parametrize("lasts", [4, 10])
def test_contest_hazards_against_expiry_have_their_closed_form(town, lasts):
    case = town(lasts=lasts)
    noticed, filed, struck, curve = closed(lasts, 6)
    delay = (1 - curve[:6]).sum()
    truths = {"contest_noticed": noticed, "contest_filed": filed, "contest_upheld": struck, "contest_cleared": struck,
              "contest_delay": delay, "contest_false_upheld": struck * 0.2 / 0.5 * 0.4 / 0.6}  # fmt: skip
    for name, truth in truths.items():
        row = overall(case, name)
        # Twelve intervals are looked at: half as wide again is about one error in 300 each.
        assert abs(row["value"] - truth) < 0.75 * (row["high"] - row["low"]), name
        assert row["high"] - row["low"] < (0.4 if name == "contest_delay" else 0.1), name


def test_an_agency_that_forgets_two_months_late_clears_two_months_later(town):
    # The list is left in the month of the strike, and the copy of the month before it is kept two months longer.
    case = town(follows=LISTED.format(number(0), number(2)), rate=0.003, notice_delay=0, decision_delay=0)
    early, late = upheld(case), cleared(case)
    struck = early.event & (early.start + early.months + 3 < case.periods)
    extra = (late.months - early.months)[struck]
    assert struck.sum() > 20
    assert (extra >= 0).all()
    assert np.mean(extra == 2) > 0.9
    delay, sooner = overall(case, "contest_delay"), overall(case, "contest_upheld")
    assert delay["value"] > 6 - 5 * sooner["value"]


@pytest.fixture
def listing(town):
    """A town with a list that is kept for six months, and an agency that forgets two months late."""
    follows = LISTED.format(number(6), number(2)).replace("delay = " + number(6), "delay = " + number(0))
    return town(follows=follows, rate=0.03, lasts=12, people=8192, filed=1, upheld=1)


def test_what_a_wrong_entry_leaves_is_what_parts_the_world_from_the_one_without_it(listing):
    twin = listing.twin(Inject("slip", 3, 40))
    ledger = twin.history.ledger
    own = ledger.where((ledger.origin == ORIGINS.index("injected")) & (ledger.end_cause == CORRECTED))
    until = np.minimum(own.end, listing.periods)
    place = listing.history.place(own.subject)
    for t in range(listing.periods):
        more = twin.history.lists(t)[place] & ~listing.history.lists(t)[place]
        until = np.where(more != 0, np.maximum(until, t + 1), until)
    assert len(own) > 100
    np.testing.assert_array_equal(remains_until(twin, own), until)


def test_a_listing_that_one_other_entry_keeps_up_is_cleared_as_by_hand(listing):
    # An entry in month a brings six months on the list and two more at the agency. Struck in s, it is gone by then,
    # unless the other entry, made in u, carries the listing on: from u (or s) on it is that one's.
    ledger = listing.history.ledger.where(listing.history.ledger.real)
    many = np.bincount(ledger.subject, minlength=len(listing.people))
    waits, held = cleared(listing), entries(listing, wrong=True)
    found = []
    for place in np.flatnonzero(waits.event & (many[held.subject] == 2)):
        both = (ledger.subject == held.subject[place]) & (ledger.id != held.id[place])
        a, s, u = int(held.start[place]), int(held.end[place]), int(ledger.start[both][0])
        if ledger.wrong[both][0] or not a < u < listing.periods or max(s, a + 8) >= listing.periods:
            continue
        by_hand = max(s, min(a + 8, u))
        found.append((waits.months[place] + a, by_hand, max(s, a + 8)))
    made, by_hand, alone = np.array(found).T
    np.testing.assert_array_equal(made, by_hand)
    assert (by_hand < alone).sum() > 20


def test_what_still_stands_at_an_agency_when_the_run_ends_is_not_cleared(town):
    case = town(follows=LISTED.format(number(0), number(20)), rate=0.003, notice_delay=0, decision_delay=0, periods=8)
    assert overall(case, "contest_upheld", 3)["value"] > 0.1
    # All but those whom another entry had listed before: of them there is no copy that goes back to this one.
    assert overall(case, "contest_cleared", 3)["value"] < 0.05


def test_where_nothing_may_be_seen_nothing_is_noticed_and_the_limits_say_how_sure_that_is(town):
    case = town(rights="closed", people=4096)
    for name in ("contest_noticed", "contest_filed", "contest_upheld", "contest_cleared"):
        row = overall(case, name)
        assert row["value"] == row["low"] == 0
        assert 0 < row["high"] < 0.05
    assert overall(case, "contest_delay")["value"] == 6


def test_an_operator_that_finds_every_wrong_entry_in_a_month_leaves_to_contests_what_they_strike_by_then(town):
    case = town(people=12_288, follows=f"\n[audit]\nfound = {number(1)}\n")
    row = overall(case, "contest_upheld")
    assert row["low"] < 0.8 * waits(2)[0] * 0.5 * 0.6 * waits(1)[0] < row["high"] < 0.1


def test_nobody_learns_of_an_entry_that_the_operator_has_found_wrong_before(town):
    case = town(people=12_288, notice_delay=4, follows=f"\n[audit]\nfound = {number(1)}\n")
    held = entries(case, wrong=True)
    assert (held.noticed >= held.end).sum() > 20
    for waits in (noticed(held), filed(case)):
        assert (waits.months + held.start <= held.end).all()
        assert not waits.event[held.noticed >= held.end].any()
    # An entry stands for a month: it is noticed in its own month or never, with a chance of 1/5.
    row = overall(case, "contest_noticed")
    assert row["low"] < 0.8 / 5 < row["high"]


def test_notice_competes_with_expiry_and_has_its_closed_form(town):
    # Half would be noticed, a third of them each month, and all entries are gone after six months.
    case = town(lasts=6, noticed=0.5, filed=0, periods=20, rate=0.02)
    within = 0.5 * (1 - (2 / 3) ** np.minimum(np.arange(12) + 1, 6))
    row = rows_of(case, "notice_delay")["notice_delay", "all", "all"]
    assert (1 - within).sum() == pytest.approx(7.18, abs=0.01)
    assert row["low"] < (1 - within).sum() < row["high"] < row["low"] + 0.5


def test_groups_have_rows_of_their_own_and_a_gap_with_limits(town):
    rows = rows_of(town(seed=1), "contest_noticed", horizon=6)
    gap = rows["contest_noticed_gap[horizon=6]", "community", "minority"]
    one, other = (rows["contest_noticed[horizon=6]", "community", group] for group in ("minority", "majority"))
    assert gap["value"] == pytest.approx(one["value"] - other["value"])
    assert gap["low"] < 0 < gap["high"]
    assert gap["versus"] == "majority"


def test_a_record_without_wrong_entries_has_nothing_to_contest(town):
    row = overall(town(stray=0, people=2048, periods=6), "contest_noticed", 3)
    assert np.isnan(row["value"])
    assert row["why"] == "there is no wrong adverse entry"


def test_the_restricted_wait_counts_what_ends_otherwise_as_the_horizon():
    # Half end by the cause after 2 months, half otherwise after 1; the horizon is 5.
    many = 400
    months = np.where(np.arange(many) % 2, 2, 1)
    table = Durations.of(months, np.ones(many, bool), months == 2, np.arange(many) // 20, 5)
    assert table.restricted_wait().value == pytest.approx(0.5 * 2 + 0.5 * 5)
    assert table.incidence().value == pytest.approx(0.5)
    assert table.incidence_curve()[0].tolist() == pytest.approx([0, 0.5, 0.5, 0.5])


def test_a_lapse_that_a_listing_has_led_to_is_no_copy_of_the_wrong_entry_that_led_to_the_listing(plant, parts):
    # Who is barred lapses far more often; a lapse stands for years, and no rule reads it.
    bar = f"""
[lists.black]
enter = "adverse"
stay = {number(0)}
[sanctions.bar]
by = "black"
source = "assumed"
reading = "assumed"
[sanctions.bar.raises]
lapse = {number(20)}
"""
    acts = {"slip": parts.act(0.03, most=0.3), "lapse": parts.act(0.04, severity="serious")}
    appeal = APPEAL | {"noticed": 1, "filed": 1, "upheld": 1, "filed_true": 0, "decision_delay": 0}
    scenario = plant(
        acts=acts, rules=READ,
        channels={"watch": parts.channel(["slip"], false_match=0.6), "court": parts.channel(["lapse"])},
        follows=parts.regime(minor=10, **appeal) + bar,
    )  # fmt: skip
    case = run_case(scenario, people=2048, periods=10, seed=3)
    ledger = case.history.ledger
    slips = np.bincount(ledger.subject[ledger.real & (ledger.kind == 0)], minlength=len(case.people))
    early, late = upheld(case), cleared(case)
    alone = early.event & (early.start + early.months < case.periods) & (slips[early.subject] == 1)
    # Of those whom no other slip keeps on the list, many lapsed while they were barred.
    led = np.zeros(len(case.people), bool)
    for person, start, months in zip(
        *(column[alone] for column in (early.subject, early.start, early.months)), strict=True
    ):
        mine = (ledger.subject == person) & (ledger.kind == 1)
        led[person] = ((ledger.start[mine] > start) & (ledger.start[mine] < start + months)).any()
    assert led[early.subject[alone]].sum() > 20
    np.testing.assert_array_equal(late.months[alone], early.months[alone])
