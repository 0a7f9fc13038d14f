"""The contract checks over everything registered: adding a model or rule book adds its tests."""

from __future__ import annotations

import pytest

from testbed.checks import check_model, check_rulebook
from testbed.models import models, not_installed
from testbed.models.load import model_names
from testbed.models.rulebook import rulebook_names


@pytest.mark.parametrize("name", sorted(set(model_names()) - set(rulebook_names())))
def test_a_registered_model_keeps_the_contract(name):
    if said := not_installed(models.get(name)()):
        pytest.skip(f"{name} {said}")
    check_model(name, processes=True)


@pytest.mark.parametrize("name", rulebook_names())
def test_a_registered_rule_book_keeps_its_contract_and_that_of_a_model(name):
    check_rulebook(name)
