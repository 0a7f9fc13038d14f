# %% [markdown]
# # Your model in ten minutes
#
# A model gives a score to people. This notebook asks what a model of yours does to the people of a synthetic society,
# in which everything is known: whom it hits, what people can know of it, and what one wrong entry does.
#
# Run it as a script (`python examples/your_model.py`), or open it as a notebook: the cells are in the percent format
# that Jupyter (with jupytext), VS Code and Spyder read.

# %%
import pandas as pd
from own_model import ShareOfBadEntries

from testbed import Inject, Scenario, audit, check_model, claim, plot, shown

PEOPLE = 6_000
PERIODS = 9

# %% [markdown]
# ## 1. A model is a function
#
# It gets a table, one row per person: what the institution of the scenario holds, and how many entries of each kind
# stand. It returns one number per row; a higher number is better. `own_model.py` beside this file has the same as a
# class that learns. An estimator of scikit-learn works as it is.


# %%
def late_bills(records: pd.DataFrame) -> pd.Series:
    """Fewer bills paid late are better, and more volunteering is."""
    return records["volunteering"] - 2 * records["utility_late"]


late_bills.row_wise = True  # a score depends on its own row alone, so it is asked once per distinct record

check_model(late_bills)  # raises a sentence that says which promise is broken
check_model(ShareOfBadEntries())

# %% [markdown]
# ## 2. A scenario is a world with dials
#
# Each number of a scenario says where it comes from and how: stated by a source, inferred, as in a comparable system
# (analog), assumed, or claimed by somebody.

# %%
town = Scenario.load("rongcheng")
print(town.title)
for path in ("regime.family.share", "channels.cameras.false_match"):
    dial = town.dials[path]
    print(f"  {path} = {dial.value} {dial.unit} ({dial.reading}, {dial.source}), allowed {dial.range}")

# %% [markdown]
# ## 3. Audit
#
# The published scheme and your model decide about the same people, with the same random draws. Findings are a
# plain table; `shown` is a view of it for people.

# %%
findings = audit(
    town,
    ["rongcheng", late_bills],
    people=PEOPLE,
    periods=PERIODS,
    measures=["adverse_rate", "flip_rate", "error_reach"],
)
print(shown(findings, split="all"))

# %% [markdown]
# A number without an interval is not a sure number: with few cities or few wrong entries nobody can say how far it
# would move. Ask for more people, or for several seeds.

# %%
plot.gap(findings, measures=["adverse_gap"], split="sex")
plot.cascade(findings)

# %% [markdown]
# ## 4. Look at one world
#
# `run` gives the world itself. Its history is tables: columns that begin with `truth_` hold what nobody in that world
# can know.

# %%
case = town.run(late_bills, people=PEOPLE, periods=PERIODS)
entries = case.history.entries()
wrong = entries[entries["truth_wrong"]]
print(f"{len(wrong)} of {len(entries)} entries are wrong, by channel:")
print(wrong["channel"].value_counts().to_string())

# %% [markdown]
# A twin is the same world with one thing changed, here wrong late bills of 2 people in 100. Whatever differs is their
# effect.

# %%
twin = case.twin(Inject(kind="utility_late", period=2, per_1000=20))
before, after = (one.history.decisions().set_index(["person", "period"])["decision"] for one in (case, twin))
turned = (after == -1) & (before != -1)
print(f"{len(twin.roots)} wrong bills turned {turned.groupby('person').any().sum()} people's decision adverse.")

# %% [markdown]
# ## 5. Claim something, and let a test hold it
#
# A claim holds, is broken, or is undecided; the last two raise, so that a test fails. This model does not read court
# entries, so the wrong court entry that the scenario follows cannot turn its decision.

# %%
mine = findings[findings["model"] == "late_bills"]
claim(mine, "flip_rate").equals(0.0)
print("A wrong court entry never turns a decision of late_bills.")
