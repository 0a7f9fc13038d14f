"""The pytest plugin: what is green, what is red, and that a run that decides nothing fails.

Audits are replaced by a small table, so that these tests are about the plugin alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

KNOWN = """
@pytest.mark.scenario("rongcheng")
@pytest.mark.people(1_000)
@pytest.mark.known_harm("rongcheng", reason="cameras")
def test_gap(findings):
    claim(findings, "adverse_gap", **GAP).within(-0.03, 0.035)
"""


def test_a_claim_that_holds_is_green(run) -> None:  # type: ignore[no-untyped-def]
    result = run("def test_gap(findings):\n    claim(findings, 'adverse_gap', **GAP).above(0.01)")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*1 claims decided*"])
    assert result.ret == 0


def test_a_known_harm_that_is_shown_is_green(run) -> None:  # type: ignore[no-untyped-def]
    result = run(KNOWN)
    result.assert_outcomes(passed=1)
    assert result.ret == 0


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("claim(findings, 'adverse_gap', **GAP).above(-1)", "was not shown"),
        ("claim(findings, 'adverse_gap', **GAP).above(0.05)", "undecided"),
        ("claim(findings, 'no_such_measure', **GAP).above(0.05)", "no such row"),
        ("raise RuntimeError('crash')", "crash"),
        ("assert False", "assert False"),
    ],
    ids=["claim held", "undecided", "no row", "crash", "plain failure"],
)
def test_a_known_harm_that_is_not_shown_is_red(run, body: str, why: str) -> None:  # type: ignore[no-untyped-def]
    result = run(KNOWN.replace('claim(findings, "adverse_gap", **GAP).within(-0.03, 0.035)', body))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{why}*"])
    assert result.ret == 1


def test_the_mark_never_binds_to_another_model(run) -> None:  # type: ignore[no-untyped-def]
    code = KNOWN.replace(".within(-0.03, 0.035)", ".below(0.005)")
    run(code).assert_outcomes(passed=1)
    run(code, "--model", "operator:neg").assert_outcomes(failed=1)


def test_the_mark_never_binds_to_a_rule_book_file_of_the_same_name(run, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    from testbed.models.rulebook import FOLDER

    pytester.path.joinpath("rongcheng.toml").write_text(
        (FOLDER / "rongcheng.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    run(KNOWN.replace(".within(-0.03, 0.035)", ".below(0.005)"), "--model", "rongcheng.toml").assert_outcomes(failed=1)


def test_nan_is_red_also_with_a_known_harm(run) -> None:  # type: ignore[no-untyped-def]
    run(KNOWN, "--model", "statistics:mean").assert_outcomes(failed=1)


def test_fewer_people_than_stated_are_skipped_and_a_run_that_decides_nothing_fails(run) -> None:  # type: ignore[no-untyped-def]
    result = run(KNOWN, "--people", "999", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*needs 1,000 people, this run has 999*"])
    result.stdout.fnmatch_lines(["*no claim was decided*"])
    assert result.ret == 1


def test_tests_without_claims_are_nobodys_business(run) -> None:  # type: ignore[no-untyped-def]
    assert run("def test_plain():\n    assert True").ret == 0


def test_a_local_fixture_may_be_called_model(run) -> None:  # type: ignore[no-untyped-def]
    code = "@pytest.fixture\ndef model():\n    return 3\n\ndef test_own(model):\n    assert model == 3"
    run(code).assert_outcomes(passed=1)


def test_marks_and_options_choose_scenarios_and_models(run) -> None:  # type: ignore[no-untyped-def]
    code = """
@pytest.mark.model("rongcheng", "lottery")
def test_names(scenario, model):
    assert scenario.name == "rongcheng"
    assert model in ("rongcheng", "lottery", "operator:neg")
"""
    run(code).assert_outcomes(passed=2)
    run(code, "--model", "operator:neg").assert_outcomes(passed=1)


ABOUT = """
@pytest.mark.model("lottery", "rongcheng", only=True)
def test_about(findings, model):
    assert model in ("lottery", "rongcheng")
    claim(findings, "adverse_gap", **GAP).within(-1, 1)

def test_gap(findings):
    claim(findings, "adverse_gap", **GAP).above(0)
"""


def test_a_test_about_a_built_in_model_alone_never_runs_on_another(run) -> None:  # type: ignore[no-untyped-def]
    run(ABOUT).assert_outcomes(passed=3)
    result = run(ABOUT, "--model", "operator:neg", "-rs")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(["*the test is only about lottery, and this run audits operator:neg*"])
    run(ABOUT, "--model", "operator:neg", "--model", "lottery").assert_outcomes(passed=2, skipped=1, failed=1)


def test_what_the_benchmarks_say_of_a_lottery_is_about_the_lottery_alone() -> None:
    for path in sorted((Path(__file__).parents[2] / "benchmarks").glob("test_*.py")):
        head, *claims = path.read_text(encoding="utf-8").split("\ndef test_")
        for one in claims:
            if "lottery" in one.partition("(")[0]:
                assert 'pytest.mark.model("lottery", only=True)' in head, f"{path.name}: {one.partition('(')[0]}"


def test_the_audit_fixture_takes_dials(run) -> None:  # type: ignore[no-untyped-def]
    code = """
def test_off(audit, scenario):
    off = audit(scenario, dials={"regime.family.share": 0.0})
    claim(off, "adverse_gap", **GAP).equals(0.0)
"""
    run(code).assert_outcomes(passed=1)


def test_tests_are_given_the_rows_of_their_model_and_anchors_only_where_they_ask(run) -> None:  # type: ignore[no-untyped-def]
    code = """
def test_rows(findings, audit, scenario):
    assert set(findings["model"]) == {"rongcheng"}
    both = audit(scenario, anchors=True)
    assert set(both["model"]) == {"rongcheng", "lottery"}
    assert claim(both, "adverse_gap", **GAP).above(0).model == "rongcheng"
"""
    result = run(code, "-s")
    result.assert_outcomes(passed=1)
    assert sum("AUDITED" in line for line in result.outlines) == 1


def test_each_audit_is_made_once(run) -> None:  # type: ignore[no-untyped-def]
    code = "\n".join(f"def test_{i}(findings):\n    claim(findings, 'adverse_gap', **GAP).above(0)" for i in range(3))
    result = run(code, "-s")
    assert sum("AUDITED" in line for line in result.outlines) == 1


@pytest.mark.parametrize(
    "spread", [(), ("-n", "2"), ("-n", "2", "--dist", "loadgroup")], ids=["one process", "xdist", "loadgroup"]
)
def test_the_findings_are_kept_and_merged_across_workers(
    run, pytester: pytest.Pytester, spread: tuple[str, ...]
) -> None:  # type: ignore[no-untyped-def]
    code = (
        KNOWN
        + "\n@pytest.mark.model('lottery')\n"
        + "def test_other(findings):\n    claim(findings, 'adverse_gap', **GAP).equals(0)"
    )
    result = run(code, "--findings", "kept.csv", *spread, spread=bool(spread))
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*2 claims decided*"])
    from testbed.findings.finding import read

    kept = read(pytester.path / "kept.csv")
    assert sorted(kept["model"]) == ["lottery", "lottery", "rongcheng"]


def test_findings_that_stand_are_kept_unless_their_overwriting_is_asked_for(run, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    kept = pytester.path / "kept.csv"
    kept.write_text("mine")
    result = run(KNOWN, "--findings", "kept.csv")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert sum("'kept.csv' already exists; add --overwrite" in line for line in result.errlines) == 1
    run(KNOWN, "--findings", "kept.csv", "--overwrite", "--collect-only")
    assert kept.read_text() == "mine"
    run(KNOWN, "--findings", "kept.csv", "--overwrite").assert_outcomes(passed=1)
    assert kept.read_text().startswith("scenario,model,")


def test_findings_are_written_where_they_were_asked_for_though_a_test_changes_folders(
    run, pytester: pytest.Pytester
) -> None:  # type: ignore[no-untyped-def]
    code = KNOWN + "    import os\n    os.chdir('..')\n"
    run(code, "--findings", "kept.csv").assert_outcomes(passed=1)
    assert (pytester.path / "kept.csv").is_file()
    assert not (pytester.path.parent / "kept.csv").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--model", "no_such_model"), "no_such_model"),
        (("--scenario", "no-such-town"), "no-such-town"),
        (("--people", "0"), "at least 1"),
        (("--findings", "no/such/folder/kept.csv"), "does not exist"),
    ],
)
def test_wrong_options_get_one_sentence(run, options: tuple[str, ...], said: str) -> None:  # type: ignore[no-untyped-def]
    result = run("def test_gap(findings):\n    pass", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert any(said in line for line in [*result.errlines, *result.outlines])
    assert not any("Traceback" in line for line in [*result.errlines, *result.outlines])


def test_every_known_harm_of_the_benchmarks_states_the_people_it_needs() -> None:
    folder = Path(__file__).parents[2] / "benchmarks"
    paths = sorted(folder.glob("test_*.py"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        whole = "mark.people(" in text.partition("\ndef ")[0].partition("\n@")[0]
        for part in text.split("\ndef ")[:-1]:
            marks = part.rpartition("\n\n\n")[2]
            assert whole or "known_harm(" not in marks or "mark.people(" in marks, f"{path.name}: {marks}"
