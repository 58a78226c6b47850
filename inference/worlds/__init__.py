"""Worlds whose parameters are known."""
