"""What `fuzz.py` tries: for each kind of input, a function that writes files into a folder and returns a command."""

from fuzzing.command_lines import command_line
from fuzzing.folders import run_folder
from fuzzing.tables import described, living, parquet, scores, tables
from fuzzing.toml_files import Maker, lesson, part, scenario, table_file

KINDS: dict[str, Maker] = {
    "scenario": scenario,
    "recipe": part("recipe", "synthetic/recipes", "recipe"),
    "rule book": part("model", "testbed/models/rulebooks", "rulebook"),
    "regime": part("regime", "testbed/regimes", "regime"),
    "channel": part("channels", "synthetic/channels", "channel"),
    "conduct": part("conduct", "synthetic/conduct", "conduct"),
    "disclosure": part("disclosure", "testbed/disclosures", "disclosure"),
    "actions": part("actions", "testbed/actions", "actions"),
    "table errors": table_file(
        "--errors", ("testbed/drafts/table-errors.toml", "testbed/tables/modeled/everyday-errors.toml")
    ),
    "table actions": table_file("--actions", ("testbed/drafts/table-actions.toml",)),
    "lesson": lesson,
    "CSV": tables,
    "Parquet": parquet,
    "description": described,
    "people of a table": living,
    "scores": scores,
    "command line": command_line,
    "folder of an audit": run_folder("audit"),
    "folder of a table": run_folder("table"),
    "folder of a sweep": run_folder("sweep"),
    "folder of a bench": run_folder("bench"),
}
"""Each kind of input, and what makes a case of it."""
