"""Every scenario beyond the first: a smoke audit, and that what it is about bites."""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from testbed import claim
from testbed.case.case import Case, run_case
from testbed.commands.descriptions import scenario as shown
from testbed.measures.benefit.detection import detection_precision
from testbed.models.rulebook import rulebook_names
from testbed.models.rulebook_file import load_rulebook
from testbed.regimes.debt import debts
from testbed.regimes.gates import refusals, waits
from testbed.runs.auditing import run_audit
from testbed.runs.plan import Outcome, planned
from testbed.scenarios.base import FOLDER, Scenario, names
from testbed.world.month import Scheme, World
from testbed.world.society import Society

PUBLISHED = Path(__file__).parents[2] / "benchmarks" / "published"
BEYOND = sorted(set(names()) - {"rongcheng", "judgment-debtors"})

loaded = cache(Scenario.load)


@cache
def world(name: str, people: int = 4096, periods: int = 12, **dials: Any) -> Case:
    """A world of a scenario, with dials by path, dots written as two underscores."""
    made = loaded(name).set({path.replace("__", "."): value for path, value in dials.items()})
    return run_case(made, people=people, periods=periods)


@cache
def small(name: str, people: int = 1024) -> Outcome:
    """A small audit of a scenario by all measures that are made by default."""
    dials = {"error.period": 1, "error.per_1000": 20, "error.sample": 10}
    return run_audit(planned(name, people=people, periods=5, dials=dials))


def sanctioned(case: Case, name: str) -> np.ndarray:
    """Whether each person is under a sanction, by month: bool (months, n)."""
    return np.array([case.history.sanctioned(name, t) for t in range(case.history.periods)])


def refused(case: Case, gate: str) -> pd.DataFrame:
    """Refused attempts at a gate."""
    rows = refusals(case.history, case.scenario.regime, case.people, 0)
    return rows[rows["gate"] == gate]


def recorded(name: str, people: int, **dials: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(people, their entries) after a year in which conduct is recorded and nobody is scored."""
    made = loaded(name).set({path.replace("__", "."): value for path, value in dials.items()})
    society = Society(made, people, 0)
    entries = World(society, Scheme(None, None), 12).run().ledger.frame()
    return society.population.people(), entries[entries["real"]]


def figures(name: str) -> dict[str, Any]:
    """Published figures of one system."""
    return dict(tomllib.loads((PUBLISHED / "systems.toml").read_text(encoding="utf-8"))[name])


# --- All of them -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_a_small_audit_of_every_scenario_ends_well_no_measure_fails_and_its_anchors_hold(name: str) -> None:
    made, found = small(name), small(name).findings
    assert made.failures == []
    assert not found["why"].str.contains("failed").any()
    assert [anchor["detail"] for anchor in made.verdicts if not anchor["holds"]] == []
    assert not made.void
    row = found[(found["model"] != "lottery") & (found["measure"] == "adverse_rate") & (found["split"] == "all")]
    assert 0 <= float(row["value"].iloc[0]) < 0.5


@pytest.mark.parametrize("name", BEYOND)
def test_the_page_of_a_scenario_names_its_sources_dials_and_gaps(name: str) -> None:
    page = "\n".join(shown(name))
    for part in ("sources", "dials (path", "not modelled", "causal graph", "wrong entry that is followed"):
        assert part in page
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    assert len(table["not_modelled"]) >= 2
    assert {"kind", "period", "per_1000"} == set(table["error"])
    assert str(table["as_of"]) in page


@pytest.mark.parametrize("name", rulebook_names())
def test_every_number_of_a_rule_book_can_be_turned_to_either_end_of_its_range(name: str) -> None:
    book = load_rulebook(name)
    for path, dial in book.dials.items():
        for end in dial.range or ():
            assert float(book.set({path: end}).dials[path].value) == end


def test_a_scenario_about_claims_says_so_on_its_first_line_and_no_other_does() -> None:
    about = {name for name in names() if (FOLDER / f"{name}.toml").read_text(encoding="utf-8").startswith("# CLAIMED")}
    assert about == {"dang", "essay-claims"}
    assert all(loaded(name).title.startswith("Claimed: ") == (name in about) for name in names())


def test_claims_without_a_rule_text_are_off_but_in_the_scenario_that_is_about_them() -> None:
    assert load_rulebook("corporate-tax").dials["model.late_supplier_payment.points"].value == 0
    switches = [path for path in loaded("essay-claims").dials if path.endswith(".follows")]
    assert all(loaded("essay-claims").dials[path].value for path in switches)
    assert {loaded("essay-claims").dials[path].reading for path in switches} == {"claimed"}
    perks = loaded("zhima-like").dials
    assert not any(perks[f"regime.{key}.follows"].value for key in ("airport_lane", "easier_work", "dating_label"))


@pytest.mark.parametrize("name", names())
def test_where_a_claim_of_the_seeds_is_on_the_first_line_of_the_scenario_says_so(name: str) -> None:
    on = [
        path
        for path, dial in loaded(name).dials.items()
        if dial.value is True and dial.reading == "claimed" and dial.source in ("kildis-essay", "tehran-abstract")
    ]
    first = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").splitlines()[0].lower()
    assert not on or "claimed" in first, on


# --- What each is about ----------------------------------------------------------------------------


def test_suining_the_lowest_class_follows_from_half_a_year_in_the_one_before() -> None:
    case = world("suining-2010", periods=10)
    lists = {name: np.array([case.history.listed(name, t) for t in range(10)]) for name in ("class_c", "class_d")}
    ever = lists["class_d"].any(axis=0)
    assert ever.sum() >= 5
    assert (lists["class_d"].argmax(axis=0)[ever] - lists["class_c"].argmax(axis=0)[ever] >= 6).all()
    assert not sanctioned(case, "posts_closed")[:, ~ever].any()


def test_joint_sanctions_one_entry_reaches_nine_in_ten_agencies_and_none_where_nobody_shares() -> None:
    found = claim(small("joint-sanctions", 2048).findings, "error_agencies")  # a listing reaches 0.91 of 5: 4.55
    found.above(4.2)
    found.below(4.95)
    alone = world("joint-sanctions", 2048, 8, regime__sharing__share=0)
    assert alone.history.listed("blacklist", 7).any()
    assert not any(alone.history.listed(one.name, 7).any() for one in alone.scenario.regime.agencies)


def test_dang_nobody_is_told_of_a_mark_and_forged_ones_stand_to_the_end() -> None:
    entries = world("dang").history.ledger.frame()
    assert (entries["noticed"] == -1).all()
    assert not entries["filed"].any()
    forged = entries[entries["origin"] == "legacy"]
    assert len(forged) >= 10
    assert (forged["end"] > 12).all()


def test_zhima_like_a_score_falls_with_the_listings_of_acquaintances_and_not_where_relations_are_off() -> None:
    case = world("zhima-like", periods=6)
    told = case.scores.reasons
    assert told is not None
    known = told[told["rule"] == "relations_listed"]
    assert len(known) >= 10
    assert (known["contribution"] < 0).all()
    book = case.scenario.rulebook
    assert book is not None
    off = book.set({"model.relations_listed.points": 0}).score(case.records).score
    assert ((off > case.scores.score) == case.records.index.isin(known["person"])).all()


def test_corporate_a_grade_d_closes_tenders_and_reaches_those_who_work_for_the_firm() -> None:
    case = world("corporate", 16_384, 24)
    assert len(refused(case, "tender")) >= 10
    workers = sanctioned(case, "workers")[-1]
    assert workers.sum() >= 10
    assert workers[~case.scored].sum() > workers[case.scored].sum()


def test_corporate_the_shares_of_the_grades_are_near_the_published_ones() -> None:
    case, share = world("corporate", 16_384, 24), figures("tax")
    grades = case.scenario.rulebook.grade(case.history.scores[-1][case.scored])
    found = {grade: (grades == grade).mean() for grade in "ABCD"}
    for grade in "ACD":
        assert abs(found[grade] - share[grade]["value"]) < 0.02, grade
    assert abs(found["B"] - share["BM"]["value"]) < 0.03


def test_corporate_nobody_is_a_who_is_young_idle_or_was_late_without_an_audit() -> None:
    case = world("corporate", 16_384, 24)
    grades = case.scenario.rulebook.grade(case.history.scores[-1][case.scored])
    firm = {name: case.society.columns[f"firm_{name}"][case.scored] == 1 for name in ("young", "idle", "audited")}
    barred = firm["young"] | firm["idle"]
    assert not (grades[barred] == "A").any()
    late = case.records_at(23)["tax_arrears"].to_numpy()
    assert not (grades[~firm["audited"] & (late > 0)] == "A").any()
    # Whom no ground excludes is A: nothing late, or with an audit up to two months.
    spared = ~barred & (late <= np.where(firm["audited"], 2, 0)) & (grades != "D")
    assert (grades[spared] == "A").all()
    assert spared.sum() > 50


def test_restaurants_the_grade_of_the_year_hangs_longer_than_that_of_the_last_inspection() -> None:
    case = world("restaurant-hygiene", 16_384, 18)
    last, year = (sanctioned(case, name) for name in ("board", "year_board"))
    assert (year | ~last).all()
    assert year.sum() > last.sum() > 0


def test_health_code_a_code_turned_by_hand_closes_the_same_gates() -> None:
    case = world("health-code", regime__misuse__rate=5)
    entries = case.history.ledger.frame()
    turned = entries[(entries["origin"] == "misuse") & (entries["start"] < 12)]
    assert len(turned) >= 100
    place, month = case.history.place(turned["subject"].to_numpy()), turned["start"].to_numpy()
    assert (case.history.decisions_[:][month, place] == -1).all()
    assert (case.history.deserved_[:][month, place] == -1).mean() < 0.1
    assert refused(case, "travel")["person"].isin(turned["subject"]).mean() > 0.3


def test_grid_and_cameras_at_a_low_base_rate_most_alarms_of_worn_scanners_are_false() -> None:
    _, entries = recorded("grid-and-cameras", 16_384)
    alarms = entries[entries["kind"] == "wanted"]
    assert len(alarms) >= 20
    assert (alarms["origin"] == "false_match").mean() > 0.9


def test_grid_and_cameras_a_warden_who_looks_more_at_one_group_enters_more_of_it() -> None:
    def share(ratio: float) -> float:
        people, entries = recorded("grid-and-cameras", 4096, channels__wardens__attention_ratio=ratio)
        met = entries[entries["channel"] == "wardens"]["subject"].to_numpy()
        return float((people["community"].loc[met] == "minority").mean())

    assert share(10) > 1.5 * share(1) > 0


def test_grid_and_cameras_at_work_those_are_seen_who_work() -> None:
    people, entries = recorded("grid-and-cameras", 4096)
    seen = entries[(entries["channel"] == "workplace_cameras") & (entries["origin"] == "faithful")]["subject"]
    assert len(seen) >= 50
    assert (people["sector"].loc[seen.to_numpy()] != "none").all()


def test_metro_what_the_white_list_is_spared_the_others_wait() -> None:
    case = world("metro-sorting")
    last = waits(case.history, case.scenario.regime, case.people).iloc[-1]
    assert last["wait_favored"] < last["wait_alike"] < last["wait_others"]
    whole = last["favored"] * last["wait_favored"] + last["others"] * last["wait_others"]
    assert whole == pytest.approx((last["favored"] + last["others"]) * last["wait_alike"])


def test_targeted_group_lawful_conduct_is_held_against_one_group_and_never_against_the_other() -> None:
    case = world("targeted-group")
    flagged, minority = case.history.decisions_[-1][case.scored] == -1, case.records["community"] == "minority"
    crimes, contacts = case.records["fraud"] > 0, case.records["sensitive_contact"] > 0
    assert (flagged & minority & ~crimes).sum() >= 3
    assert not (flagged & ~minority & ~crimes).any()
    assert (contacts & ~minority & ~crimes).sum() > (flagged & minority).sum()


def test_many_cities_the_same_record_is_decided_otherwise_in_another_city() -> None:
    case = world("many-cities", 4096, 8)
    levels = list(case.records["scheme"].cat.categories)
    picked = [
        case.ask(case.records.assign(scheme=pd.Categorical([scheme] * len(case.records), levels))).score < 0.03
        for scheme in levels
        if scheme != "none"
    ]
    assert len(picked) == 5
    assert np.mean([(a != b).mean() for a, b in combinations(picked, 2)]) > 0.005
    assert case.history.schemes is not None
    assert (case.history.schemes[0] != case.history.schemes[-1]).any()


def test_robodebt_averaging_makes_debts_of_uneven_years_and_none_of_even_ones() -> None:
    case = world("robodebt-averaging", 8192, 12)
    entries = case.history.ledger.frame()
    worked = case.people["months_worked"].loc[entries[entries["origin"] == "averaged"]["subject"].to_numpy()]
    assert len(worked) >= 20
    assert worked.between(1, 11).all()
    owes = case.history.decisions_[-1] == -1
    assert (case.history.deserved_[-1][owes] != -1).mean() > 0.5


def test_midas_the_share_of_findings_that_are_right_holds_the_published_one() -> None:
    case, midas = world("midas-auto", 16_384, 24), figures("midas")
    (parts,) = detection_precision(case)
    right, found = int(parts.numerator.sum()), int(parts.denominator.sum())
    assert found >= 200
    held = binomtest(right, found).proportion_ci(method="wilson")
    assert held.low < 1 - midas["reversed"]["value"] / midas["decided"]["value"] < held.high
    owed = debts(case.history, case.scenario.regime)
    assert (owed["penalty"] == 4 * owed["raised"]).all()


def test_childcare_the_same_family_of_another_group_owes_more_often_and_one_paper_takes_all() -> None:
    case = world("childcare-benefits")
    levels = list(case.records["community"].cat.categories)
    cut = loaded("childcare-benefits").decide["adverse"]["cutoff"]
    owes = {
        group: case.ask(case.records.assign(community=pd.Categorical([group] * len(case.records), levels))).score > cut
        for group in levels
    }
    assert not (owes["majority"] & ~owes["minority"]).any()
    assert (owes["minority"] & ~owes["majority"]).mean() > 0.05
    owed = debts(case.history, case.scenario.regime)
    assert len(owed) >= 20
    assert owed["raised"].nunique() == 1


def test_the_essay_what_is_claimed_to_follow_follows_only_where_the_claims_are_on() -> None:
    case = world("essay-claims", 2048, 6)
    assert set(refusals(case.history, case.scenario.regime, case.people, 0)["gate"]) >= {"goods", "hotel"}
    switches = {path: "off" for path in case.scenario.dials if path.endswith(".follows")}
    off = case.scenario.set(switches).regime
    assert len(off.sanctions) >= 6
    assert not any(off.in_force(one) for one in off.sanctions)
