"""Fixtures, options and marks for test files that make claims about findings."""
