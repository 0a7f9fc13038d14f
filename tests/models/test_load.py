"""Finding the model that a user names, and the sentence where it cannot be found."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.models.asking import ask
from testbed.models.base import ModelError, models
from testbed.models.load import load_model, model_names
from testbed.models.outside import Program
from testbed.models.rulebook import FOLDER, RuleBook

RECORDS = pd.DataFrame(
    {"late": [0, 3], "place": pd.Categorical(["a,b", 'c"\nd'])}, index=pd.Index([4, 2**33], name="person")
)

MODULE = """
import numpy as np

CONSTANT = 3

def late(records):
    return records["late"].to_numpy() * -1.0

class Late:
    higher_is = "worse"
    def score(self, records):
        return records["late"].to_numpy() * 1.0

class Demanding:
    def __init__(self, path):
        pass

class Inner:
    model = Late()

instance = Late()
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The name of a module in the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    (tmp_path / "my_scheme_of_a_test.py").write_text(MODULE)
    yield "my_scheme_of_a_test"
    sys.modules.pop("my_scheme_of_a_test", None)


def test_registered_names_and_rule_books_are_models():
    linear = {"logistic", "mitigated", "grid-search", "correlation-remover", "threshold-optimizer"}
    others = {"boosting", "ebm", "forest", "k-nn", "lottery", "mlp", "tree"}
    assert {*linear, *others, "rongcheng"} <= set(model_names())
    assert isinstance(load_model("rongcheng"), RuleBook)
    assert load_model("logistic") is not load_model("logistic")
    assert isinstance(load_model("logistic"), models.get("logistic"))


def test_a_rule_book_is_found_by_path_and_beside_the_file_that_names_it(tmp_path):
    text = (FOLDER / "rongcheng.toml").read_text().replace("value = 1000", "value = 500")
    (tmp_path / "half.toml").write_text(text)
    for found in (
        load_model(tmp_path / "half.toml"),
        load_model("half.toml", beside=tmp_path),
        load_model("half", beside=tmp_path),
    ):
        assert found.base.value == 500


def test_an_object_is_given_back_as_it_is():
    def model(records):
        return np.zeros(len(records))

    assert load_model(model) is model


@pytest.mark.parametrize(("name", "score"), [("late", -3), ("Late", 3), ("instance", 3), ("Inner.model", 3)])
def test_functions_classes_and_instances_of_the_current_directory_are_models(module, name, score):
    assert ask(load_model(f"{module}:{name}"), RECORDS).score.tolist() == [0, score]


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("lotery", "did you mean 'lottery'"),
        ("nowhere.toml", "no file 'nowhere.toml'"),
        ("no_such_module_here:model", "there is no module 'no_such_module_here'"),
        ("my_scheme_of_a_test:Latte", "did you mean 'Late'"),
        ("my_scheme_of_a_test:Demanding", r"Demanding\(\) failed \(TypeError"),
        ("my_scheme_of_a_test:CONSTANT", "is a int"),
        ("my_scheme_of_a_test:", "a name like package"),
        (":late", "a name like package"),
        ("os; rm:x", "a name like package"),
        ("cmd:no-such-program-anywhere", "there is no program"),
        ("cmd:", "there is no program"),
        ("cmd:'open", "cannot be read"),
        ("http://example.org/score", "only http:// on this machine"),
        ("https://127.0.0.1/score", "only http:// on this machine"),
        ("http://127.0.0.1.example.org/", "only http:// on this machine"),
        ("http://[::1", "cannot be read"),
        (3, "needs a method score"),
        (dict, "is a class"),
    ],
)
def test_what_cannot_be_found_or_used_is_an_input_error_in_one_sentence(module, spec, sentence):
    with pytest.raises(InputError, match=sentence) as problem:
        load_model(spec)
    assert "\n" not in str(problem.value)


def test_a_module_that_fails_to_import_says_why(module, tmp_path):
    (tmp_path / "broken_of_a_test.py").write_text("import no_such_thing_at_all\n")
    (tmp_path / "raising_of_a_test.py").write_text("raise RuntimeError('not today')\n")
    with pytest.raises(InputError, match=r"importing broken_of_a_test failed .*no_such_thing_at_all"):
        load_model("broken_of_a_test:model")
    with pytest.raises(InputError, match="not today"):
        load_model("raising_of_a_test:model")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import pytest; pytest.skip('x', allow_module_level=True)", "Skipped"),
        ("def __getattr__(name): raise SystemExit(0)", "SystemExit: 0"),
        ("class model:\n    def __init__(self): raise SystemExit(0)", r"model\(\) failed \(SystemExit: 0"),
        ("class model:\n    row_wise = property(lambda self: exit(0))\n    score = len", "row_wise cannot be read"),
        ("class model:\n    score = property(lambda self: exit(0))", "score cannot be read"),
        ("class model:\n    needs = 3\n    score = len", "needs is 3"),
    ],
)
def test_a_model_that_leaves_while_it_is_loaded_is_wrong_input(module, tmp_path, monkeypatch, text, said):
    (tmp_path / "leaving_of_a_test.py").write_text(text)
    monkeypatch.delitem(sys.modules, "leaving_of_a_test", raising=False)
    with pytest.raises(InputError, match=said) as problem:
        load_model("leaving_of_a_test:model")
    assert "\n" not in str(problem.value)
    sys.modules.pop("leaving_of_a_test", None)


# --- Programs and addresses ------------------------------------------------------------------------

PROGRAM = """
import csv, sys
rows = list(csv.DictReader(sys.stdin))
for row in rows:
    print(-float(row["late"]) - int(row["person"]) / 2**40)
"""


def program(tmp_path, text):
    path = tmp_path / "a program.py"
    path.write_text(text)
    return f"cmd:{sys.executable} '{path}'"


def test_a_program_reads_csv_and_prints_one_score_per_line(tmp_path):
    said = ask(load_model(program(tmp_path, PROGRAM)), RECORDS).score
    assert said.tolist() == [-4 / 2**40, -3 - 2**33 / 2**40]
    assert ask(load_model(program(tmp_path, PROGRAM)), RECORDS.iloc[:0]).score.shape == (0,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import sys; sys.exit('out of paper')", r"ended with status 1 \(out of paper\)"),
        ("print(1)", "gave 1 lines for 2 records"),
        ("print(1); print('two')", "gave 'two' as score 1"),
        ("print(1); print('nan')", "a finite number is needed"),
    ],
)
def test_a_program_that_fails_is_a_model_error(tmp_path, text, sentence):
    with pytest.raises(ModelError, match=sentence):
        ask(load_model(program(tmp_path, text)), RECORDS)


def test_a_program_that_hangs_is_stopped(tmp_path):
    spec = program(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(ModelError, match=r"did not answer within 0.2 seconds"):
        ask(Program(spec, timeout=0.2), RECORDS)


def test_a_program_is_started_without_a_shell(tmp_path):
    spec = program(tmp_path, "import sys; print(len(sys.argv)); print(0)") + f" ; touch {tmp_path}/made"
    assert ask(load_model(spec), RECORDS).score.tolist() == [4, 0]
    assert not (tmp_path / "made").exists()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        rows = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = {"/score": 200, "/moved": 302}.get(self.path, 500)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://example.org/")
        self.end_headers()
        if status == 200:
            assert rows.startswith("person,late,place\n4,0,")
            self.wfile.write(b"1.5\n-2\n")

    def log_message(self, *_):
        pass


@pytest.fixture
def address():
    """A server on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_on_this_machine_is_a_model(address):
    assert ask(load_model(f"{address}/score"), RECORDS).score.tolist() == [1.5, -2]


def test_a_server_that_fails_moves_away_or_is_not_there_is_a_model_error(address):
    with pytest.raises(ModelError, match="status 500"):
        ask(load_model(f"{address}/other"), RECORDS)
    with pytest.raises(ModelError, match="status 302"):
        ask(load_model(f"{address}/moved"), RECORDS)
    with pytest.raises(ModelError, match="could not be asked"):
        ask(load_model("http://127.0.0.1:1/score"), RECORDS)


def test_a_model_of_a_package_that_is_not_there_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("testbed.models.load.find_spec", lambda name: None)
    with pytest.raises(
        InputError, match=r"ebm needs the package interpret, .*: pip install 'scoring-testbed\[explain\]'\."
    ):
        load_model("ebm")
    assert isinstance(load_model("logistic"), models.get("logistic"))
