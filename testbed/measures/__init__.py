"""The measures, one family of harm a folder, one measure or tight family a file; the registry finds them.

Comes in: a case, or a table. Goes out: per-person parts, or rows.
"""
