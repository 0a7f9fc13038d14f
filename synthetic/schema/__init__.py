"""Schemas: what a table of a file may say, declared once.

Comes in: a value as TOML gives it, and its path in the file.
Goes out: what the rest of the program uses, or one sentence that refuses it; and for the page of files its keys.
"""

from synthetic.schema.tables import (
    AMOUNT,
    DAY,
    FLAG,
    NAME,
    NAMES,
    NOTE,
    SENTENCES,
    SHARE,
    TEXT,
    By,
    Either,
    Fields,
    Grammar,
    Key,
    Listed,
    Named,
    grammar,
)
from synthetic.schema.values import Number, OneOf, Range, Text, Type, Whole, inside, parted

__all__ = [
    "AMOUNT",
    "DAY",
    "FLAG",
    "NAME",
    "NAMES",
    "NOTE",
    "SENTENCES",
    "SHARE",
    "TEXT",
    "By",
    "Either",
    "Fields",
    "Grammar",
    "Key",
    "Listed",
    "Named",
    "Number",
    "OneOf",
    "Range",
    "Text",
    "Type",
    "Whole",
    "grammar",
    "inside",
    "parted",
]
