"""What a person costs for a month of a world: person-periods a second, memory, and what a twin adds.

    python docs/speed/world.py [--people N] [--large] [--write]

The scenario is `rongcheng`, 24 months. A world is timed with its candidates for acts, not with the making of its
people, which is timed beside it. The floor is a bare loop in plain numpy (numpy's default generator, no addresses, no
lineage, no shadow record, no twins, one kind of appeal): thinned events, coverage, strays, points, a list, spillover to
the household, appeal and expiry. Worlds and floor take turns, and the best of each is kept: processor time for one
process, and for two both the processor time of the slower one and what the clock said. `--large` runs ten times as many
people, in shards one after the other. Memory is what `tracemalloc` sees kept after a run, less the ledger, and at the
peak. The twin is 1,000 wrong entries in all people, with its rows of who was touched; the base world is timed anew
beside it. `--write` keeps what is printed in `world.txt` beside this file.
"""

from __future__ import annotations

import argparse
import gc
import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

from testbed.case.case import Case
from testbed.case.setting import Setting
from testbed.history import merging as joining
from testbed.history.base import History
from testbed.runs.engine import run
from testbed.runs.sharding import Shard, shards
from testbed.scenarios.base import Scenario
from testbed.twins import Inject, replay
from testbed.world.month import World
from testbed.world.scoring import Scheme

MONTHS = 24
TURNS = 2


def floor(n: int) -> int:
    """The bare loop: entries made."""
    random = np.random.default_rng(0)
    conduct = Scenario.load("rongcheng").conduct
    rate, most = (
        np.array([value(one) for one in conduct]) for value in (lambda k: float(k.rate.value), lambda k: k.most)
    )
    kinds, homes = len(most), (np.arange(n) // 3).astype(np.int32)
    points = random.integers(-30, 5, kinds).astype(np.int32)
    score, barred, entries = np.full(n, 1000, np.int32), np.zeros(n, bool), 0
    due: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in range(MONTHS)]
    for t in range(MONTHS):
        many = random.multinomial(random.poisson(n * most.sum()), most / most.sum())
        kind = np.repeat(np.arange(kinds), many)
        person = random.integers(0, n, len(kind), dtype=np.int32)
        coin = random.random(len(kind), dtype=np.float32) * most[kind]
        done = np.flatnonzero(coin < rate[kind] * np.where(barred[person], 1.4, 1.0))
        seen = done[random.random(len(done), dtype=np.float32) < 0.6]
        who, worth = person[seen], points[kind[seen]]
        stray = np.flatnonzero(random.random(len(who), dtype=np.float32) < 0.01)
        who[stray] = np.minimum(who[stray] // 1024 * 1024 + random.integers(0, 1024, len(stray)), n - 1)
        np.add.at(score, who, worth)
        appealed = random.random(len(who), dtype=np.float32) < 0.05
        for which, months in ((appealed, 4), (~appealed, 12)):
            if t + months < MONTHS:
                due[t + months].append((who[which], worth[which]))
        for ended, worth in due[t]:
            np.subtract.at(score, ended, worth)
        reached = np.zeros(int(homes[-1]) + 1, bool)
        reached[homes[score < 940]] = True
        barred = reached[homes]
        entries += len(who)
    return entries


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(processor seconds of this process, seconds by the clock) of one call."""
    gc.collect()
    before, clock = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - before, time.perf_counter() - clock


def living(shard: Shard) -> tuple[float, float, History]:
    """(processor seconds to make the people, to run their months, what happened): in a worker."""
    from testbed.world.society import Society

    before = time.process_time()
    society = Society(shard.scenario, shard.people, shard.seed, part=(shard.start, shard.stop))
    between = time.process_time()
    made = World(society, shard.scheme, shard.periods).run()
    return between - before, time.process_time() - between, made


def ledger_bytes(history: History) -> int:
    """Bytes of the columns of the ledger."""
    return sum(column.nbytes for column in history.ledger.columns.values())


def memory(setting: Setting) -> tuple[float, float]:
    """Bytes a person beyond the ledger: kept after a run, and at the peak of it."""
    scheme = setting.scheme(setting.own_model())
    society = setting.society
    gc.collect()
    tracemalloc.start()
    history = World(society, scheme, setting.periods).run()
    gc.collect()
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ledger = ledger_bytes(history)
    return (kept - ledger) / setting.size, (peak - ledger) / setting.size


def twins(setting: Setting, scheme: Scheme, one: float, say: Callable[[str], None]) -> None:
    """What a twin with 1,000 wrong entries adds to a world that took `one` seconds, and whether it is right."""
    n = setting.size
    history = World(setting.society, scheme, MONTHS).run()
    case = Case(setting, scheme.scorer.model, "rongcheng", scheme, history)
    wrong = Inject(per_1000=1.22e6 / n)  # one in a household at most, adults only: about 1,000
    cost, _ = timed(lambda: case.twin(wrong))
    base, _ = timed(lambda: World(setting.society, scheme, MONTHS).run())
    twin = case.twin(wrong)
    say(f"world and twin over one world          {1 + cost / one:6.2f} with {len(twin.roots):,} wrong entries, "
        f"{len(twin.touched):,} people touched; {1 + cost / base:.2f} over a world with candidates kept")  # fmt: skip
    full = World(setting.society, scheme, MONTHS, injection=case.roots_of(wrong)).run()
    say(f"the twin is the full twin, byte for byte    {'yes' if alike(twin.history, full) else 'NO'}")
    part = replay(setting.society, scheme, history, twin.roots)
    back = all(
        np.array_equal(getattr(history, name)[:, part.people], mine[:], equal_nan=name == "scores")
        for name, mine in part.history.by_month().items()
    )
    say(f"replayed without errors, the base comes back {'yes' if back and not part.links else 'NO'}")


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    n = asked.people
    setting = Setting(Scenario.load("rongcheng"), people=n, periods=MONTHS)
    scheme = setting.scheme(setting.own_model())
    months = n * MONTHS / 1e6
    society, _ = timed(lambda: setting.society)
    lines = [
        f"rongcheng, {n:,} people, {MONTHS} months; {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} at the start: what else runs slows all figures"
    ]

    def say(text: str) -> None:
        lines.append(text)
        print(text, flush=True)

    print(lines[0], flush=True)
    bare, one, again, two, clock = (np.inf for _ in range(5))
    for _ in range(TURNS):
        bare = min(bare, timed(lambda: floor(n))[0])
        setting.society._possible.clear()
        one = min(one, timed(lambda: World(setting.society, scheme, MONTHS).run())[0])
        again = min(again, timed(lambda: World(setting.society, scheme, MONTHS).run())[0])
        gc.collect()
        start = time.perf_counter()
        parts = run(living, shards(setting, scheme, 2), engine="processes", workers=2)
        clock = min(clock, time.perf_counter() - start)
        two = min(two, max(part[1] for part in parts))
        del parts
    say(
        f"floor, plain numpy                     {months / bare:6.2f} million person-periods a second of processor time"
    )
    say(f"one process                            {months / one:6.2f} ({one / bare:.2f} times the floor's time)")
    say(f"one process, candidates kept           {months / again:6.2f}: every further world of the same society")
    say(f"two processes, months alone            {months / two:6.2f} (the slower one's processor time)")
    say(f"two processes, by the clock            {months / clock:6.2f} with making people, starting, and sending back")
    say(f"making the people                      {society / n * 1e9:6.0f} ns a person")
    kept, peak = memory(Setting(Scenario.load("rongcheng"), people=n, periods=MONTHS))
    say(f"memory beyond the ledger               {kept:6.0f} bytes a person kept, {peak:.0f} at the peak of the run")
    twins(setting, scheme, one, say)
    if asked.large:
        big = Setting(setting.scenario, people=10 * n, periods=MONTHS)
        spent, parts = 0.0, []
        for shard in shards(big, scheme, 10):
            _, lived, one_part = living(shard)
            spent += lived
            parts.append(one_part)
        joined, _ = timed(lambda: joining.joined(parts))
        say(f"ten times the people                   {(spent + joined) / 10 / one:6.2f} times the time a person")
    if asked.write:
        Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def alike(one: History, other: History) -> bool:
    """Whether two histories are equal in every month and entry (acts may stand in another order within a month)."""
    months = all(
        np.array_equal(mine.month(t), theirs.month(t), equal_nan=mine.dtype == np.float64)
        for mine, theirs in zip(one.by_month().values(), other.by_month().values(), strict=True)
        for t in range(one.periods)
    )
    columns = zip(one.ledger.columns.values(), other.ledger.columns.values(), strict=True)
    return months and all(np.array_equal(mine, theirs) for mine, theirs in columns)


if __name__ == "__main__":
    main()
