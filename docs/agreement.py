"""Where other libraries define what we measure: do the numbers agree, and where not, why.

Random tables of 6 to 120 rows in 2 to 4 groups, a third of one person a row, a third with people per row, a third with
sampling weights, some groups without positives, or of weight 0. Two numbers agree where both are undefined
or less than 1e-9 apart. fairlearn, scikit-learn and scipy are always compared; AIF360, Aequitas and FairBench
where they can be imported.

    python docs/agreement.py [--write]        print the page, or write docs/agreement.md
"""

from __future__ import annotations

import contextlib
import io
import logging
import math
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from testbed import audit_table

TABLES = 60
CLOSE = 1e-9
RATES = {
    "selection_rate": "selection_rate", "true_positive_rate": "true_positive_rate",
    "false_positive_rate": "false_positive_rate", "true_negative_rate": "true_negative_rate",
    "false_negative_rate": "false_negative_rate",
}  # fmt: skip
Numbers = dict[tuple[str, str], float]


def table(seed: int) -> pd.DataFrame:
    """A random table: group g, outcome y, prediction p, score s, weight w, two features."""
    words = np.random.Generator(np.random.Philox([17, seed])).random((8, 128))
    n, groups = 6 + int(words[0, 0] ** 2 * 115), 2 + int(words[0, 1] * 3)
    base, skill = words[1, :groups] ** 1.5, 0.2 + 0.6 * words[0, 2]
    g = np.minimum((words[2, :n] * groups).astype(int), groups - 1)
    g[:groups] = range(groups)
    y = (words[3, :n] < base[g]).astype(int)
    p = np.where(words[4, :n] < skill, y, words[5, :n] < 0.4).astype(int)
    s = np.round((0.3 * y + words[6, :n]) / 1.3, 1)
    w = [np.ones(n), np.floor(words[7, :n] * 4), np.round(words[7, :n] * 3, 2)][seed % 3]
    if seed % 7 == 1:
        w[g == groups - 1] = 0
    if not w.any():
        w[:] = 1
    frame = pd.DataFrame({"g": np.array(list("abcd"))[g], "y": y, "p": p, "s": s, "w": w.astype(float)})
    return frame.assign(one=scaled(words[6, :n]), two=scaled(words[7, :n][::-1].copy()))


def scaled(column: np.ndarray) -> np.ndarray:
    """Mean 0 and standard deviation 1, so that libraries that do not scale see what we see."""
    return np.asarray((column - column.mean()) / column.std())


@cache
def ours(seed: int) -> Numbers:
    """Our values of a random table by measure and group; group b against a."""
    frame = table(seed)
    whole = bool((frame["w"] % 1 == 0).all())
    found = audit_table(
        frame, groups="g", outcome="y", prediction="p", score="s", weights=None if whole else "w",
        counts="w" if whole else None, features=["one", "two"], reference={"g": "a"},
    )  # fmt: skip
    return dict(zip(zip(found["measure"], found["group"]), found["value"].tolist()))


def fairlearn(frame: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Rates by group, and the symmetric comparisons."""
    from fairlearn import metrics

    y, p, w = frame["y"], frame["p"], frame["w"]
    groups = sorted(set(frame["g"]))
    for name, theirs in RATES.items():
        try:
            made: Any = metrics.MetricFrame(
                metrics=getattr(metrics, theirs), y_true=y, y_pred=p, sensitive_features=frame["g"],
                sample_params={"sample_weight": w},
            )  # fmt: skip
            values = {"all": made.overall, **made.by_group.to_dict()}
        except ValueError:  # a group without weight
            values = {}
        for group in ("all", *groups):
            yield name, group, float(values.get(group, math.nan))
    for name in (
        "demographic_parity_difference", "demographic_parity_ratio", "equal_opportunity_difference",
        "equalized_odds_difference", "equalized_odds_ratio",
    ):  # fmt: skip
        yield name, "", attempt(getattr(metrics, name), y, p, sensitive_features=frame["g"], sample_weight=w)


def scikit(frame: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Accuracy, precision and AUC by group with scikit-learn; unweighted KS with scipy."""
    from scipy.stats import ks_2samp
    from sklearn import metrics

    parts = {"all": frame, **{str(group): part for group, part in frame.groupby("g")}}
    for group, part in parts.items():
        y, p, w = part["y"], part["p"], part["w"]
        yield "accuracy", group, attempt(metrics.accuracy_score, y, p, sample_weight=w)
        yield "precision", group, attempt(metrics.precision_score, y, p, sample_weight=w, zero_division=np.nan)
        yield "auc", group, attempt(metrics.roc_auc_score, y, part["s"], sample_weight=w)
    if (frame["w"] == 1).all():
        pairs = [(a, b) for a in parts for b in parts if "all" != a < b != "all"]
        yield "score_ks_distance", "", max(ks_2samp(parts[a]["s"], parts[b]["s"]).statistic for a, b in pairs)


def aif360(frame: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """The class interface, group b unprivileged against a privileged; tables of two groups."""
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import BinaryLabelDatasetMetric, ClassificationMetric

    if set(frame["g"]) != {"a", "b"}:
        return
    held = frame.assign(g=(frame["g"] == "a").astype(float))

    def dataset(label: str) -> Any:
        return BinaryLabelDataset(
            df=held[["g", "one", "two", "w"]].assign(label=held[label].astype(float)), label_names=["label"],
            protected_attribute_names=["g"], instance_weights_name="w", favorable_label=1, unfavorable_label=0,
        )  # fmt: skip

    sides: dict[str, Any] = {"unprivileged_groups": [{"g": 0}], "privileged_groups": [{"g": 1}]}
    made: Any = ClassificationMetric(dataset("y"), dataset("p"), **sides)
    names = {name: name for name in (*RATES, "base_rate", "negative_predictive_value", "accuracy")}
    for name, theirs in {**names, "precision": "positive_predictive_value"}.items():
        for group, privileged in {"all": None, "a": True, "b": False}.items():
            yield name, group, attempt(getattr(made, theirs), privileged=privileged)
    yield "statistical_parity_difference", "b", attempt(made.statistical_parity_difference)
    yield "disparate_impact_ratio", "b", attempt(made.disparate_impact)
    yield "true_positive_gap", "b", attempt(made.equal_opportunity_difference)
    yield "average_odds_difference", "b", attempt(made.average_odds_difference)
    yield "theil_index", "all", attempt(made.theil_index)
    yield "generalized_entropy_index[alpha=2]", "all", attempt(made.generalized_entropy_index, alpha=2)
    plain: Any = BinaryLabelDatasetMetric(dataset("p"), **sides)
    if len(frame) > 5:
        yield "consistency[k=5,own=in]", "all", attempt(neighbors, plain, dataset("p"))


def neighbors(metric: Any, data: Any) -> float:
    """AIF360's consistency of the two features alone: its own takes the group column among them."""
    data.features, data.feature_names = data.features[:, 1:3], ["one", "two"]
    metric.dataset = data
    return float(np.ravel(metric.consistency(n_neighbors=5))[0])


def aequitas(frame: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Rates by group; it takes no weights."""
    from aequitas.group import Group

    if (frame["w"] != 1).any():
        return
    held = pd.DataFrame({"score": frame["p"], "label_value": frame["y"], "group": frame["g"]})
    counts = Group().get_crosstabs(held)[0].set_index("attribute_value")
    names = {"selection_rate": "pprev", "true_positive_rate": "tpr", "false_positive_rate": "fpr",
             "true_negative_rate": "tnr", "false_negative_rate": "fnr", "precision": "precision",
             "negative_predictive_value": "npv", "base_rate": "prev", "accuracy": "accuracy"}  # fmt: skip
    for name, theirs in names.items():
        if theirs in counts:
            for group, value in counts[theirs].items():
                yield name, str(group), float(value)


def fairbench(frame: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Largest differences and smallest ratios of its first report; it takes no weights."""
    import fairbench as fb

    if (frame["w"] != 1).any():
        return
    fork = fb.v1.Fork(fb.v1.categories @ frame["g"].to_numpy())
    made = fb.v1.multireport(predictions=frame["p"].to_numpy(), labels=frame["y"].to_numpy(), sensitive=fork)
    for name, theirs, reduction in (
        ("demographic_parity_difference", "pr", "maxdiff"), ("demographic_parity_ratio", "pr", "minratio"),
        ("equal_opportunity_difference", "tpr", "maxdiff"),
    ):  # fmt: skip
        held = getattr(made, reduction)
        value = held[theirs] if isinstance(held, dict) else getattr(held, theirs)
        yield name, "", float(getattr(value, "value", value))


def attempt(ask: Callable[..., Any], *given: Any, **named: Any) -> float:
    """The number, or NaN where the library raises or gives none."""
    try:
        return float(ask(*given, **named))
    except Exception:
        return math.nan


PEERS: dict[str, tuple[Callable[[pd.DataFrame], Iterator[tuple[str, str, float]]], str]] = {
    "fairlearn": (fairlearn, "fairlearn"),
    "scikit-learn and scipy": (scikit, "scikit-learn"),
    "AIF360": (aif360, "aif360"),
    "Aequitas": (aequitas, "aequitas"),
    "FairBench": (fairbench, "fairbench"),
}
REASONS = {
    "zero": "nobody in a denominator: they give 0 (or leave the group out of the comparison), we NaN with the reason",
    "infinite": "a rate of 0 to compare with: they give infinity, we NaN with the reason",
    "weights": "they leave the weights out of entropies and of neighbors",
    "theirs": "they give no number where one is defined (they raise, or a small group or class is left out)",
    "value": "both give a number, and the numbers differ",
}


def reason(name: str, mine: float, theirs: float, frame: pd.DataFrame) -> str:
    """Why two numbers differ: a key of REASONS."""
    if math.isnan(mine):
        return "infinite" if math.isinf(theirs) else "zero"
    if math.isnan(theirs):
        return "theirs"
    weighted = (frame["w"] != 1).any()
    return "weights" if weighted and name.startswith(("theil", "generalized", "consistency")) else "value"


def compare(peer: str, tables: int = TABLES) -> dict[str, Counter[str]]:
    """Per quantity, how often the numbers agree, and how often not for which reason."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in range(tables):
        frame = table(seed)
        values = ours(seed)
        with quiet():
            answers = list(PEERS[peer][0](frame))
        for name, group, theirs in answers:
            mine = values.get((name, group), math.nan)
            same = (math.isnan(mine) and math.isnan(theirs)) or abs(mine - theirs) < CLOSE
            found[name]["agree" if same else reason(name, mine, theirs, frame)] += 1
    return found


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What libraries print, log and warn of is not kept."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def page() -> str:
    """The page, as Markdown."""
    lines = [
        "# Agreement with other libraries", "",
        f"Made by `python docs/agreement.py --write` from {TABLES} random tables, described in that script.",
        "Two numbers agree where both are undefined, or less than 1e-9 apart.",
        "Where they disagree the last column says why; the reasons are below.", "",
    ]  # fmt: skip
    missing = []
    for peer, (_, package) in PEERS.items():
        try:
            with quiet():
                __import__({"scikit-learn": "sklearn"}.get(package, package))
        except ImportError:
            missing.append(peer)
            continue
        lines += [f"## {peer} ({package} {version(package)})", ""]
        lines += ["| quantity | compared | agree | disagree, by reason |", "|---|---|---|---|"]
        for name, counts in compare(peer).items():
            rest = ", ".join(f"{count} {key}" for key, count in sorted(counts.items()) if key != "agree")
            lines.append(f"| `{name}` | {counts.total():,} | {counts['agree']:,} | {rest or '-'} |")
        lines.append("")
    lines += ["## Reasons", ""]
    lines += [f"- **{key}**: {text}." for key, text in REASONS.items()]
    if missing:
        lines += ["", f"Not installed when this page was made: {', '.join(missing)}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the page, or write it beside this script."""
    made = page()
    if sys.argv[1:] == ["--write"]:
        Path(__file__).with_suffix(".md").write_text(made, encoding="utf-8")
    else:
        print(made, end="")


if __name__ == "__main__":
    main()
