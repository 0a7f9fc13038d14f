# %% [markdown]
# # Your table
#
# You have a table of people with a decision, a score or both, perhaps with what came out later. This notebook audits
# one: 300 loans of UCI German Credit, decided by a logistic regression that `german_credit.py` beside this file fits.
# Replace the table by yours, and the names of its columns.
#
# Read the data card first (`testbed/data/README.md`): the sex coding of this file is known to be poor, so the groups
# here are those of age. With a model at hand instead of its decisions, `german_model.py` asks much more.

# %%
import numpy as np
from german_credit import loans, predicted

from testbed import audit_table, from_callable, metric_frame, model_card, plot, shown

table = predicted(loans())
print(table[["age_group", "outcome", "decision", "score"]].head(3).to_string(index=False))

# %% [markdown]
# ## 1. One call
#
# `positive` is the label that people want. `reference` is the group that the others are compared with; without it the
# largest group is taken, and the findings say so.

# %%
findings = audit_table(
    table,
    groups="age_group",
    outcome="outcome",
    prediction="decision",
    score="score",
    positive="good",
    reference={"age_group": "over 25"},
)
print(shown(findings, measures=["selection_rate", "true_positive_rate", "precision", "statistical_parity_difference"]))

# %% [markdown]
# Intervals are wide: 300 loans decide little. An interval that holds 0 does not say that there is no difference, and
# `_detectable` rows say which difference would have been found.

# %%
detectable = findings[findings["measure"] == "adverse_gap_detectable"].iloc[0]
print(f"A gap under {detectable['value']:.2f} would mostly not be found with {detectable['n']} people in the group.")
plot.gap(findings)

# %% [markdown]
# ## 2. In the shape that you know
#
# `metric_frame` has the names of fairlearn's `MetricFrame`. A metric of fairlearn or scikit-learn becomes a measure of
# the audit, with intervals, by `from_callable`.

# %%
frame = metric_frame(findings, measures=["selection_rate", "true_positive_rate"])
print(frame.by_group.round(3).to_string())
print(frame.difference().round(3).to_string())


# %%
def cost(y_true, y_pred, sample_weight=None):
    """Mean cost of a decision, if a bad loan that is granted costs five times a good one that is refused."""
    each = 5.0 * ((y_true == 0) & (y_pred == 1)) + 1.0 * ((y_true == 1) & (y_pred == 0))
    return np.average(each, weights=sample_weight)


from_callable(cost, name="cost_of_decisions", unit="cost", better="lower", reference="an example")
priced = audit_table(
    table, groups="age_group", outcome="outcome", prediction="decision", positive="good", measures="cost_of_decisions"
)
print(shown(priced, measures="cost_of_decisions"))

# %% [markdown]
# ## 3. To others
#
# A section of a model card holds the same numbers as metadata and as sentences, and what they do not say.

# %%
card = model_card(findings, name="german-credit-logistic")
print(card.markdown)
