"""How a log-density is compiled: exactly, and quickly."""

from pytensor.compile.mode import get_mode

__all__ = ["EXACT", "MODE", "SUMMED", "UNFUSED", "UNLIFTED"]

# Units' terms stay vectors where they are added to terms of all nodes; lifted, each would become a
# matrix of one row, in three times the compiling.
UNLIFTED = "local_dimshuffle_lift"
MODE = get_mode("NUMBA").excluding(UNLIFTED)
# Fast math computes what numba has just compiled and what it loads from disk in another order, and
# chains part over the last bit: the same seed would have another answer the second time.
EXACT = {"numba__fastmath": False}
# Loops that also add up are too much for a compiler to take several values at once.
UNFUSED = "fuse_elemwise"
# The name of an OpFromGraph: the logarithm of the sum of exponentials over the first axis.
SUMMED = "log_sum_exp"
