"""What the operator gets wrong, corrects and logs.

Comes in: a case.
Goes out: per-person parts, or rows.
"""
