"""Disclosures: what people may see of the scheme that scores them, and who else sees their score.

Comes in: the name of a preset, one TOML file each.
Goes out: the rights, which measures of opacity read.
"""

from testbed.disclosures.base import FOLDER, GRAMMAR, RIGHTS, SEES, Disclosure, presets

__all__ = ["FOLDER", "GRAMMAR", "RIGHTS", "SEES", "Disclosure", "presets"]
