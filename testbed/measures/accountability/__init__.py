"""How the operator works: errors, corrections, logs.

Comes in: a case.
Goes out: per-person parts, or rows.
"""
