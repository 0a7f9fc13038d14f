"""Lawful conduct that people give up because they believe they are watched.

Comes in: a case and its twin without that belief.
Goes out: per-person parts, or rows.
"""
