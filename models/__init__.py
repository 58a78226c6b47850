"""Generative models: plain PyMC, one family of models a file.

Each file holds functions that return a :class:`pymc.Model` which generates every variable.
Nothing here imports another area, and importing this package imports no model: name the file.
"""

if not __name__.startswith("ifonly."):
    raise ImportError(f"import ifonly.models, not {__name__}: it would be a second copy")
