"""Counter-based random numbers: a fixed function from (seed, counter) to the unit interval.

The mixer is SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195). A seed is a float
in [0, 1), of which 53 bits count, so that noise stays an ordinary array of floats.
"""

import math

import numpy as np

from .kernel import compiled, kernel

__all__ = ["fresh", "hashed"]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A = np.uint64(0xBF58476D1CE4E5B9)
MIX_B = np.uint64(0x94D049BB133111EB)
TO_UNIT = 1.0 / 9007199254740992.0
FROM_UNIT = 9007199254740992.0


@compiled
def mix(x: np.uint64) -> np.uint64:
    """Return x with its 64 bits mixed."""
    x = (x ^ (x >> np.uint64(30))) * MIX_A
    x = (x ^ (x >> np.uint64(27))) * MIX_B
    return x ^ (x >> np.uint64(31))


@compiled
def state(seed: float, stream: int) -> np.uint64:
    """Return the start of stream number `stream` of a seed in [0, 1)."""
    bits = np.uint64(np.int64(abs(seed) * FROM_UNIT))
    return mix(mix(bits + GOLDEN) + np.uint64(stream) * GOLDEN)


@compiled
def unit(start: np.uint64, counter: int) -> float:
    """Return number `counter` of a stream, uniform on (0, 1)."""
    bits = mix(start + (np.uint64(counter) + np.uint64(1)) * GOLDEN)
    return (np.float64(np.int64(bits >> np.uint64(12))) + 0.5) * (2.0 * TO_UNIT)


@compiled
def rounded(x: float) -> np.uint64:
    """Return the 40 leading bits of a float, so that equal up to rounding is equal."""
    if x == 0.0 or not abs(x) < math.inf:
        return np.uint64(0)
    mantissa, exponent = math.frexp(x)
    whole = np.int64(math.floor(mantissa * 1099511627776.0 + 0.5))
    return np.uint64(whole) * GOLDEN + np.uint64(np.int64(exponent))


@kernel()
def fresh(seed: float, parameter: float) -> float:
    """Return a uniform number that `seed` and `parameter` (to 40 bits) fix.

    Parameters
    ----------
    seed : float
        Of the stream of uniform numbers.
    parameter : float
        Any number.
    """
    return unit(mix(state(seed, 0) ^ rounded(parameter)), 0)


@kernel()
def hashed(seed: float, stream: float) -> float:
    """Return the first uniform number of stream number `stream` of `seed`.

    Parameters
    ----------
    seed : float
        Of the stream of uniform numbers.
    stream : float
        Its number.
    """
    return unit(state(seed, np.int64(stream)), 0)
