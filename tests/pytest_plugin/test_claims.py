"""Cards, proofs and verdicts: a claim says where its limit is from, breaks where harm is planted, and leaves a row."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from synthetic.errors import InputError
from testbed.pytest_plugin.cards import card_of

CARD = '''"""Are both communities decided alike?

    Harmed: members of the minority
    Measure: adverse_gap
    Threshold: within -0.025 and 0.025
    Origin: convention, assumed. Three points are the width
        of this test.
    People: 1,000
    Wrong if: the table is another.
    """'''
PROVED = f"""
@pytest.mark.general
@pytest.mark.scenario("rongcheng", "dang")
@pytest.mark.model("own", "lottery")
@pytest.mark.known_harm("own", reason="cameras", scenarios=["rongcheng"])
@pytest.mark.people(1_000)
@pytest.mark.breaks(scenario="rongcheng")
@pytest.mark.holds(model="lottery", dials={{"regime.family.share": 0}}, people=77)
def test_both_communities_are_decided_alike(findings):
    {CARD}
    claim(findings, "adverse_gap", **GAP).within(-0.025, 0.025)
"""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_verdict_is_a_row(run, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    code = PROVED + "\n\n@pytest.mark.people(10**9)\ndef test_gap(findings):\n    claim(findings, 'x', **GAP).above(0)"
    result = run(code, "--claims", "claims.csv")
    result.assert_outcomes(passed=3, xfailed=1, skipped=1)  # dang leaves the claim undecided: its result
    found = rows(pytester.path / "claims.csv")
    assert [(row["scenario"], row["model"], row["verdict"]) for row in found] == [
        ("dang", "dang", "undecided"),
        ("dang", "lottery", "held"),
        ("rongcheng", "lottery", "held"),
        ("rongcheng", "rongcheng", "broken"),
        ("rongcheng", "rongcheng", "skipped"),
    ]
    assert found[0] | {"seconds": ""} == {
        "claim": "both_communities_are_decided_alike", "family": "disparate impact", "model": "dang",
        "scenario": "dang", "compared": "", "verdict": "undecided", "value": "0.02", "low": "0.01",
        "high": "0.03", "claimed": "within -0.025 and 0.025", "measure": "adverse_gap", "people": "100000",
        "seconds": "", "why": "",
    }  # fmt: skip


def test_what_a_model_from_the_command_line_leaves_undecided_is_red(run) -> None:  # type: ignore[no-untyped-def]
    run(PROVED, "--model", "operator:neg").assert_outcomes(failed=2)


def test_the_full_suite_asks_the_other_models_too(run, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    run(PROVED, "--suite", "full", "--claims", "claims.csv").assert_outcomes(passed=3, xfailed=1 + 16)
    assert {row["verdict"] for row in rows(pytester.path / "claims.csv") if row["model"] == "tree"} == {"undecided"}


def test_a_claim_breaks_where_harm_is_planted_and_holds_where_there_is_none(run) -> None:  # type: ignore[no-untyped-def]
    result = run(PROVED, "--proofs", "only", "-v", "-s")
    result.assert_outcomes(passed=2)
    assert "AUDITED rongcheng ['rongcheng'] 4096" in result.stdout.str()
    assert "AUDITED rongcheng{regime.family.share=0} ['lottery'] 77" in result.stdout.str()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('scenario="rongcheng")', 'scenario="rongcheng", model="lottery")', "does not break the claim: it holds"),
        ('scenario="rongcheng")', 'scenario="dang", model="dang")', "leaves it undecided"),
        ('@pytest.mark.breaks(scenario="rongcheng")', "", "names no world in which it must break"),
        ("Harmed:", "Hurt:", "the card does not say Harmed"),
        ("Measure:", "Measured:", "the claim has no card"),
        ("Threshold: within -0.025", "Threshold: within -0.5", "the card says adverse_gap within -0.5 and 0.025"),
    ],
)  # fmt: skip
def test_a_claim_without_a_working_proof_or_a_true_card_is_red(run, old: str, new: str, said: str) -> None:  # type: ignore[no-untyped-def]
    assert old in PROVED
    result = run(PROVED.replace(old, new, 1), "--proofs", "only")
    assert result.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.USAGE_ERROR)
    assert any(said in line for line in [*result.errlines, *result.outlines])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Are both communities decided alike?", "Both are decided alike.", "a card begins with a question"),
        ("convention, assumed.", "custom, assumed.", "allowed are law, published, convention"),
        ("convention, assumed.", "convention, guessed.", "reading 'guessed'"),
        ("convention, assumed.", "law, stated.", "names its source"),
        ("convention, assumed.", "law (no-such-law), stated.", "in none of the source files"),
        ("within -0.025 and 0.025", "small", "Threshold is 'small'"),
        ("People: 1,000", "People: many", "a whole number is needed"),
        ("Measure: adverse_gap", "Measure: adverse_gab", "adverse_gab"),
    ],
)
def test_a_card_is_refused_in_one_sentence(old: str, new: str, said: str) -> None:
    def claimed() -> None:
        pass

    claimed.__doc__ = CARD.strip('"').replace(old, new)
    assert old in CARD
    with pytest.raises(InputError, match=said) as raised:
        card_of(claimed)
    assert "\n" not in str(raised.value)


def test_a_card_says_what_the_claim_is_about() -> None:
    def claimed() -> None:
        pass

    claimed.__doc__ = CARD.strip('"').replace("convention, assumed", "published (dlf-2017), inferred")
    card = card_of(claimed)
    assert (card.family, card.kind, card.source, card.reading) == (
        "disparate impact",
        "published",
        "dlf-2017",
        "inferred",
    )
    assert (card.people, card.why) == (1000, "Three points are the width of this test.")


GROUPS = """
@pytest.mark.scenario("rongcheng")
@pytest.mark.model("own")
def test_groups(findings, compared):
    print("COMPARED", sorted(compared.values()))
    claim(findings, "adverse_gap", **GAP).above(0)
"""


def test_a_general_claim_is_made_of_every_compared_group(run) -> None:  # type: ignore[no-untyped-def]
    result = run(GROUPS, "-s")
    result.assert_outcomes(passed=2)
    assert "COMPARED ['community', 'majority', 'minority']" in result.stdout.str()
    assert "COMPARED ['female', 'male', 'sex']" in result.stdout.str()
    run(GROUPS.replace('@pytest.mark.model("own")', '@pytest.mark.compared("sex")')).assert_outcomes(passed=1)


SPREAD = """
@pytest.mark.scenario("rongcheng", "dang")
@pytest.mark.seeds(10, unit="city")
@pytest.mark.model("lottery")
def test_gap(findings):
    claim(findings, "adverse_gap", **GAP).below(1)
"""


def test_the_people_of_scenarios_with_few_clusters_are_spread_over_seeds(run) -> None:  # type: ignore[no-untyped-def]
    result = run(SPREAD, "--people", "20000", "-s")
    result.assert_outcomes(passed=2)
    assert "AUDITED rongcheng ['lottery'] 20000" in result.stdout.str()
    assert "AUDITED dang ['lottery'] 2000" in result.stdout.str()
