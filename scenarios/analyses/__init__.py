"""Analyses of a user's own table, without a model written."""

__all__ = ["EFFECT_MODELS", "SANDBOX_FILES"]

# Named here, where nothing is loaded to know them.
SANDBOX_FILES = ("rows.csv", "truth.csv", "scenario.py", "scenario.json", "population.parquet")

# The models of `ifonly effects` as estimators: by the name that the arena has for each, its own.
EFFECT_MODELS = {"linear": "linear", "splines": "splines", "process": "process", "ifonly": "auto"}
