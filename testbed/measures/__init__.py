"""The measures. Each folder holds one family of harm, each file one measure or a few close ones.

The registry finds them.
Comes in: a case, or a table. Goes out: per-person parts, or rows.
"""
