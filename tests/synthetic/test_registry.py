"""Registries: found by name in either spelling, refused with a suggestion."""

from __future__ import annotations

import pytest

from synthetic.errors import InputError
from synthetic.recipes import FOLDER
from synthetic.registry import Registry, find_toml, toml_names


@pytest.fixture
def folder(tmp_path):
    for name in ("far-away", "near_by"):
        (tmp_path / f"{name}.toml").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "found"),
    [("far-away", "far-away"), ("far_away", "far-away"), ("near-by", "near_by"), ("near_by", "near_by")],
)
def test_hyphens_and_underscores_are_one(folder, asked, found):
    assert find_toml("thing", asked, folder) == folder / f"{found}.toml"


def test_the_file_beside_the_asker_comes_first(folder, tmp_path):
    beside = tmp_path / "mine"
    beside.mkdir()
    (beside / "far-away.toml").write_text("")
    assert find_toml("thing", "far-away", folder, beside).parent == beside
    assert find_toml("thing", "far-away.toml", folder, beside).parent == beside


def test_unknown_names_and_files_are_refused(folder):
    with pytest.raises(InputError, match="did you mean 'near_by'"):
        find_toml("thing", "nearby", folder)
    with pytest.raises(InputError, match=r"no file 'there\.toml'"):
        find_toml("thing", "there.toml", folder)


def test_the_recipes_are_found_by_their_published_names():
    assert "china_2020" in toml_names(FOLDER)
    assert find_toml("recipe", "china-2020", FOLDER).stem == "china_2020"


def test_a_name_is_registered_once():
    registry: Registry[object] = Registry("thing", "synthetic.recipes")

    @registry.adder("one")
    def first():
        return 1

    assert registry.get("one") is first
    with pytest.raises(InputError, match="'one' is registered twice"):
        registry.add("one", test_a_name_is_registered_once)
    with pytest.raises(InputError, match="unknown thing 'on'; did you mean 'one'"):
        registry.get("on")
