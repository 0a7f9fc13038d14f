"""Scoring models: what turns the records an institution holds into scores."""
