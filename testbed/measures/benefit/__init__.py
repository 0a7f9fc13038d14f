"""What the scheme achieves, and at what harm.

Comes in: a case.
Goes out: per-person parts, or rows.
"""
