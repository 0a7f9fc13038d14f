"""A model in a process of its own: it scores as it would here, and nothing that it does hurts anybody else."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.findings import csv_text
from testbed.models import Apart, Limits, ModelError, ask, fitted, limits, opened, reasons_of, reseeded, within
from testbed.models.apart import keeper
from testbed.models.load import load_model
from testbed.models.sending import SWITCH, Here, isolation
from testbed.runs import manifest_of, planned, run_audit

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these tests look at processes as POSIX systems have them")

ROOT = Path(__file__).parents[2]
RECORDS = pd.DataFrame(
    {"x": [0.5, 1.5, 2.5], "late": np.array([0, 3, 1], np.int32), "place": pd.Categorical(["a", "b", "a"])},
    index=pd.Index([4, 5, 2**33], name="person"),
)
HOSTILE = """
import ctypes, os, signal, sys, time
import numpy as np
import pandas as pd
from testbed import Scores

def plain(records):
    return records["x"].to_numpy() - records["late"]

def told(records):
    reasons = pd.DataFrame({"person": records.index, "rule": "late", "contribution": -records["late"] * 1.0})
    return Scores(plain(records), np.array([-1, 0, 1], np.int8), reasons)

class Named:
    name, score = "x" * 50_000, staticmethod(plain)

class Learner:
    row_wise, reads, random_state, neutral = True, ("x", "late"), None, {"late": np.int64(0)}
    def __init__(self):
        self.random_state = 5
    def fit(self, records, outcomes):
        self.mean = float(outcomes.mean()) + self.random_state
        return self
    def score(self, records):
        return self.mean - records["x"].to_numpy()
    def reasons(self, records):
        return pd.DataFrame({"person": records.index, "rule": "x", "contribution": -records["x"]})

class Hostile:
    def __init__(self, what):
        self.what = what
    def score(self, records):
        getattr(self, self.what)()
        return plain(records)
    def exits(self): os._exit(3)
    def crashes(self): ctypes.string_at(0)
    def interrupts(self): raise KeyboardInterrupt
    def leaves(self): raise SystemExit(0)
    def closes(self): os.closerange(0, 64)
    def fills(self): np.ones(2**40)
    def prints(self):
        os.write(1, b"x" * 100_000)
        sys.stderr.write("y" * 100_000)
    def scribbles(self):
        for number in range(3, 32):
            try:
                os.write(number, b"x" * 64)
            except OSError:
                pass
    def patches(self):
        np.isfinite = np.asarray = pd.DataFrame = None
    def loops(self):
        while True:
            try:
                sum(range(10**12))
            except BaseException:
                pass
    def breeds(self):
        if not os.fork():
            os.setsid()
            if os.fork():
                os._exit(0)
            time.sleep(600)
        time.sleep(600)

class Varied:
    def score(self, records):
        return Hostile(("interrupts", "leaves", "prints")[len(records) - 1]).score(records)

globals().update({name: Hostile(name) for name in dir(Hostile) if name[0] != "_" and name != "score"})
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the models of these tests, which is the current one."""
    made = tmp_path_factory.mktemp("apart")
    (made / "models_of_apart.py").write_text(HOSTILE)
    (made / "leaving_of_apart.py").write_text("import os\nos._exit(0)\n")
    (made / "hanging_of_apart.py").write_text("import time\ntime.sleep(600)\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.setattr(sys, "path", [str(made), *sys.path])
        yield made
    sys.modules.pop("models_of_apart", None)


@pytest.fixture(scope="module")
def plain(folder: Path) -> Apart:
    """A model in its process, which the tests of what goes well share."""
    found = opened("models_of_apart:plain")
    assert isinstance(found, Apart)
    return found


def live(process: int) -> bool:
    """Whether a process is there; one that has ended and is not collected yet is not."""
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout.strip()
    return bool(told) and told[0] != "Z"


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something holds within half a minute."""
    until = time.monotonic() + 30
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


# --- What goes well ---------------------------------------------------------------------------------------------------


def test_it_scores_decides_and_gives_reasons_as_it_does_here(folder: Path, plain: Apart) -> None:
    assert ask(plain, RECORDS).score.tolist() == [0.5, -1.5, 1.5]
    apart, here = (ask(load("models_of_apart:told"), RECORDS) for load in (opened, load_model))
    assert apart.score.tolist() == here.score.tolist()
    assert apart.decision is not None
    assert (apart.decision.tolist(), apart.decision.dtype) == ([-1, 0, 1], np.int8)
    assert apart.reasons is not None
    assert here.reasons is not None
    assert apart.reasons.values.tolist() == here.reasons.values.tolist()


def test_a_name_of_any_length_is_a_name(folder: Path) -> None:
    named = opened("models_of_apart:Named")
    assert ask(named, RECORDS).score.tolist() == [0.5, -1.5, 1.5]
    assert set(named.name) == {"x"}


def test_it_declares_fits_and_is_seeded_anew_as_it_is_here(folder: Path) -> None:
    apart, here = opened("models_of_apart:Learner"), load_model("models_of_apart:Learner")
    assert (apart.row_wise, apart.reads, apart.neutral) == (True, ("x", "late"), {"late": 0})
    outcomes = np.array([1, 0, 1], np.int8)
    for one, other in ((apart, here), (reseeded(apart, 7), reseeded(here, 7))):
        mine, theirs = fitted(one, RECORDS, outcomes), fitted(other, RECORDS, outcomes)
        assert ask(mine, RECORDS).score.tolist() == ask(theirs, RECORDS).score.tolist()
        told, said = reasons_of(mine, RECORDS), reasons_of(theirs, RECORDS)
        assert told is not None
        assert said is not None
        assert told.values.tolist() == said.values.tolist()
    many = len(apart._running.held)
    del one, other, mine
    ask(fitted(apart, RECORDS, outcomes), RECORDS)
    assert len(apart._running.held) <= many  # models that nobody has any more are let go


def test_a_fitted_one_that_comes_to_another_process_is_fitted_there_again(folder: Path) -> None:
    mine = fitted(opened("models_of_apart:Learner"), RECORDS, np.array([1, 0, 1], np.int8))
    script = "import sys, pickle; from testbed.models import ask; made = pickle.load(sys.stdin.buffer); "
    script += "print(ask(made[0], made[1]).score.tolist())"
    path = os.pathsep.join([str(ROOT), str(folder)])
    found = subprocess.run(
        [sys.executable, "-c", script], input=pickle.dumps((mine, RECORDS)), capture_output=True,
        env={**os.environ, "PYTHONPATH": path}, check=True,
    )  # fmt: skip
    assert found.stdout.decode().strip() == str(ask(mine, RECORDS).score.tolist())


def test_findings_are_the_same_bytes_apart_here_and_in_workers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"people": 1024, "periods": 3, "measures": "adverse_rate"}
    (folder / "late_of_apart.py").write_text(
        "def late(records):\n    return -records['utility_late'].to_numpy(float)\n"
    )
    plan = planned("rongcheng", "late_of_apart:late", **asked)
    apart, spread = run_audit(plan), run_audit(plan, engine="processes", workers=2)
    monkeypatch.setenv(SWITCH, "no")
    kept = planned("rongcheng", "late_of_apart:late", **asked)
    here = run_audit(kept)
    assert csv_text(apart.findings) == csv_text(spread.findings) == csv_text(here.findings)
    assert (plan.isolation, kept.isolation) == (("own process",), (f"this process: {SWITCH}=no",))


def test_an_object_is_sent_and_one_that_cannot_be_runs_here_and_the_manifest_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sklearn.tree import DecisionTreeClassifier

    monkeypatch.delenv(SWITCH)
    tree = DecisionTreeClassifier(random_state=0).fit(RECORDS[["x", "late"]], [0, 1, 0])
    sent = opened(tree)
    assert isolation(sent) == "own process"
    assert ask(sent, RECORDS).score.tolist() == ask(load_model(tree), RECORDS).score.tolist()
    assert sent.classes.tolist() == [0, 1]
    assert fitted(sent.unfitted(), RECORDS[["x"]], np.array([1, 0, 1], np.int8)).labels
    kept = opened(lambda records: records["x"])
    assert isinstance(kept, Here)
    models = ["rongcheng", lambda records: -records["utility_late"].to_numpy(float)]
    made = run_audit(planned("rongcheng", models, people=1024, periods=2, measures="adverse_rate"))
    found = manifest_of(made)["isolation"]
    assert found["rongcheng"] == "built in"
    assert found["<lambda>"].startswith("this process: cannot be sent (")


# --- What goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("exits", r"ended its process with status 3\.$"),
        ("crashes", r"ended its process by signal 11 \(segmentation fault\)\.$"),
        ("closes", r"(ended its process with status 1|closed the channel of its process)\.$"),
        ("fills", r"needs more than the 4 GiB that it may use\.$"),
        ("scribbles", r"wrote to the channel of its process, which is for its answers alone\.$"),
    ],
)
def test_what_a_model_does_to_its_process_is_one_sentence_and_it_is_not_asked_again(
    folder: Path, name: str, said: str
) -> None:
    with within(Limits(memory=2**32)):
        model = opened(f"models_of_apart:{name}")
        for _ in range(2):
            with pytest.raises(ModelError, match=rf"^model models_of_apart:{name} {said}"):
                ask(model, RECORDS)
    assert not model._running.runs


def test_what_a_model_only_raises_or_prints_ends_nothing(folder: Path) -> None:
    model = opened("models_of_apart:Varied")
    for many, said in ((1, "KeyboardInterrupt"), (2, "SystemExit: 0")):
        with pytest.raises(ModelError, match=rf"failed on {many} records \({said}\)\.$"):
            ask(model, RECORDS[:many])
    assert ask(model, RECORDS).score.tolist() == ask(model, RECORDS).score.tolist() == [0.5, -1.5, 1.5]


def test_what_it_patches_is_its_own(folder: Path) -> None:
    with pytest.raises(ModelError):
        ask(opened("models_of_apart:patches"), RECORDS)
    assert np.asarray([1.0]).tolist() == [1.0]


@pytest.mark.parametrize(("name", "many"), [("loops", 1), ("breeds", 3)])
def test_a_model_that_hangs_is_ended_with_all_that_it_started(folder: Path, name: str, many: int) -> None:
    model = opened(f"models_of_apart:{name}")
    kept = model._running._process.kept
    assert kept is not None
    inside: set[int] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            inside.update(keeper.below(kept.process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    with within(Limits(seconds=2)), pytest.raises(ModelError, match=r"did not answer within 2 seconds\.$"):
        ask(model, RECORDS)
    done.set()
    watcher.join()
    assert len(inside) >= many
    assert not any(map(live, inside))


def test_a_module_that_ends_or_stops_the_import_fails_and_one_that_is_not_there_is_wrong_input(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match=r"^model leaving_of_apart:model ended its process with status 0\.$"):
        ask(opened("leaving_of_apart:model"), RECORDS)
    monkeypatch.setattr("testbed.models.limit.SECONDS", 0.5)
    assert limits().loading == 0.5
    with pytest.raises(ModelError, match=r"^model hanging_of_apart:model did not answer within 0\.5 seconds\.$"):
        ask(opened("hanging_of_apart:model"), RECORDS)
    with pytest.raises(InputError, match="there is no module 'absent_of_apart'"):
        opened("absent_of_apart:model")


@pytest.mark.usefixtures("usual_signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_of_a_model_when_the_run_is_ended(folder: Path, number: int) -> None:
    (folder / "starting_of_apart.py").write_text(
        "import subprocess, time\n"
        "def score(records):\n    subprocess.Popen(['sleep', '600'], start_new_session=True)\n    time.sleep(600)\n"
    )
    script = "from testbed.models import ask, opened; import pandas\n"
    script += "ask(opened('starting_of_apart:score'), pandas.DataFrame({'x': [1]}))"
    path = os.pathsep.join([str(ROOT), str(folder)])
    run = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": path})
    assert soon(lambda: len(keeper.below(run.pid)) == 3)  # the keeper, the process of the model, and what it started
    inside = keeper.below(run.pid)
    run.send_signal(number)
    run.wait(30)
    assert soon(lambda: not any(map(live, inside)))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_model_does_not_outlive_its_keeper(folder: Path) -> None:
    model = opened("models_of_apart:plain")
    kept = model._running._process.kept
    assert kept is not None
    inside = keeper.below(kept.process.pid)
    kept.process.kill()
    assert soon(lambda: not any(map(live, inside)))
    with pytest.raises(ModelError, match=r"ended its process by signal 9 \(killed\)\.$"):
        ask(model, RECORDS)


def test_a_limit_of_memory_that_holds_already_is_kept(folder: Path) -> None:
    script = "import resource; from testbed.models.apart import start\n"
    script += "resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))\n"
    script += "print(start(['sh', '-c', 'ulimit -v > told'], memory=2**40).code(30))"
    found = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert found.stdout == "0\n"
    assert int(Path("told").read_text()) == 2**22


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh here")
def test_a_program_is_ended_with_what_it_left_running(tmp_path: Path) -> None:
    (tmp_path / "leaves.sh").write_text(
        f"(setsid sleep 600 & echo $! > {tmp_path}/left) 2>/dev/null\nsed 1d | while read one; do echo 1; done\n"
    )
    (tmp_path / "hangs.sh").write_text(f"sleep 600 & echo $! > {tmp_path}/left; sleep 600\n")
    (tmp_path / "dies.sh").write_text("kill -9 $$\n")
    assert ask(opened(f"cmd:sh {tmp_path}/leaves.sh"), RECORDS).score.tolist() == [1, 1, 1]
    assert not live(int((tmp_path / "left").read_text()))
    hangs = opened(f"cmd:sh {tmp_path}/hangs.sh")
    with within(Limits(seconds=0.5)):
        for _ in range(2):
            with pytest.raises(ModelError, match=r"did not answer within 0\.5 seconds"):
                ask(hangs, RECORDS)
            assert not live(int((tmp_path / "left").read_text()))
            (tmp_path / "hangs.sh").unlink(missing_ok=True)  # it is not started again
    with pytest.raises(ModelError, match=r"dies\.sh ended by signal 9 \(killed\) \(it said nothing\)\."):
        ask(opened(f"cmd:sh {tmp_path}/dies.sh"), RECORDS)
