"""Export of people to files, and their comparison with published figures.

Comes in: a population.
Goes out: CSV or Parquet with a data card, and a page of margins.
"""

from synthetic.export.card import page
from synthetic.export.croissant import croissant
from synthetic.export.export import write_csv, write_parquet

__all__ = ["croissant", "page", "write_csv", "write_parquet"]
