"""Scenarios: one literal declaration each, `NAME.toml`."""
