"""Makes people and records; knows nothing of scoring."""
