"""A PyMC model read as a structural causal model."""
