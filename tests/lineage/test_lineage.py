"""Lineage: parents in hand-built towns, against the twin and against the sanctions that brought an act."""

import numpy as np
import pytest

from synthetic.ledger import ORIGINS
from testbed.case.case import Case, run_case
from testbed.lineage.inducement import Inducement
from testbed.lineage.trace import RECORD, Lineage, act_number, lineage
from testbed.scenarios.base import Scenario
from testbed.twins import Inject

pytestmark = pytest.mark.usefixtures("small_training")


@pytest.fixture(scope="module")
def case():
    raised = dict.fromkeys((f"regime.credit.{kind}" for kind in ("bank_arrears", "utility_late", "loan_breach")), 2)
    scenario = Scenario.load("rongcheng").set({"error.per_1000": 60, "error.period": 5, **raised})
    return run_case(scenario, people=4096, periods=12)


def injected(twin):
    ledger = twin.history.ledger
    own = ledger.where(ledger.origin == ORIGINS.index("injected"))
    return own.where(np.argsort(own.subject, kind="stable"))


def test_lineage_count_equals_twin_count_on_single_errors_at_the_first_decision(case):
    twin = case.twin(Inject())
    since = twin.history.since
    own = injected(twin)
    np.testing.assert_array_equal(own.subject, twin.roots)
    made = lineage(case, twin.history)
    children = made.frame[made.frame["parent"].isin(own.id) & (made.frame["start"] == since)]
    listed = children[children["holder"] == "blacklist"]["person"]
    bit = twin.history.list_names.index("blacklist")
    differs = ((twin.history.lists(since) ^ case.history.lists(since)) >> np.uint16(bit)) & 1 == 1
    assert sorted(listed) == np.flatnonzero(differs).tolist()
    assert 5 < len(listed) < len(twin.roots)


def test_a_faithful_record_of_the_same_lives_has_no_listing_that_goes_back_to_an_error(case):
    made = lineage(case)
    wrong = made.rows.loc[made.rows["wrong"], "id"].to_numpy()
    from_errors = made.edges["parent"].isin(wrong)
    assert from_errors.any()
    clean = run_case(case.scenario.set({"channels.errors": "off"}), people=2048, periods=8)
    assert not lineage(clean).rows["wrong"].any()


def test_ids_are_those_of_the_ledger_and_unique_and_do_not_depend_on_who_else_is_read(case):
    made = lineage(case)
    assert made.rows["id"].is_unique
    entries = made.rows[made.rows["holder"] == RECORD]
    ledger = case.history.ledger
    assert set(entries["id"]) == set(ledger.id[ledger.real].tolist())
    some = np.arange(1024)
    part = lineage(case, people=some)
    mine = made.rows[made.rows["person"] < 1024].sort_values("id", ignore_index=True)
    assert part.rows.sort_values("id", ignore_index=True).equals(mine)
    pairs = set(map(tuple, made.edges[made.edges["child"].isin(mine["id"])].to_numpy().tolist()))
    held = set(map(tuple, part.edges.to_numpy().tolist()))
    strays = set(ledger.id[ledger.subject != ledger.author].tolist())
    assert {pair for pair in pairs - held if pair[0] not in strays} == set()
    assert held <= pairs


def test_a_copy_stands_on_a_listing_of_the_same_person_and_may_outlive_it(case):
    frame = lineage(case).frame
    copies = frame[frame["holder"].isin(["railway", "bank"])]
    assert (copies["parent"] != -1).all()
    both = copies.merge(frame.drop_duplicates("id"), left_on="parent", right_on="id", suffixes=("", "_parent"))
    assert (both["person"] == both["person_parent"]).all()
    assert (both["holder_parent"] == "blacklist").all()
    assert ((both["start"] >= both["start_parent"]) & (both["start"] < both["end_parent"])).all()
    assert (both["end"] > both["end_parent"]).any()


def test_stays_are_the_months_on_the_list(case):
    rows = lineage(case).rows
    stays = rows[rows["holder"] == "bank"]
    months = sum(int(case.history.listed("bank", t).sum()) for t in range(case.periods))
    assert (stays["end"] - stays["start"]).sum() == months


def test_every_act_has_the_coin_that_accepted_it_and_induced_entries_a_barred_household(case):
    made = lineage(case)
    both = made.edges.merge(made.rows, left_on="child", right_on="id").merge(
        made.rows, left_on="parent", right_on="id", suffixes=("", "_parent")
    )
    induced = both[(both["holder"] == RECORD) & (both["holder_parent"] == "bank")]
    assert len(induced) > 5
    raised = {kind for one in case.scenario.regime.sanctions if one.by == "bank" for kind in one.raises}
    assert set(induced["kind"]) <= raised
    ledger = case.history.ledger
    author = dict(zip(ledger.id.tolist(), ledger.author.tolist(), strict=True))
    month = dict(zip(ledger.id.tolist(), ledger.period.tolist(), strict=True))
    home = case.society.household
    for child, carrier, start, end in induced[["child", "person_parent", "start_parent", "end_parent"]].to_numpy():
        assert home[author[child]] == home[carrier]
        assert start <= month[child] - 1 < end


def test_without_sanctions_that_raise_a_rate_no_entry_is_induced(case):
    dials = {path: 1.0 for path in case.scenario.dials if path.startswith("regime.credit.")}
    dials |= {path: 1.0 for path in case.scenario.dials if path.startswith("regime.rebate.")}
    quiet = run_case(case.scenario.set(dials), people=3072, periods=10)
    made = lineage(quiet)
    listings = set(made.rows.loc[made.rows["holder"] != RECORD, "id"])
    entries = set(made.rows.loc[made.rows["holder"] == RECORD, "id"])
    assert not [1 for child, parent in made.edges.to_numpy() if child in entries and parent in listings]
    assert Inducement(quiet, quiet.history, quiet.history.people).acts().empty


def test_descendants_are_each_counted_once_however_many_ways_lead_to_them():
    import pandas as pd

    ids = [10, 11, 12, 13, 14]
    rows = pd.DataFrame({"id": ids, "kind": "a", "holder": RECORD, "person": 0, "start": 0, "end": 1, "wrong": True})
    edges = pd.DataFrame({"child": [11, 12, 13, 13], "parent": [10, 10, 11, 12]})
    at, found = Lineage(rows, edges).descendants(np.array([10, 14]))
    assert sorted(found[at == 0]) == [10, 11, 12, 13]
    assert found[at == 1].tolist() == [14]


def test_a_model_that_looks_at_people_together_has_rows_but_no_parents(case):
    class Ranking:
        def score(self, records):
            return records["utility_late"].rank().to_numpy(float)

    made = lineage(Case.of(case.setting, Ranking()))
    assert made.why
    assert len(made.rows)
    assert made.edges.empty


def test_the_number_of_an_act_is_read_back_from_the_id_of_its_entry(case):
    acts = {(int(p), a.period, int(kind)): int(k) for a in case.history.acts_
            for p, kind, k in zip(a.person, a.kind, a.k, strict=True)}  # fmt: skip
    ledger = case.history.ledger
    faithful = ledger.where(ledger.real & (ledger.origin == 0))
    numbers = act_number(faithful.id)
    for author, period, kind, k in list(zip(faithful.author, faithful.period, faithful.kind, numbers, strict=True))[
        :500
    ]:
        assert (int(author), int(period), int(kind)) in acts
        assert k < 512
