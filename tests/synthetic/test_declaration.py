"""Files of every kind: their schema, and the sources that they bring."""

from pathlib import Path

import pytest

from synthetic import source
from synthetic.channels import Channel
from synthetic.conduct import Conduct
from synthetic.errors import InputError
from synthetic.source import sources
from synthetic.toml_file import load_toml
from testbed.commands.cli import main
from testbed.scenarios.base import Scenario

ROOT = Path(source.__file__).parents[1]
KINDS = (
    "synthetic/channels",
    "synthetic/conduct",
    "synthetic/recipes",
    "testbed/disclosures",
    "testbed/models/rulebooks",
    "testbed/regimes",
    "testbed/scenarios",
)
RATE = '{ value = 0.01, unit = "acts a month", source = "my-paper", reading = "stated" }'
KIND = f'schema = 1\ntitle = "A kind"\ndirection = "adverse"\nmost = 0.1\nrate = {RATE}\n'
PAPER = 'title = "A paper"\npublisher = "A journal"\ndate = "2020"\n'


@pytest.fixture(autouse=True)
def own(monkeypatch):
    """Sources that a test adds are gone after it."""
    monkeypatch.setattr(source, "_OWN", {})


def load(tmp_path, text, name="kind"):
    (tmp_path / f"{name}.toml").write_text(text)
    return Conduct.load(tmp_path / f"{name}.toml")


@pytest.mark.parametrize("path", [path for kind in KINDS for path in sorted((ROOT / kind).glob("*.toml"))], ids=str)
def test_every_file_of_ours_says_its_schema(path):
    assert load_toml(path)["schema"] == 1


@pytest.mark.parametrize("found", ["2", "true", '"1"', "1.5"])
def test_another_schema_is_refused(tmp_path, found):
    with pytest.raises(InputError, match=r"conduct kind: schema is .*, allowed: 1\."):
        load(tmp_path, KIND.replace("schema = 1", f"schema = {found}"))


def test_a_file_brings_sources_of_its_own(tmp_path):
    assert load(tmp_path, f"{KIND}[sources.my-paper]\n{PAPER}").rate.source == "my-paper"
    assert sources()["my-paper"].title == "A paper"


def test_a_file_beside_it_brings_sources(tmp_path):
    (tmp_path / "sources.toml").write_text(f"[my-paper]\n{PAPER}locator = 'table 2'\n")
    assert load(tmp_path, KIND).rate.source == "my-paper"
    assert sources()["my-paper"].locator == "table 2"


def test_an_unknown_source_is_refused_and_the_file_read_again_may_correct_its_own(tmp_path):
    with pytest.raises(InputError, match=r"unknown source in conduct kind, rate 'my-paper'"):
        load(tmp_path, KIND)
    load(tmp_path, f"{KIND}[sources.my-paper]\n{PAPER}")
    load(tmp_path, f"{KIND}[sources.my-paper]\n{PAPER.replace('2020', '2021')}")
    assert sources()["my-paper"].date == "2021"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[sources.assumed]\n{PAPER}", "'assumed' is a source of the testbed; give yours another name"),
        ("[sources.my-paper]\ntitle = 'A'\n", "sources.my-paper must have 'publisher'"),
        (f"[sources.my-paper]\n{PAPER}page = 3\n", "unknown key in conduct kind, sources.my-paper 'page'"),
        ("sources = 3\n", "sources must be a table, found 3"),
    ],
)
def test_a_source_that_is_not_whole_is_refused(tmp_path, text, said):
    body = text if text.startswith("sources") else ""
    with pytest.raises(InputError, match=said):
        load(tmp_path, body + KIND + ("" if body else text))


def test_one_name_for_two_sources_is_refused(tmp_path):
    load(tmp_path, f"{KIND}[sources.my-paper]\n{PAPER}")
    load(tmp_path, f"{KIND}[sources.my-paper]\n{PAPER}", "same")
    with pytest.raises(InputError, match="'my-paper' is another source in "):
        load(tmp_path, f"{KIND}[sources.my-paper]\n{PAPER.replace('2020', '1999')}", "other")


def test_sources_of_a_scenario_reach_its_manifest_and_its_description(tmp_path, capsys):
    own = Path(ROOT / "testbed/scenarios/rongcheng.toml").read_text()
    town = own + f'\n[sources.my-paper]\n{PAPER}\n[dials."conduct.fraud.rate"]\nvalue = 0.001\n'
    town += 'range = [0, 0.01]\nsource = "my-paper"\nreading = "stated"\n'
    (tmp_path / "town.toml").write_text(town)
    assert Scenario.load(tmp_path / "town.toml").dials["conduct.fraud.rate"].source == "my-paper"
    assert main(["show", str(tmp_path / "town.toml")]) == 0
    assert "my-paper: A paper. A journal, 2020" in " ".join(capsys.readouterr().out.split())


def test_channels_take_a_schema():
    assert Channel.load("court").name == "court"
