"""How often the 95 % intervals hold the truth: the long runs behind the quick tests.

Two questions a line. Does the code do what its method does: over 2,000 replications, is the share that holds the
truth within 4 standard errors of the method's exact coverage, where that can be enumerated (independent people)?
And is the method good enough: at least 0.93? What is not is marked by a star and counted at the end.

    python docs/coverage.py > docs/coverage.txt      # some minutes
    python docs/coverage.py in_clusters p_values     # some parts alone

What is refused, since a group has under ten effective clusters, is "none", and "(0.90)" says of what share of samples
there is an interval where it is not of all.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import stats

from testbed.case import Case, Setting
from testbed.measure import PerPerson, measures
from testbed.models import load_model
from testbed.runs.sequential import enough
from testbed.scenarios import Scenario
from testbed.statistics import comparisons, expand, intervals, over_seeds, spreads
from testbed.statistics.counts import Pairs
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import binary_estimates, estimate
from testbed.statistics.paired import Paired
from testbed.statistics.ranking import Auc

SEEDS = 2000
WORLDS = 200
WORLD = {"people": 20_480, "periods": 8}
LEAST = 0.93
BLOCK = 250
FIRST, SECOND = np.arange(BLOCK) * 2, np.arange(BLOCK) * 2 + 1
RATES = (0.001, 0.01, 0.1, 0.3, 0.5)
SIZES = (30, 100, 300, 1000, 5000)
TURNED = ((0.0, 0.0), (0.002, 0.0), (0.005, 0.0), (0.02, 0.0), (0.2, 0.0), (0.01, 0.01), (0.05, 0.02))


@dataclass
class Tally:
    """What was found so far: shares, those too low, and distances from exact coverage in standard errors."""

    shares: int = 0
    low: list[tuple[str, float]] = field(default_factory=list)
    apart: list[float] = field(default_factory=list)
    refused: int = 0


tally = Tally()


def told(what: str, *shares: float, exact: tuple[float, ...] = (), stated: float = 1.0) -> None:
    """One line; shares that are too low are marked, exact coverage stands behind. `stated`: in how many the last is."""
    for share in shares:
        tally.shares += 1
        tally.refused += share != share
        if share < LEAST:
            tally.low.append((what, share))
    for at, (share, true) in enumerate(zip(shares, exact)):
        runs = SEEDS * (stated if at == len(exact) - 1 else 1.0)
        # Of fewer than five samples that miss, or are stated at all, no normal distance can be told.
        if runs * (1 - true) >= 5:
            tally.apart.append(abs(share - true) / np.sqrt(true * (1 - true) / runs))
    behind = "  exact" + "".join(f"{true:8.4f}" for true in exact) if exact else ""
    print(f"{what:70}" + "".join(_written(share) for share in shares) + behind)


def _written(share: float) -> str:
    return "    none " if share != share else f"{share:8.4f}{'*' if share < LEAST else ' '}"


def rng(*key: float) -> np.random.Generator:
    """Draws of their own for each design."""
    if len(key) == 1:
        return np.random.Generator(np.random.Philox(int(key[0])))
    words = np.round(np.array(key[:2]) * 1e6).astype(np.int64).astype(np.uint64)
    return np.random.Generator(np.random.Philox(words))


def counts(events: np.ndarray, trials: np.ndarray) -> Estimates:
    """Estimates of independent groups, one per count."""
    return binary_estimates(("",) * len(events), events, trials, trials, None, None, "nobody", trials)


def held(limits: tuple[np.ndarray, np.ndarray], truth: Any) -> np.ndarray:
    """Whether the limits hold the truth."""
    return np.asarray((limits[0] <= truth) & (limits[1] >= truth))


def rates() -> None:
    """A rate of independent people: simulated beside exact, and the worst of a dense grid of rates."""
    print("\nRate, independent people (Wilson; Clopper-Pearson under 5 events): simulated, exact")
    for n, p in product(SIZES, RATES):
        table = held(counts(np.arange(n + 1), np.full(n + 1, n)).limits(), p)
        seen = rng(n, p).binomial(n, p, SEEDS)
        told(f"n {n}, rate {p}", table[seen].mean(), exact=(float(stats.binom.pmf(np.arange(n + 1), n, p) @ table),))
    print("\nThe same, exact: mean and worst over 2,000 rates from 0.0005 to 0.5")
    grid = np.linspace(0.0005, 0.5, 2000)
    for n in (10, 20, *SIZES[:-1]):
        low, high = counts(np.arange(n + 1), np.full(n + 1, n)).limits()
        weight = stats.binom.pmf(np.arange(n + 1)[:, None], n, grid)
        found = (weight * ((low[:, None] <= grid) & (high[:, None] >= grid))).sum(axis=0)
        told(f"n {n}", found.mean(), found.min())


def two_groups() -> None:
    """Difference and ratio of two independent groups; of the ratio where it is stated at all."""
    print("\nTwo independent groups: difference (Newcombe), ratio (Koopman), simulated; exact where n is up to 300")
    sizes = [(30, 30), (30, 300), (300, 300), (300, 5000), (5000, 5000)]
    for (n, m), (p, times) in product(
        sizes, [(0.001, 1), (0.01, 1), (0.01, 2), (0.1, 1), (0.1, 2), (0.3, 1), (0.5, 1)]
    ):
        q = p * times
        draw = rng(n + m / 10000, q + p / 10)
        shares = _pair(draw.binomial(n, p, SEEDS), n, draw.binomial(m, q, SEEDS), m, p, q, np.full(SEEDS, 1 / SEEDS))
        exact: tuple[float, ...] = ()
        if n * m <= 90_000:
            x, y = (a.ravel() for a in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
            weight = stats.binom.pmf(x, n, p) * stats.binom.pmf(y, m, q)
            likely = weight > 1e-9
            exact = _pair(x[likely], n, y[likely], m, p, q, weight[likely])
        told(f"n {n}, {m}; rates {p}, {q}", *shares[:2], exact=exact[:2], stated=shares[2])


def _pair(
    x: np.ndarray, n: int, y: np.ndarray, m: int, p: float, q: float, weight: np.ndarray
) -> tuple[float, float, float]:
    made = counts(np.concatenate([x, y]), np.repeat([n, m], len(x)))
    g, r = np.arange(len(x)), np.arange(len(x)) + len(x)
    under, over = comparisons.ratios(made, g, r)
    stated = ~np.isnan(under)
    ratio = held((under, over), p / q)[stated] @ weight[stated] / weight[stated].sum() if stated.any() else np.nan
    return float(held(comparisons.differences(made, g, r), p - q) @ weight), float(ratio), float(stated @ weight)


def many_groups() -> None:
    """Largest difference and smallest ratio over many groups; p values under equality."""
    print("\nMany groups of independent people: largest difference, smallest ratio (48 groups: 500 replications)")
    designs: list[tuple[int, np.ndarray]] = [
        (n, np.full(k, p)) for k, n, p in product((2, 4, 12, 48), (30, 300, 5000), (0.01, 0.3)) if n * p > 1
    ]
    designs += [(300, np.array([0.2, 0.3])), (300, np.array([0.1, 0.1, 0.25, 0.4])), (300, np.linspace(0.2, 0.4, 12))]
    for n, planted in designs:
        draw = rng(len(planted), n * planted.max())
        truth = planted.max() - planted.min(), planted.min() / planted.max()
        hits, stated = np.zeros(2), np.zeros(2)
        p = []
        for _ in range(SEEDS if len(planted) < 40 else SEEDS // 4):
            made = [counts(draw.binomial(n, planted), np.full(len(planted), n))]
            for at, kind in enumerate(("difference", "ratio")):
                found = spreads.across(made, kind)[0]
                hits[at] += found.low <= truth[at] <= found.high
                stated[at] += not np.isnan(found.value)
            p.append(spreads.across(made, "difference")[0].p)
        told(f"{len(planted)} groups of {n}, rates {planted.min():g} to {planted.max():g}", *hits / stated)
        if truth[0] == 0:
            below = [np.mean(np.array(p) <= level) for level in (0.01, 0.05, 0.2, 0.5)]
            print(f"{'    its p at or under 0.01, 0.05, 0.2, 0.5':70}" + "".join(f"{share:8.4f} " for share in below))


def clustered(clusters: int, size: int, rate: float, rho: float, form: str) -> Iterator[Estimates]:
    """Beta-binomial clusters, blocks of replications at once: groups 0, 2, ... and 1, 3, ... are compared.

    even: both groups in each cluster, a third in the first; uneven: of lognormal sizes; enclaves: four fifths of the
    first group live in a tenth of the clusters.
    """
    draw = rng(clusters * size + len(form) / 10, rate + rho)
    shape = (BLOCK, clusters)
    owner = np.repeat(np.arange(BLOCK * clusters), 2)
    group = (2 * np.arange(BLOCK)[:, None, None] + np.zeros((1, clusters, 1), int) + np.arange(2)).ravel()
    own = np.full(shape, rate)
    for _ in range(SEEDS // BLOCK):
        if rho:
            own = draw.beta(rate * (1 - rho) / rho, (1 - rate) * (1 - rho) / rho, shape)
        sizes, share = np.full(shape, size), np.full(shape, 1 / 3)
        if form == "uneven":
            sizes = draw.poisson(size * draw.lognormal(-0.5, 1, shape)) + 1
        if form == "enclaves":
            share[:] = np.where(np.arange(clusters) < clusters / 10, 0.8, 0.8 / 36)
        first = draw.binomial(sizes, share)
        trials = np.stack([first, sizes - first], axis=-1)
        events = draw.binomial(trials, own[..., None])
        pairs = Pairs(owner, group, np.stack([events.ravel(), trials.ravel()], axis=1).astype(float))
        n = trials.sum(axis=1).ravel()
        yield binary_estimates(("",) * len(n), events.sum(axis=1).ravel(), n, n, None, pairs, "nobody", n)


def in_clusters() -> None:
    """Rates of both groups, their gap and ratio where groups share clusters; of samples that have an interval."""
    print("\nTwo groups in shared clusters: rate of the smaller, of the larger, difference, ratio")
    for form, number, size, rate, rho in product(
        ("even", "uneven", "enclaves"), (10, 30, 100), (20, 1000), (0.002, 0.02, 0.1, 0.5), (0, 0.01, 0.1)
    ):
        if number * size * rate / 3 < 1 or (form != "even" and (rho < 0.1 or rate not in (0.02, 0.1))):
            continue
        if form == "enclaves" and number * size < 1000:
            continue
        hits, stated = np.zeros(4), np.zeros(4)
        for made in clustered(number, size, rate, rho, form):
            low, high = made.limits()
            ends = [(low[FIRST], high[FIRST]), (low[SECOND], high[SECOND])]
            ends += [comparisons.differences(made, FIRST, SECOND), comparisons.ratios(made, FIRST, SECOND)]
            for at, (limits, truth) in enumerate(zip(ends, (rate, rate, 0.0, 1.0))):
                known = ~np.isnan(limits[0] + limits[1])
                stated[at] += known.sum()
                hits[at] += held(limits, truth)[known].sum()
        some = stated.min() / SEEDS
        what = f"{form}: {number} clusters of {size}, rate {rate}, correlation {rho}"
        with np.errstate(invalid="ignore"):
            told(f"{what} ({some:.2f})" if 0 < some < 0.995 else what, *hits / stated)


def copies(n: int, clusters: int, seeds: int = SEEDS) -> tuple[Any, np.ndarray, np.ndarray]:
    """`seeds` samples of n people as groups of one case, so that one call makes all their estimates."""
    code, place = np.repeat(np.arange(seeds), n), np.tile(np.arange(n), seeds)
    owner = code * max(clusters, 1) + place * max(clusters, 1) // n
    case = SimpleNamespace(
        people=range(len(code)), scored=np.ones(len(code), bool), clusters=owner if clusters else None,
        coded=lambda split: (code, ("",) * seeds),
    )  # fmt: skip
    return case, code, owner


def means_and_auc() -> None:
    """Means of skewed values, ratios of sums, AUC, each with and without clusters."""
    print("\nMean of gamma values, ratio of sums; AUC of normal scores two apart (0.9214): independent, or in clusters")
    for n, clusters in [(30, 0), (300, 0), (5000, 0), (300, 10), (300, 30), (3000, 100)]:
        seeds = SEEDS if n < 1000 else SEEDS // 2
        case, code, owner = copies(n, clusters, seeds)
        draw = rng(n, clusters)
        shared = draw.gamma(4.0, 0.25, int(owner.max()) + 1)[owner] if clusters else 1.0
        value = draw.gamma(2.0, 0.5, len(code)) * shared
        weight = draw.integers(1, 4, len(code)).astype(float)
        mean = estimate(PerPerson(value, np.ones(len(code))), case, "g")
        ratio = estimate(PerPerson(value * weight, weight), case, "g")
        case.outcome = draw.random(len(code)) < 0.3
        move = draw.normal(0, 0.3, int(owner.max()) + 1)[owner] if clusters else 0.0
        case.score = draw.normal(2.0 * case.outcome, 1.0) + move
        truth = stats.norm.cdf(2 / np.sqrt(2 + (0.18 if clusters else 0)))
        auc = Auc().estimates(case, "g")
        shares = [held(mean.limits(), 1.0), held(ratio.limits(), 1.0), held(auc.limits(), truth)]
        told(f"n {n}, {clusters or 'no'} clusters, {seeds:,} replications", *(share.mean() for share in shares))


def paired() -> None:
    """Differences of two models: where some differ, and with those samples in which nobody does taken as exact."""
    print("\nTwo models paired, of which a share of people fare worse, or better, with the first: all samples as if")
    print("somebody differed somewhere; and those in which nobody does, as it is given, exactly 0")
    for n, clusters, (worse, better) in product((300, 3000), (0, 30), TURNED):
        case, code, _ = copies(n, clusters, SEEDS // 2)
        draw = rng(n + clusters, worse + 7 * better)
        coin = draw.random(len(code))
        up, down = coin < worse, coin > 1 - better
        both = draw.random(len(code)) < 0.2
        first, second = (np.where(up | down, side, both).astype(float) for side in (up, down))
        made = Paired(PerPerson(first, np.ones(len(code))), PerPerson(second, np.ones(len(code))))
        low, high = made.estimates(case, "g").limits()
        none = np.bincount(code, weights=first != second, minlength=SEEDS // 2) == 0
        shown = (np.where(none, 0.0, low), np.where(none, 0.0, high))
        found = (held(ends, worse - better).mean() for ends in ((low, high), shown))
        told(f"n {n}, {clusters or 'no'} clusters, {worse} worse, {better} better, {SEEDS // 2:,} replications", *found)


def means_over_seeds() -> None:
    """t(K-1) over seeds, K fixed, and stopped at a precision."""
    print("\nMean over seeds: 10 fixed; stopped at half widths for which 12, 25, 50 seeds suffice on average")
    forms: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
        "normal": lambda draw: draw.normal(0, 1, 400),
        "gamma(4)": lambda draw: draw.gamma(4, 0.5, 400) - 2,
        "largest of four": lambda draw: draw.normal(0, 1, (400, 4)).max(axis=1) - 1.02937537,
        "exponential": lambda draw: draw.exponential(1, 1000) - 1,
        "lognormal": lambda draw: (draw.lognormal(0, 1, 1000) - np.exp(0.5)) / np.sqrt((np.e - 1) * np.e),
    }
    for place, (name, form) in enumerate(forms.items()):
        draw, hits, used = rng(place + 1), np.zeros(4), np.zeros(3)
        for _ in range(SEEDS):
            values = form(draw)
            spread = 1.0 if name != "largest of four" else 0.7012
            ten = values[:10]
            hits[0] += abs(ten.mean()) <= stats.t.ppf(0.975, 9) * ten.std(ddof=1) / np.sqrt(10)
            for at, seeds in enumerate((12, 25, 50)):
                stop = enough([list(values)], 1.96 * spread / np.sqrt(seeds)) or len(values)
                kept = values[:stop]
                half = float(intervals.quantile(0.05, stop - 1)) * kept.std(ddof=1) / np.sqrt(stop)
                hits[at + 1] += abs(kept.mean()) <= half
                used[at] += stop
        told(f"{name}; seeds used {', '.join(f'{seeds:.0f}' for seeds in used / SEEDS)}", *hits / SEEDS)


def ratios_over_seeds() -> None:
    """Ratios of sums over seeds whose denominators are rare, and gaps to a group of 100 people a seed."""
    print("\nRatio of sums over seeds, and its gap: a Poisson number of people a seed, so some seeds have nobody")
    for seeds, people, rate, rho in product((12, 20, 40), (1, 5, 50), (0.02, 0.1, 0.4), (0.0, 0.1)):
        draw, hits, nobody = rng(seeds, people, rate, rho), np.zeros(2), 0
        for _ in range(SEEDS // 4):
            b, c = draw.poisson(people, seeds), draw.poisson(100, seeds)
            own = draw.beta(rate * (1 / rho - 1), (1 - rate) * (1 / rho - 1), seeds) if rho else np.full(seeds, rate)
            a, d = draw.binomial(b, own), draw.binomial(c, 0.2)
            alone = over_seeds([[(1.0, x, y)] for x, y in zip(a, b)])
            gap = over_seeds([[(1.0, x, y), (-1.0, u, v)] for x, y, u, v in zip(a, b, d, c)])
            hits += [alone.low[0] <= rate <= alone.high[0], gap.low[0] <= rate - 0.2 <= gap.high[0]]
            nobody += int((b == 0).sum())
        some = f"{nobody / (SEEDS // 4) / seeds:.0%} undefined"
        what = f"{seeds} seeds of {people}, {some}; rate {rate}, correlation {rho}, {SEEDS // 4} runs"
        told(what, *hits / (SEEDS // 4))


def fits() -> None:
    """Worlds whose scheme is fitted on a training society: one fit for all seeds, a fit a seed, ten seeds pooled."""
    print(
        f"\nWorlds of {WORLD['people']:,} people and {WORLD['periods']} months, {WORLDS} seeds, the scheme fitted on a "
        "training society.\nOne world's interval: with one fit for all seeds (its target, given the fit); of the mean "
        "over fits, with a fit\na seed. Ten and 25 of these seeds pooled, drawn from them 2,000 times: of that mean"
    )
    names = ("adverse_rate", "mean_score", "adverse_gap", "flip_rate")
    for model in ("rongcheng", "logistic"):
        one, own = _worlds(model)
        for name in names:
            given, mean = one[name][:, 0].mean(), own[name][:, 0].mean()
            value, low, high = own[name].T
            shares = [held((one[name][:, 1], one[name][:, 2]), given).mean(), held((low, high), mean).mean()]
            for seeds in (10, 25):
                drawn = rng(seeds).choice(value, (SEEDS, seeds))
                half = stats.t.ppf(0.975, seeds - 1) * drawn.std(axis=1, ddof=1) / np.sqrt(seeds)
                shares.append((np.abs(drawn.mean(axis=1) - mean) <= half).mean())
            told(f"{model}, {name}", *shares)


def _worlds(model: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Value and limits by name, (seeds, 3): under the fit of another seed, alike for all, and under their own."""
    scenario = Scenario.load("rongcheng")
    shared = Setting(scenario, **WORLD, seed=WORLDS).training
    found: tuple[dict[str, list[Any]], dict[str, list[Any]]] = ({}, {})
    for seed in range(WORLDS):
        own = Setting(scenario, **WORLD, seed=seed)
        other = own.elsewhere(scenario)
        other.__dict__["training"] = shared
        for setting, rows in zip((other, own), found):
            case = Case.of(setting, load_model(model))
            for name, split in (("adverse_rate", "community"), ("mean_score", ""), ("flip_rate", "")):
                made = measures.get(name)
                for row in expand(made, made(case), case, splits=[split] if split else []):
                    if row["measure"] in (name, "adverse_gap") and (row["split"] == "all" or row["versus"]):
                        rows.setdefault(row["measure"], []).append((row["value"], row["low"], row["high"]))
    return tuple({name: np.array(values) for name, values in rows.items()} for rows in found)  # type: ignore[return-value]


def p_values() -> None:
    """p values of pairs under equality: at or under a level at most so often."""
    print(
        "\np values of a pair under equality, at or under 0.01, 0.05, 0.2, 0.5 (Fisher, exact, never over; clustered t)"
    )
    for n, rate in product((30, 300, 5000), (0.01, 0.3)):
        draw = rng(n, rate)
        made = counts(draw.binomial(n, rate, 2 * SEEDS), np.full(2 * SEEDS, n))
        p = comparisons.p_values(made, np.arange(SEEDS), np.arange(SEEDS) + SEEDS)
        print(
            f"{f'Fisher, n {n}, rate {rate}':70}" + "".join(f"{np.mean(p <= a):8.4f} " for a in (0.01, 0.05, 0.2, 0.5))
        )
    for number, size, rate in [(10, 100, 0.3), (30, 100, 0.1), (100, 20, 0.1)]:
        many = clustered(number, size, rate, 0.05, "even")
        p = np.concatenate([comparisons.p_values(made, FIRST, SECOND) for made in many])
        what = f"{number} clusters of {size}, rate {rate}, correlation 0.05"
        print(f"{what:70}" + "".join(f"{np.mean(p <= a):8.4f} " for a in (0.01, 0.05, 0.2, 0.5)))


if __name__ == "__main__":
    began = time.process_time()
    print("Coverage of 95 % intervals, 2,000 replications; * under 0.93. Made by: python docs/coverage.py")
    parts = (
        rates,
        two_groups,
        many_groups,
        in_clusters,
        means_and_auc,
        paired,
        means_over_seeds,
        ratios_over_seeds,
        fits,
        p_values,
    )
    for part in parts:
        if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
            part()
    print(
        f"\n{tally.shares} shares, {tally.refused} none, {len(tally.low)} under {LEAST}; of {len(tally.apart)} beside"
    )
    print(
        f"their exact value the farthest is {max(tally.apart, default=0.0):.2f} standard errors away. The ten lowest:"
    )
    for what, share in sorted(tally.low, key=lambda one: one[1])[:10]:
        print(f"  {share:.4f}  {what}")
    sys.stderr.write(f"{time.process_time() - began:.0f} s of CPU\n")
