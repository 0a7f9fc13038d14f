# %% [markdown]
# # Your own scenario from nothing
#
# A scenario is a few text files. This notebook writes one: a library that takes points for late bills, and shuts out
# readers with few points and, in its first version, their household too. Every number says where it comes from; what
# nobody has published is `assumed`, with a range, and can be turned like a dial.
#
# `testbed new scenario NAME` writes a commented file to start from, and `testbed show files` lists every key.

# %%
from pathlib import Path
from tempfile import mkdtemp

from testbed import Scenario, Switch, audit, check_rulebook, plot, shown

PEOPLE = 6_000
PERIODS = 9
folder = Path(mkdtemp())

# %% [markdown]
# ## 1. The scheme: a rule book
#
# A worked example is part of the book. It is run when the book is checked.

# %%
RULES = """
schema    = 1
title     = "Reader points"
as_of     = 2026-01-01
higher_is = "better"

[scope]
when    = { age = { at_least = 16 } }
source  = "assumed"
reading = "assumed"

[base]
points = { value = 100, unit = "points", source = "assumed", reading = "assumed", range = [50, 150] }

[rules.late]
title  = "A bill paid late"
column = "utility_late"
points = { value = -10, unit = "points per entry", source = "assumed", reading = "assumed", range = [-50, 0] }

[rules.help]
title  = "A day of volunteering"
column = "volunteering"
points = { value = 5, unit = "points per entry", source = "assumed", reading = "assumed", range = [0, 20] }

[[examples]]
title  = "two late bills and a day of help"
record = { utility_late = 2, volunteering = 1 }
points = 85
"""
(folder / "reader-points.toml").write_text(RULES)
check_rulebook(folder / "reader-points.toml")

# %% [markdown]
# ## 2. What follows: a regime
#
# Whoever is decided adversely comes on a list for three months at least. The list closes the reading room, and the
# family rule extends that to the household.

# %%
FOLLOWS = """
schema = 1
title  = "Shut out of the reading room"
as_of  = 2026-01-01

[lists.shut_out]
enter = "adverse"
stay  = { value = 3, unit = "months", source = "assumed", reading = "assumed", range = [0, 24] }

[sanctions.reading_room]
by      = "shut_out"
reach   = "household"
said    = "no reading room"
source  = "assumed"
reading = "assumed"

[expiry]
minor    = { value = 6, unit = "months", source = "assumed", reading = "assumed", range = [1, 60] }
moderate = { value = 12, unit = "months", source = "assumed", reading = "assumed", range = [1, 60] }
serious  = { value = 24, unit = "months", source = "assumed", reading = "assumed", range = [1, 60] }

[family]
share = { value = 1, unit = "share of households", source = "assumed", reading = "assumed", range = [0, 1] }
"""
(folder / "shut-out.toml").write_text(FOLLOWS)

# %% [markdown]
# ## 3. The scenario names all parts

# %%
LIBRARY = """
schema     = 1
title      = "A library that takes points for late bills"
as_of      = 2026-01-01
recipe     = "china-2020"
channels   = ["agencies", "neighbors"]
model      = "reader-points"
regime     = "shut-out"
disclosure = "rules-published"
not_modelled = ["borrowing: only bills are read"]

[run]
people  = 20_000
periods = 12

[who]
scored    = { age = { at_least = 16 } }
held      = ["age"]
compared  = ["residence", "sex"]
reference = { residence = "urban", sex = "male" }

[decide]
adverse = { cutoff = 95 }
favored = { best_share = 0.05 }
outcome = "deserved"

[error]
kind     = "utility_late"
period   = 3
per_1000 = 20
"""
(folder / "library.toml").write_text(LIBRARY)
library = Scenario.load(folder / "library.toml")
print(f"{library.title}: {len(library.dials)} dials, kinds of conduct {', '.join(library.recorded)}")

# %% [markdown]
# ## 4. What it does

# %%
measures = ["adverse_rate", "flip_rate", "error_reach", "detection_recall"]
findings = audit(library, people=PEOPLE, periods=PERIODS, measures=measures)
print(shown(findings, split="all"))
plot.cascade(findings)

# %% [markdown]
# ## 5. Change one thing
#
# The same people, the same random draws, without the family rule. That nobody of the household is reached any more is
# exact.

# %%
without = audit(library, people=PEOPLE, periods=PERIODS, measures="error_reach", dials={"regime.family.share": 0})
print(shown(without, split="all", measures="error_reach[hop=household]"))

# %% [markdown]
# A twin shows the same within one world, person by person.

# %%
case = library.run(people=PEOPLE, periods=PERIODS)
alone = case.twin(Switch("regime.family.share", 0))
shut = [len(one.history.sanctions()) for one in (case, alone)]
print(f"Months without the reading room, all people together: {shut[0]:,}; without the family rule: {shut[1]:,}.")
plot.life(case)
