"""Programs and servers as models: the worked examples, batches, second attempts, and answers with decisions."""

from __future__ import annotations

import runpy
import shutil
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pandas as pd
import pytest

from testbed.checks import sample_records
from testbed.commands.cli import main
from testbed.models import ModelError, ask, load_model, outside
from testbed.models.outside import Address, Program
from testbed.scenarios import Scenario

EXAMPLES = Path(__file__).parents[2] / "examples" / "models"
RECORDS = sample_records(Scenario.load("rongcheng"))
LATE = RECORDS["utility_late"].to_numpy(float)
COMMANDS = {
    "awk": f"cmd:awk -F, -f '{EXAMPLES / 'late_bills.awk'}'",
    "perl": f"cmd:perl '{EXAMPLES / 'late_bills.pl'}'",
    "Rscript": f"cmd:Rscript '{EXAMPLES / 'late_bills.R'}'",
}
FAMILIES = {"disparate impact", "opacity", "error propagation"}
WORLD = ["--people", "1024", "--periods", "7"]
WANTED = [word for name in ("adverse_rate", "unpredictability", "flip_rate") for word in ("--measures", name)]


def audited(model, out):
    """The families of which an audit by command of this model gives a number."""
    assert (
        main(["audit", "rongcheng", "--model", model, *WORLD, *WANTED, "--set", "error.sample=4", "--out", str(out)])
        == 0
    )
    found = pd.read_csv(out / "findings.csv")
    return set(found[(found["model"] == model) & (found["split"] == "all") & found["value"].notna()]["harm"])


@pytest.mark.parametrize("language", COMMANDS)
def test_the_example_in_each_language_scores_by_bills_paid_late(language):
    if shutil.which(language) is None:
        pytest.skip(f"there is no {language} here")
    assert ask(load_model(COMMANDS[language]), RECORDS).score.tolist() == (-LATE).tolist()


@pytest.mark.parametrize(("language", "file"), [("awk", "late.awk"), ("perl", "late.pl"), ("Rscript", "late.R")])
def test_the_example_that_show_prints_runs_as_it_stands(language, file, tmp_path, monkeypatch, capsys):
    if shutil.which(language) is None:
        pytest.skip(f"there is no {language} here")
    assert main(["show", "cmd"]) == 0
    _, _, after = capsys.readouterr().out.partition(f", {file}:\n\n")
    monkeypatch.chdir(tmp_path)
    Path(file).write_text("".join(line[4:] + "\n" for line in after.split("\n\n")[0].splitlines()))
    started = {"awk": "awk -F, -f"}.get(language, language)
    said = ask(load_model(f"cmd:{started} {file}"), RECORDS).score
    assert said.tolist() == (-LATE - 3 * RECORDS["judgment_default"]).tolist()


@pytest.mark.usefixtures("small_training")
@pytest.mark.skipif(shutil.which("awk") is None, reason="there is no awk here")
def test_a_program_is_audited_in_all_three_families(tmp_path, capsys):
    assert audited(COMMANDS["awk"], tmp_path / "out") >= FAMILIES


def test_a_program_may_decide_too(tmp_path):
    path = tmp_path / "decide.py"
    path.write_text(
        "import sys\nnext(sys.stdin)\nfor place, _ in enumerate(sys.stdin):\n print(f'{place},{-(place % 2)}')"
    )
    said = ask(load_model(f"cmd:{sys.executable} '{path}'"), RECORDS.iloc[:3])
    assert said.score.tolist() == [0, 1, 2]
    assert said.decision.tolist() == [0, -1, 0]
    path.write_text("print('1,-1'); print('2'); print('3,0')")
    with pytest.raises(ModelError, match=r"gave '2' as score 1; one number, or score,decision"):
        ask(load_model(f"cmd:{sys.executable} '{path}'"), RECORDS.iloc[:3])


@pytest.fixture
def serve():
    """A function that serves a handler on this machine and gives its address."""
    servers = []

    def start(handler):
        server = HTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


class Busy(BaseHTTPRequestHandler):
    """Answers every second request with how many records it has, for each; the others with a status."""

    status, sizes, asked = 503, [], 0

    def do_POST(self):
        rows = self.rfile.read(int(self.headers["Content-Length"])).decode().strip().splitlines()[1:]
        type(self).asked += 1
        if self.asked % 2:
            self.send_error(self.status)
            return
        self.sizes.append(len(rows))
        self.send_response(200)
        self.end_headers()
        self.wfile.write("".join(f"{row.split(',')[0]}\n" for row in rows).encode())

    def log_message(self, *_):
        pass


def test_a_server_gets_batches_and_is_asked_again_when_it_is_busy(serve, monkeypatch):
    monkeypatch.setattr(outside, "BATCH", 20)
    monkeypatch.setattr(outside, "WAITS", (0.01, 0.01))
    handler = type("Handler", (Busy,), {"sizes": []})
    said = ask(load_model(serve(handler)), RECORDS)
    assert said.score.tolist() == RECORDS.index.tolist()
    assert handler.sizes == [20, 20, 8]
    assert handler.asked == 6


def test_a_server_that_refuses_is_not_asked_again(serve):
    handler = type("Handler", (Busy,), {"status": 400})
    with pytest.raises(ModelError, match="answered with status 400"):
        ask(load_model(serve(handler)), RECORDS)
    assert handler.asked == 1


def test_a_server_that_hangs_is_given_up(serve):
    class Slow(BaseHTTPRequestHandler):
        def do_POST(self):
            time.sleep(1)

        def log_message(self, *_):
            pass

    with pytest.raises(ModelError, match=r"did not answer within 0.1 seconds"):
        ask(Address(serve(Slow), timeout=0.1), RECORDS)


@pytest.mark.usefixtures("small_training")
def test_the_server_of_the_example_is_audited_in_all_three_families(serve, tmp_path, capsys):
    handler = runpy.run_path(str(EXAMPLES / "server.py"))["LateBills"]
    address = serve(handler)
    assert ask(load_model(address), RECORDS).score.tolist() == (-LATE).tolist()
    assert ask(load_model(address), RECORDS.iloc[:0]).score.shape == (0,)
    assert audited(address, tmp_path / "out") >= FAMILIES


# --- Answers without end ----------------------------------------------------------------------------


def program(tmp_path, code, timeout=20.0):
    """A program of this Python code as a model."""
    path = tmp_path / "program.py"
    path.write_text(code)
    return Program(f"cmd:{sys.executable} '{path}'", timeout=timeout)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("while True: print('1' * 1000)", r"gave more than 7,168 bytes for 48 records"),
        ("print('1' * 10_000_000, end='')", r"gave more than 7,168 bytes for 48 records"),
        ("import sys; sys.stdin.close()", r"gave 0 lines for 48 records"),
        ("import os; os.close(0); os.close(1); raise SystemExit(7)", r"ended with status 7 \(it said nothing\)"),
        ("import sys; sys.stderr.write('x' * 1_000_000 + '\\nno income'); sys.exit(3)", r"status 3 \(no income\)"),
        ("print(*range(48), sep='\\n'); raise SystemExit(7)", r"ended with status 7"),
        ("print(*range(49), sep='\\n')", r"gave 49 lines for 48 records"),
        ("import sys; sys.stdout.buffer.write(bytes(range(256)))", r"lines for 48 records"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_cut_and_told(tmp_path, code, sentence):
    began = time.monotonic()
    with pytest.raises(ModelError, match=sentence) as problem:
        ask(program(tmp_path, code), RECORDS)
    assert time.monotonic() - began < 10
    assert len(str(problem.value)) < 600


def test_a_program_that_does_not_read_or_does_not_end_is_given_up_in_time(tmp_path):
    for code in ("import time; time.sleep(60)", "import os, time; os.close(1); time.sleep(60)"):
        began = time.monotonic()
        with pytest.raises(ModelError, match=r"did not answer within 0.5 seconds"):
            ask(program(tmp_path, code, 0.5), RECORDS)
        assert time.monotonic() - began < 5


def test_an_answer_is_whole_though_its_program_reads_nothing_and_leaves_a_process_with_the_pipe(tmp_path):
    child = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(2)']); "
    many = pd.concat([RECORDS] * 4000).set_axis(pd.RangeIndex(192_000, name="person"))
    said = ask(program(tmp_path, child + "print(*range(192_000), sep='\\n')"), many)
    assert said.score[-1] == 191_999


class Rude(BaseHTTPRequestHandler):
    """Answers with what it is told to."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer()

    def head(self, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_):
        pass


def drips(self):
    self.head()
    for _ in range(50):
        self.wfile.write(b"1")
        time.sleep(0.05)


def drips_before_its_body(self):
    for byte in b"HTTP/1.0 200 OK\r\nX-Filler: " + b"x" * 50:
        self.wfile.write(bytes([byte]))
        time.sleep(0.05)


def never_ends(self):
    self.head()
    with suppress(ConnectionError):  # whoever asked has heard enough
        for _ in range(1000):
            self.wfile.write(b"1\n" * 1000)


def promises_more(self):
    self.head(Content_Length="1000")
    self.wfile.write(b"1\n" * 48)


def redirects(self):
    self.head(302, Location="http://127.0.0.1:1/elsewhere")


def says_no_http(self):
    self.wfile.write(b"\x00\xffhello\r\n\r\n")


RUDE = {
    drips: "did not answer within 0.5 seconds",
    drips_before_its_body: "did not answer within 0.5 seconds",
    never_ends: "gave more than 7,168 bytes for 48 records",
    promises_more: r"could not be asked \(IncompleteRead",
    redirects: "answered with status 302",
    says_no_http: r"could not be asked \(BadStatusLine",
    lambda self: self.head(500): "answered with status 500",
    lambda self: None: r"could not be asked \(RemoteDisconnected",
    lambda self: self.head(204): "gave 0 lines for 48 records",
}


@pytest.mark.parametrize(("answer", "sentence"), RUDE.items(), ids=[one.__name__ for one in RUDE])
def test_a_rude_server_is_a_failed_model_in_one_sentence_and_in_time(serve, monkeypatch, answer, sentence):
    monkeypatch.setattr(outside, "WAITS", (0.01,))
    address = serve(type("Handler", (Rude,), {"answer": answer, "wbufsize": 0}))
    began = time.monotonic()
    with pytest.raises(ModelError, match=sentence) as problem:
        ask(Address(address, timeout=0.5 if "within" in sentence else 20.0), RECORDS)
    assert time.monotonic() - began < 3
    assert len(str(problem.value).splitlines()) == 1


def test_decisions_in_some_answers_alone_are_refused(serve, monkeypatch):
    def halves(self):
        self.head()
        self.wfile.write((b"1\n", b"1,0\n")[halves.asked % 2] * 24)
        halves.asked += 1

    halves.asked = 0
    monkeypatch.setattr(outside, "BATCH", 24)
    with pytest.raises(ModelError, match="gave decisions in 1 of 2 answers; all or none are needed"):
        ask(Address(serve(type("Handler", (Rude,), {"answer": halves}))), RECORDS)
