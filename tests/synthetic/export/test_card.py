"""The data card and the Croissant metadata of an exported population."""

from __future__ import annotations

import csv
import hashlib

import pandas as pd
import pytest

from synthetic import Population
from synthetic.export import croissant, page
from synthetic.export.croissant import CONTEXT


@pytest.fixture(params=["china-2020", "us-credit", "job-seekers", "school-leavers", "template"])
def town(request):
    return Population(request.param, 3000, seed=2)


@pytest.fixture(params=[".csv", ".parquet"])
def written(town, request, tmp_path):
    file = tmp_path / f"people{request.param}"
    people = town.people()
    people.to_csv(file) if request.param == ".csv" else people.to_parquet(file)
    return file


def test_the_page_tells_every_column_its_meaning_and_what_no_institution_can_hold(town):
    text = "\n".join(page(town, ("people.csv",)))
    assert "Nobody here exists" in text
    assert "must not be used" in text
    for name in town.recipe.columns:
        each = town.recipe.variables[name]
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
        assert each.meaning in line
        assert ("never: truth" in line) == each.truth
        assert line.count("|") == 7
    assert all(line in text for line in town.recipe.not_modelled)
    assert all(each.about in text for each in town.recipe.contradictory)
    assert f"--people 3000 --seed {town.seed}" in text


def test_the_page_is_the_same_every_time(town):
    assert list(page(town)) == list(page(town))


def test_the_metadata_names_every_column_of_the_file_and_nothing_else(town, written):
    made = croissant(town, written)
    names = [field["source"]["extract"]["column"] for field in made["recordSet"][0]["field"]]
    if written.suffix == ".csv":
        with written.open(newline="") as file:
            assert next(csv.reader(file)) == names
    else:
        assert list(pd.read_parquet(written).reset_index().columns) == names


def test_the_metadata_has_what_croissant_1_demands(town, written):
    made = croissant(town, written)
    for key in ("@context", "@type", "conformsTo", "name", "description", "license", "url", "datePublished", "creator"):
        assert made[key], key
    assert made["@type"] == "sc:Dataset"
    assert made["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert CONTEXT["cr"] == "http://mlcommons.org/croissant/"
    (file,) = made["distribution"]
    assert file["sha256"] == hashlib.sha256(written.read_bytes()).hexdigest()
    assert file["contentSize"] == f"{written.stat().st_size} B"
    assert file["encodingFormat"] == {".csv": "text/csv", ".parquet": "application/x-parquet"}[written.suffix]
    fields = made["recordSet"][0]["field"]
    ids = [field["@id"] for field in fields]
    assert len(set(ids)) == len(ids)
    assert made["recordSet"][0]["key"]["@id"] in ids
    assert {field["source"]["fileObject"]["@id"] for field in fields} == {file["@id"]}


def test_the_types_of_the_metadata_are_those_of_the_table(town, written):
    kinds = {"sc:Integer": "iu", "sc:Float": "f", "sc:Boolean": "b"}
    people = town.people().reset_index()
    for field in croissant(town, written)["recordSet"][0]["field"]:
        column = people[field["name"]]
        if field["dataType"] == "sc:Text":
            assert isinstance(column.dtype, pd.CategoricalDtype)
        else:
            assert column.dtype.kind in kinds[field["dataType"]], field["name"]
