"""What the scheme achieves, and how much harm comes with it.

Comes in: a case.
Goes out: per-person parts, or rows.
"""
