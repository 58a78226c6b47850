"""Generators learnt from a real table: a posterior over data-generating processes."""

from .generator import Generator
from .gibbs import Prior
from .learn import learn
from .rankings import Rankings, rank

__all__ = ["Generator", "Prior", "Rankings", "learn", "rank"]
