"""A whole audit: scenario x models x measures x seeds.

Comes in: what the user asks for.
Goes out: findings, a manifest, verdicts of anchors, and a folder that is written as a whole.
"""

from testbed.runs.assumptions import facts_of, share_facts, share_rows
from testbed.runs.auditing import PRELOAD, audit, run_audit
from testbed.runs.digests import digest, file_digest, model_digest
from testbed.runs.engine import THREADS, check_engine, cores, run
from testbed.runs.failing import Failure, told_once
from testbed.runs.figures import claim_figures, write_figures
from testbed.runs.manifest import (
    SCHEMA,
    assumed_dials,
    cited,
    command_of,
    facts,
    identity,
    manifest_of,
    not_modelled,
    scenario_digest,
    versions,
)
from testbed.runs.measuring import Answer, Task, died, forget, work
from testbed.runs.output import (
    CLAIMS,
    LEADERBOARD,
    PACKED,
    Folder,
    as_written,
    check_seal,
    claim_folder,
    folder_path,
    place_files,
    read_manifest,
    read_run,
    reopen,
    write_run,
)
from testbed.runs.plan import LOTTERY, Outcome, Plan, idle_dials, planned, tasks_of
from testbed.runs.sequential import unreached
from testbed.runs.size import check_size
from testbed.runs.store import AuditStore

__all__ = [
    "CLAIMS",
    "LEADERBOARD",
    "LOTTERY",
    "PACKED",
    "PRELOAD",
    "SCHEMA",
    "THREADS",
    "Answer",
    "AuditStore",
    "Failure",
    "Folder",
    "Outcome",
    "Plan",
    "Task",
    "as_written",
    "assumed_dials",
    "audit",
    "check_engine",
    "check_seal",
    "check_size",
    "cited",
    "claim_figures",
    "claim_folder",
    "command_of",
    "cores",
    "died",
    "digest",
    "facts",
    "facts_of",
    "file_digest",
    "folder_path",
    "forget",
    "identity",
    "idle_dials",
    "manifest_of",
    "model_digest",
    "not_modelled",
    "place_files",
    "planned",
    "read_manifest",
    "read_run",
    "reopen",
    "run",
    "run_audit",
    "scenario_digest",
    "share_facts",
    "share_rows",
    "tasks_of",
    "told_once",
    "unreached",
    "versions",
    "work",
    "write_figures",
    "write_run",
]
