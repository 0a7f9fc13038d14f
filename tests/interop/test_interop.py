"""Findings in other forms: the numbers are the same, what is not known is said, and no name gets out of its cell."""

import json
import math
from html.parser import HTMLParser

import pytest

from testbed import InputError, Scenario, audit, audit_table, model_card, shown, transparency_record
from testbed.findings import COLUMNS, frame
from testbed.interop.transparency import FIELDS, OPERATOR

MEASURES = "adverse_rate,flip_rate,detection_recall,operator_error_rate,reason_coverage"
EVIL = "<script>alert(1)</script>|*x*\n# y"


@pytest.fixture(scope="module")
def findings():
    return audit("rongcheng", people=2048, periods=9, measures=MEASURES)


def strange(findings):
    made = findings.assign(model=EVIL, group=findings["group"].where(findings["group"] != "minority", EVIL))
    made.attrs["audited"] = [("rongcheng", EVIL)]
    return made


class Tags(HTMLParser):
    """The tags of a text, and its cells."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.cells.append(data)


# --- A notebook ---


def test_an_audit_stays_a_plain_frame_and_what_is_shown_has_its_numbers(findings):
    assert type(findings).__name__ == "DataFrame"
    assert list(findings.columns) == list(COLUMNS)
    row = findings[(findings["measure"] == "adverse_rate") & (findings["split"] == "all")].iloc[0]
    view = shown(findings, measures="adverse_rate", split="all")
    (cells,) = view.rows
    assert cells[:2] == ("adverse rate", "everybody")
    assert float(cells[2].removesuffix(" %")) == pytest.approx(row["value"] * 100, rel=0.02)
    assert cells[4] == f"{row['n']:,}"
    assert cells[2] in Tags(view._repr_html_()).cells
    assert cells[2] in repr(view)


def test_what_only_judges_another_row_is_not_shown_and_what_is_left_out_is_counted(findings):
    view = shown(findings, most=3)
    assert len(view.rows) == 3
    whole = shown(findings, most=None)
    assert view.left == len(whole.rows) - 3 > 0
    assert f"{view.left} more rows" in repr(view)
    assert not any("p holm" in row[0] for row in whole.rows)


def test_a_missing_number_shows_its_reason():
    rows = [{"measure": "flip_rate", "value": math.nan, "why": "nobody has one", "split": "all", "group": "all"}]
    (cells,) = shown(frame(rows, scenario="town", model="mine")).rows
    assert cells[2:4] == ("not computed", "nobody has one")


def test_html_has_no_tag_of_a_name(findings):
    assert Tags(shown(strange(findings))._repr_html_()).tags == {"table", "thead", "tbody", "tr", "th", "td", "p"}


# --- A model card ---


def test_a_card_has_the_numbers_of_the_findings_with_their_intervals(findings):
    (entry,) = model_card(findings, name="mine").metadata["model-index"]
    assert entry["name"] == "mine"
    (result,) = entry["results"]
    assert {"task", "dataset", "metrics"} == set(result)
    for metric in result["metrics"]:
        args = metric["args"]
        row = findings[
            (findings["measure"] == metric["type"])
            & (findings["split"] == args.get("split", "all"))
            & (findings["group"] == args.get("group", "all"))
            & (findings["versus"] == args.get("versus", ""))
        ].iloc[0]  # fmt: skip
        assert metric["value"] == row["value"]
        assert args.get("low", math.nan) == pytest.approx(row["low"], nan_ok=True)
        assert args["n"] == row["n"]
    assert {"adverse_gap", "flip_rate", "detection_recall"} <= {metric["type"] for metric in result["metrics"]}


def test_a_card_is_read_by_a_reader_of_yaml_and_holds_json_alone(findings):
    yaml = pytest.importorskip("yaml")
    card = model_card(strange(findings))
    _, front, body = str(card).split("---\n", 2)
    assert yaml.safe_load(front) == json.loads(json.dumps(card.metadata, allow_nan=False)) == card.metadata
    assert body.strip() == card.markdown.strip()


def test_a_name_has_no_markup_of_its_own_in_markdown(findings):
    for text in (model_card(strange(findings)).markdown, str(transparency_record(strange(findings)))):
        assert "<script" not in text.replace(r"\<", "")
        assert r"\*x\*" in text
        assert not [line for line in text.splitlines() if line.startswith("# y")]


def test_a_card_says_what_its_numbers_do_not(findings):
    text = model_card(findings).markdown
    assert "synthetic" in text
    assert "No number says that a model is fair" in text
    assert "95 % interval" in text


# --- A transparency record ---


def test_every_field_is_filled_or_said_to_be_the_operators(findings):
    record = transparency_record(findings, Scenario.load("rongcheng"))
    table = record.frame
    assert list(zip(table["section"], table["field"], strict=True)) == [
        (section, field) for section, fields in FIELDS.items() for field in fields
    ]
    assert (table["text"] == OPERATOR).equals(table["by_operator"])
    filled = set(table[~table["by_operator"]]["field"])
    assert {"Name", "Description", "Benefit", "Model input", "Provided information", "Risks"} <= filled
    assert {"Team", "Senior responsible owner", "Contact email", "Impact assessment", "Phase"}.isdisjoint(filled)
    text = str(record)
    assert all(f"### {field}" in text for field in table["field"])


def test_what_is_measured_says_where_and_what_is_modeled_comes_from_the_scenario(findings):
    table = transparency_record(findings, "rongcheng").frame.set_index("field")
    assert table.loc["Risks", "text"].startswith("Measured in the scenario rongcheng:")
    assert "Adverse decisions are" in table.loc["Risks", "text"]
    assert "utility_late" in table.loc["Model input", "text"]
    assert "They may not see: the entries in force about oneself" in table.loc["Provided information", "text"]
    alone = transparency_record(findings).frame.set_index("field")
    assert alone.loc["Model input", "by_operator"]


def test_findings_of_a_table_make_a_card_and_a_record():
    import pandas as pd

    table = pd.DataFrame(
        {"g": list("aaaaabbbbb") * 6, "y": [1, 0, 1, 1, 0] * 12, "p": [1, 0, 1, 0, 0, 0, 1, 1, 0, 0] * 6}
    )
    found = audit_table(table, groups="g", outcome="y", prediction="p")
    assert "a table of decisions" in model_card(found).markdown
    assert "Measured on a table of decisions:" in str(transparency_record(found))


# --- Wrong input ---


@pytest.mark.parametrize("write", [shown, model_card, transparency_record])
@pytest.mark.parametrize(("given", "said"), [(3, "found int"), (frame([]), "no rows")])
def test_what_is_no_findings_is_refused(write, given, said):
    with pytest.raises(InputError, match=said):
        write(given)


def test_a_document_is_about_one_model(findings):
    both = findings.assign(model="other")
    import pandas as pd

    two = pd.concat([findings, both], ignore_index=True)
    two.attrs["audited"] = [("rongcheng", "rongcheng"), ("rongcheng", "other")]
    with pytest.raises(InputError, match="one of rongcheng, other"):
        model_card(two)
    assert model_card(two, model="other").metadata["model-index"][0]["name"] == "other"


@pytest.mark.parametrize(("given", "said"), [({"measures": "flip_rat"}, "flip_rate"), ({"split": "sx"}, "sex")])
def test_a_name_that_is_not_there_is_told_with_the_nearest(findings, given, said):
    with pytest.raises(InputError, match=f"did you mean '{said}'"):
        shown(findings, **given)
