"""Sets of actions: what they may say, which of them mean something in a scenario, and their dials."""

import pytest

from synthetic.errors import InputError
from testbed.actions import Actions, names
from testbed.scenarios import Scenario

HEAD = 'title = "Planted"\n[plan]\n' + "".join(
    f'{key} = {{ value = {value}, unit = "u", source = "assumed", reading = "assumed", range = [0, 500] }}\n'
    for key, value in (("horizon", 6), ("budget", 30), ("success", 0.8))
)
ONE = '{ value = 1, unit = "u", source = "assumed", reading = "assumed", range = [0, 9] }'


def written(tmp_path, action):
    path = tmp_path / "own.toml"
    path.write_text(f"{HEAD}[actions.act]\n{action}\nper_month = {ONE}\nhours = {ONE}\nmoney = {ONE}\n")
    return str(path)


@pytest.mark.parametrize("name", names())
def test_every_registered_set_loads_and_every_number_is_a_dial(name):
    held = Actions.load(name)
    assert {"actions.plan.horizon", "actions.plan.budget", "actions.plan.success"} <= held.dials.keys()
    assert all(path.startswith("actions.") and dial.path == path for path, dial in held.dials.items())


def test_a_scenario_has_the_actions_whose_kinds_it_has():
    """Cities of their own are needed to move, and papers are handed in only where papers go missing."""
    here = {action.name for action in Scenario.load("rongcheng").actions.actions}
    assert here == {"volunteer", "help_parents", "pay_bill", "settle_debt", "contest"}
    assert "move" in {action.name for action in Scenario.load("many-cities").actions.actions}
    assert "hand_in" in {action.name for action in Scenario.load("childcare-benefits").actions.actions}


def test_dials_of_actions_are_dials_of_the_scenario():
    made = Scenario.load("rongcheng").set({"actions.plan.budget": 40, "actions.volunteer.hours": 2})
    assert made.actions.budget == 40
    assert made.name == "rongcheng{actions.plan.budget=40,actions.volunteer.hours=2}"
    (volunteer,) = (one for one in made.actions.actions if one.name == "volunteer")
    assert volunteer.cost == 2


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ('title = "A"\ndoes = "begs"\nkinds = ["volunteering"]', "unknown does"),
        ('title = "A"\ndoes = "adds"', "must have 'kinds'"),
        ('title = "A"\ndoes = "adds"\nkinds = "volunteering"', "kinds: found 'volunteering', allowed: a list of names"),
        ('title = "A"\ndoes = "adds"\nkinds = ["volunteering"]\nspeed = 1', "unknown key"),
        ('title = "A"\ndoes = "adds"\nkinds = ["volunteering"]\nwho = { age = { over = 18 } }', "unknown key"),
    ],
)
def test_what_a_file_may_not_say_is_refused_in_a_sentence(action, said, tmp_path):
    with pytest.raises(InputError, match=said):
        Actions.load(written(tmp_path, action))


def test_a_kind_that_nobody_declares_is_refused(tmp_path):
    held = Actions.load(written(tmp_path, 'title = "A"\ndoes = "adds"\nkinds = ["volunteerng"]'))
    with pytest.raises(InputError, match="did you mean 'volunteering'"):
        held.among(["volunteering"], cities=False, where="a scenario")
