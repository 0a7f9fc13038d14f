"""Scores, acts, measures, tells."""
