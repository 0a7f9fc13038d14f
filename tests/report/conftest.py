"""A made-up findings table with its manifest and a made-up life: the numbers only exercise the page."""

import json
import math
from html.parser import HTMLParser

import pytest

from testbed.findings.finding import frame

NAN = math.nan


def _row(
    measure, harm, value, low=NAN, high=NAN, n=1000, *, split="all", group="all", versus="", unit="rate", why="", **more
):
    numbers = {"value": value, "low": low, "high": high, "n": n, "unit": unit, "why": why}
    return {"measure": measure, "harm": harm, "split": split, "group": group, "versus": versus, **numbers, **more}


def made_up_rows():
    """One row or more of every family, NaN and infinity among them."""
    impact, opacity, error = "disparate impact", "opacity", "error propagation"
    pair = {"split": "community", "group": "minority", "versus": "majority"}
    rows = [
        _row("adverse_gap", impact, 0.0193, 0.0121, 0.0264, 8110, **pair),
        _row("adverse_gap_p", impact, 0.0001, n=8110, unit="p", **pair),
        _row("wrong_adverse_gap", impact, 0.0021, -0.0004, 0.0046, 7900, **pair),
        _row("adverse_gap_at_equal_conduct", impact, NAN, n=8110, why="support 0.71 is under 0.8", **pair),
        _row("demographic_parity_difference", impact, 0.0193, 0.012, 0.026, 8110, split="community", group=""),
        _row("adverse_rate", impact, 0.031, 0.029, 0.033, 100_000),
    ]
    for name, scale in (("adverse_rate", 1.0), ("wrong_adverse_rate", 0.1)):
        for group, value, n in (("majority", 0.029, 91_890), ("minority", 0.048, 8110)):
            value *= scale
            rows.append(_row(name, impact, value, value * 0.9, value * 1.1, n, split="community", group=group))
        rows.append(_row(name, impact, NAN, n=0, split="sex", group="unknown", why="no people"))
        rows.append(_row(name, impact, 0.04, 0.0, 0.2, 12, split="sex", group="female"))
    for k, value in ((0, 0.93), (10, 0.9), (100, 0.71), (1000, 0.55)):
        rows.append(_row(f"hidden[k={k}]", opacity, value - 0.05, value - 0.1, value, 2000))
        rows.append(_row(f"unpredictability[k={k}]", opacity, value, value - 0.05, value + 0.05, 2000))
    rows += [
        _row("reason_coverage[decision=adverse]", opacity, 0.0, 0.0, 0.0012, 3100),
        _row("record_access", opacity, 0.41, 0.40, 0.42, 60_000),
        _row("flip_rate", error, 0.62, 0.55, 0.68, 214),
        _row("error_gain", error, -38.2, -41.0, -35.4, 214, unit="points"),
        _row("error_lifetime", error, 11.2, 9.8, 12.6, 214, unit="periods"),
        _row("error_reach[hop=household]", error, 0.44, 0.36, 0.53, 214, unit="people"),
        _row("error_reach[hop=kin]", error, 0.0, 0.0, 0.0, 214, unit="people"),
        _row("error_reach[hop=employer]", error, 0.02, 0.0, math.inf, 214, unit="people"),
        _row("detection_precision", "benefit", 0.55, 0.52, 0.58, 3100),
        _row("detection_recall", "benefit", 0.08, 0.07, 0.09, 21_000),
        _row("operator_error_rate", "accountability", 0.12, 0.10, 0.14, 3100),
        _row("operator_reversal_of_wrong", "accountability", NAN, n=0, why="nobody appealed"),
    ]
    audited = [{"model": "rongcheng", "scenario": "rongcheng", **row} for row in rows]
    luck = {"adverse_gap": 0.0004, "flip_rate": 0.0, "detection_precision": 0.21, "hidden[k=100]": 0.0}
    lottery = [
        {**row, "model": "lottery", "value": luck[row["measure"]], "low": NAN, "high": NAN}
        for row in audited
        if row["measure"] in luck
    ]
    oracle = [
        {**row, "model": "oracle", "value": 1.0, "low": 1.0, "high": 1.0} for row in audited if row["harm"] == "benefit"
    ]
    faithful = [{**audited[0], "scenario": "rongcheng{channels.errors=off}", "value": 0.01, "low": NAN, "high": NAN}]
    return audited + lottery + oracle + faithful


@pytest.fixture
def findings():
    return frame(made_up_rows())


@pytest.fixture
def life():
    return {
        "person": 4711,
        "seed": 0,
        "scenario": "rongcheng",
        "model": "rongcheng",
        "people": 100_000,
        "root_period": 6,
        "kind": "judgment_default",
        "channel": "court",
        "months_without": {"train": 9, "loan": 4, "post": 0},
        "others_touched": 3,
        "who": {"age": 34, "community": "minority", "residence": "rural"},
        "scores": {"base": [1000.0] * 12, "error": [1000.0] * 6 + [900.0] * 6},
        "events": [
            {"period": 2, "world": "both", "what": "entry", "detail": "traffic violation, 5 points", "visible": True},
            {"period": 6, "world": "error", "what": "wrong_entry", "detail": "judgment default", "visible": False},
            {"period": 7, "world": "error", "what": "listed", "detail": "blacklist", "visible": False},
            {"period": 7, "world": "base", "what": "listed", "detail": "redlist", "visible": True},
            {"period": 9, "world": "both", "what": "entry", "detail": "volunteering", "visible": True},
        ],
        "touched": [
            {"person": 4712, "hop": "household", "how": "no train"},
            {"person": 88, "hop": "employer", "how": "score"},
        ],
    }


@pytest.fixture
def manifest(life):
    caveat = "Compares groups as they are; it does not say why they differ."
    return {
        "schema": 1,
        "command": "testbed audit rongcheng --people 100000 --periods 24 --seed 0",
        "scenario": "rongcheng",
        "title": "A published point scheme in a synthetic city",
        "claimed": True,
        "claimed_note": "What follows from a low grade is reported by the press.",
        "models": ["rongcheng"],
        "people": 100_000,
        "periods": 24,
        "seeds": [0],
        "versions": {"numpy": "2.4.0", "python": "3.11.2"},
        "digests": {"findings": "0" * 64},
        "anchors": [
            {"name": name, "holds": True, "detail": "as expected"} for name in ("null twin", "lottery", "faithful")
        ],
        "assumed": [
            {"path": "regime.low_grade", "value": True, "unit": "switch", "source": "own", "reading": "claimed"},
            {
                "path": "channels.court.collision",
                "value": 0.002,
                "range": [0.0, 0.004],
                "unit": "share",
                "source": "own",
                "reading": "assumed",
                "measures": ["flip_rate", "wrong_adverse_rate"],
            },
            {
                "path": "regime.appeal.filed",
                "value": 0.6,
                "range": [0.2, 1],
                "unit": "share",
                "source": "own",
                "reading": "analog",
                "as_in": "as in a roll of voters",
            },
            {
                "path": "decide.outcome",
                "value": "deserved",
                "range": None,
                "unit": "what decisions are judged by",
                "source": "own",
                "reading": "assumed",
                "where": "a choice of the experiment, not of the scheme",
            },
            {
                "path": "regime.family.share",
                "value": 0.5,
                "range": [0, 1],
                "unit": "share",
                "source": "own",
                "reading": "assumed",
            },
        ],
        "readings": {
            "all dials": {"stated": 20, "inferred": 0, "analog": 1, "assumed": 2, "claimed": 1},
            "contest": {"stated": 0, "inferred": 0, "analog": 1, "assumed": 0, "claimed": 0},
        },
        "sources": [
            {"id": "own", "title": "Our guess", "publisher": "this project", "date": "2024", "locator": "none"}
        ],
        "not_modelled": ["motive of the institution"],
        "measures": {
            "adverse_rate": {
                "harm": "disparate impact",
                "unit": "rate",
                "better": "lower",
                "estimand": "Share decided adversely.",
                "interval": "clustered Wilson",
                "reference": "Korn and Graubard 1998",
                "caveats": caveat,
                "gap": "adverse_gap",
            },
            "flip_rate": {
                "harm": "error propagation",
                "unit": "rate",
                "better": "lower",
                "caveats": "Only of added errors.",
            },
        },
        "life": life,
        "compared": ["community", "sex"],
        "reference": {"community": "majority", "sex": "male"},
    }


class Parsed(HTMLParser):
    """What a browser would find in a page: tags in order with their attributes, ids, links, visible text."""

    VOID = frozenset({"meta", "br", "wbr", "img", "link", "input", "hr"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.texts, self.open, self.unbalanced = [], [], [], [], [], []
        self.scripts = []
        self.feed(text)
        self.close()

    @property
    def text(self):
        """The visible text, on one line."""
        return " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if "script" in self.open:
            self.scripts.append(data)
        elif "style" not in self.open:
            self.texts.append(data)

    @property
    def data(self):
        """The rows that the page shows on demand, by number: what its script reads, with the texts in their places."""
        held = json.loads(self.scripts[0])
        names = ("block", "measure", "who", "of", "value", "low", "high", "n", "unit", "note", "luck", "people", "line")
        rows = {}
        for number, *cells in held["rows"]:
            row = dict(zip(names, cells, strict=False))
            for name in ("measure", "who", "of", "unit", "note"):
                row[name] = held["texts"][row[name]]
            rows[number] = row
        return rows


@pytest.fixture
def parse():
    return Parsed
