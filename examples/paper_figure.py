# %% [markdown]
# # A figure of a paper, from start to end
#
# The question: a point scheme extends a sanction to the household. How many other people does one wrong entry reach,
# as the share of households grows to which the rule is applied?
#
# The figure shows every number with its interval over several societies. Beside it the folder gets what a reviewer
# needs: the table behind the figure, and the exact versions and dials.

# %%
import json
from pathlib import Path
from tempfile import mkdtemp

import matplotlib
from matplotlib import pyplot as plt

import testbed
from testbed import Scenario, audit, plot

PEOPLE = 4_000
PERIODS = 9
SEEDS = 5
folder = Path(mkdtemp())

# %% [markdown]
# ## 1. State before you look
#
# The scenario, the dial and its values, the measure, the seeds. The dial has a range and a reading; the caption has to
# say if it is assumed.

# %%
scenario = Scenario.load("rongcheng")
DIAL = "regime.family.share"
VALUES = (0.0, 0.5, 1.0)
dial = scenario.dials[DIAL]
print(f"{DIAL}: {dial.unit}, {dial.reading} ({dial.source}), range {dial.range}")

# %% [markdown]
# ## 2. Run
#
# Each value of the dial is run in the same societies, one a seed. Rows with seed -1 pool them, with a jackknife over
# seeds: their intervals hold no fitted cut-off fixed.

# %%
parts = {}
for value in VALUES:
    parts[value] = audit(
        scenario, people=PEOPLE, periods=PERIODS, seeds=range(SEEDS), dials={DIAL: value}, measures="error_reach"
    )
rows = [
    found[(found["measure"] == "error_reach[hop=household]") & (found["split"] == "all") & (found["seed"] == -1)].iloc[
        0
    ]
    for found in parts.values()
]

# %% [markdown]
# ## 3. Draw
#
# Two panels: the dose, and whom one wrong entry reaches at the value of the scenario. The second is drawn by the tool
# on axes of the paper's own figure.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
points = [row["value"] for row in rows]
below = [row["value"] - row["low"] for row in rows]
above = [row["high"] - row["value"] for row in rows]
left.errorbar(VALUES, points, yerr=[below, above], marker="o", color="#0072B2", capsize=3)
left.set_xlabel(f"{DIAL} ({dial.reading})")
left.set_ylabel("people of the household for one wrong entry")
left.set_title("The family rule sets how many one entry reaches", loc="left", fontsize="medium")
left.spines[["top", "right"]].set_visible(False)
plot.cascade(parts[VALUES[-1]], right)

# %% [markdown]
# ## 4. Save what a reviewer can make again
#
# Without dates in the file, the same run gives the same bytes. Fonts are inside the PDF.

# %%
with matplotlib.rc_context({"pdf.fonttype": 42}):
    figure.savefig(folder / "figure.pdf", metadata={"CreationDate": None})
(folder / "figure.json").write_text(
    json.dumps(
        {
            "testbed": testbed.__version__,
            "scenario": scenario.name,
            "people": PEOPLE,
            "periods": PERIODS,
            "seeds": list(range(SEEDS)),
            "dial": {DIAL: VALUES},
            "rows": [{key: row[key] for key in ("value", "low", "high", "unit")} for row in rows],
        },
        indent=1,
    )
)
print(
    "\n".join(
        f"{value:g}: {row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})" for value, row in zip(VALUES, rows)
    )
)

# %% [markdown]
# ## 5. The caption
#
# Who, what happened, how much, how sure, against what.

# %%
print(
    f"People of the household whom one wrong court entry reaches in the scenario {scenario.name}, by the share of "
    f"households to which the family rule is applied ({dial.reading}). {SEEDS} synthetic societies of {PEOPLE:,} "
    f"people, {PERIODS} months; 95 % intervals over societies. At share 0 the number is 0 by construction."
)
