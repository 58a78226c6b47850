"""Latents of units: integrated out of a model, and recovered for each draw of its parameters."""
