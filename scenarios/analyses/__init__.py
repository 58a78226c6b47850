"""Analyses of a user's own table, without a model written."""

__all__ = ["SANDBOX_FILES"]

# Named here, where nothing is loaded to know them.
SANDBOX_FILES = ("rows.csv", "truth.csv", "scenario.py", "scenario.json", "population.parquet")
