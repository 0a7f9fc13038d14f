"""What the scored may see of a scheme, and who else sees them.

Comes in: the name of a preset, one TOML file each.
Goes out: rights that measures of opacity read.
"""

from testbed.disclosures.base import FOLDER, RIGHTS, Disclosure, presets

__all__ = ["FOLDER", "RIGHTS", "Disclosure", "presets"]
