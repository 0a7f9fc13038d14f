"""Findings in the forms that other people and tools read: a notebook, a model card, a transparency record.

Comes in: findings.
Goes out: texts and tables, with everything that came from outside escaped.
"""

from testbed.interop.model_cards import ModelCard, model_card
from testbed.interop.notebook import Shown, shown
from testbed.interop.transparency import TransparencyRecord, transparency_record

__all__ = ["ModelCard", "Shown", "TransparencyRecord", "model_card", "shown", "transparency_record"]
