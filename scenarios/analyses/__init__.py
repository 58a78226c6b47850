"""Analyses of a user's own table, without a model written."""
