"""Scoring models: everything that gives people a score, and the ways to bring in your own.

Comes in: a name, a path, an address or an object, and records.
Goes out: scores, decisions and the reasons that a person would be told.
"""

from testbed.models.apart import Apart
from testbed.models.asking import ask, fitted, reasons_of
from testbed.models.base import (
    Elsewhere,
    ModelError,
    Scores,
    ScoringModel,
    by_person,
    declared,
    higher_is,
    is_yardstick,
    learns,
    models,
    name_of,
    needs,
    row_wise,
)
from testbed.models.decide import Decide, drums, lots, lots_of
from testbed.models.encoding import encoded
from testbed.models.grammar import ALWAYS, CONDITION, Condition, condition
from testbed.models.guard import LeftError, first_line, theirs
from testbed.models.limit import USUAL, Limits, checked_limits, limits, within
from testbed.models.load import imported, load_model, model_names, not_installed, source_of, usable
from testbed.models.lottery import Lottery
from testbed.models.reasons import REASONS_ARE, typical
from testbed.models.recognized import refit_of
from testbed.models.record_ids import DenseIds, RecordIds
from testbed.models.reseeding import reseeded
from testbed.models.rulebook import FOLDER, RuleBook, rulebook_names
from testbed.models.rulebook_file import GRAMMAR, load_rulebook
from testbed.models.scorer import Scorer, record_frame
from testbed.models.sending import Here, isolation, load_apart, opened

__all__ = [
    "ALWAYS",
    "CONDITION",
    "FOLDER",
    "GRAMMAR",
    "REASONS_ARE",
    "USUAL",
    "Apart",
    "Condition",
    "Decide",
    "DenseIds",
    "Elsewhere",
    "Here",
    "LeftError",
    "Limits",
    "Lottery",
    "ModelError",
    "RecordIds",
    "RuleBook",
    "Scorer",
    "Scores",
    "ScoringModel",
    "ask",
    "by_person",
    "checked_limits",
    "condition",
    "declared",
    "drums",
    "encoded",
    "first_line",
    "fitted",
    "higher_is",
    "imported",
    "is_yardstick",
    "isolation",
    "learns",
    "limits",
    "load_apart",
    "load_model",
    "load_rulebook",
    "lots",
    "lots_of",
    "model_names",
    "models",
    "name_of",
    "needs",
    "not_installed",
    "opened",
    "reasons_of",
    "record_frame",
    "refit_of",
    "reseeded",
    "row_wise",
    "rulebook_names",
    "source_of",
    "theirs",
    "typical",
    "usable",
    "within",
]
