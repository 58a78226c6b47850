"""Counter-based random numbers: those of SplitMix64, as published."""

import numpy as np
import pytest

from ifonly.inference.families.special import bits
from ifonly.inference.families.special.bits import fresh, hashed

from .plain import plain

# The first numbers of SplitMix64 of seed 0 (S. Vigna, https://prng.di.unimi.it/splitmix64.c).
PUBLISHED = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
WORD = 2**64


@pytest.fixture(autouse=True)
def wrapping():
    """Products of 64 bits wrap, of which NumPy warns where numba does not."""
    with np.errstate(over="ignore"):
        yield


def mixed(x: int) -> int:
    """SplitMix64's mixer in whole numbers."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ x >> 27) * 0x94D049BB133111EB % WORD
    return x ^ x >> 31


def test_the_mixer_is_the_published_one():
    golden = int(bits.GOLDEN)
    for k, expected in enumerate(PUBLISHED):
        assert int(plain(bits.mix)(np.uint64((k + 1) * golden % WORD))) == expected
        assert mixed((k + 1) * golden % WORD) == expected


def test_a_stream_counts_on():
    for k, number in enumerate(PUBLISHED):
        expected = ((number >> 12) + 0.5) / 2**52
        assert plain(bits.unit)(np.uint64(0), k) == expected


@pytest.mark.parametrize("seed", [0.0, 0.25, 1 - 2**-53])
@pytest.mark.parametrize("stream", [0, 1, 6])
def test_a_seed_and_a_stream_fix_the_state(seed, stream):
    golden, whole = int(bits.GOLDEN), int(seed * 2**53)
    expected = mixed((mixed((whole + golden) % WORD) + stream * golden) % WORD)
    assert int(plain(bits.state)(seed, stream)) == expected
    first = ((mixed((expected + golden) % WORD) >> 12) + 0.5) / 2**52
    assert plain(hashed)(seed, float(stream)) == first


def test_streams_and_seeds_differ():
    found = {plain(hashed)(s, float(k)) for s in (0.1, 0.2, 0.3) for k in range(5)}
    assert len(found) == 15
    assert all(0.0 < u < 1.0 for u in found)


@pytest.mark.parametrize("x", [0.3, -7.25, 1e300, 5e-324])
def test_a_parameter_counts_up_to_rounding(x):
    near, far = x * (1 + 1e-14), x * (1 + 1e-9)
    assert plain(bits.rounded)(x) == plain(bits.rounded)(near)
    assert plain(fresh)(0.4, x) == plain(fresh)(0.4, near)
    if far != x:
        assert plain(fresh)(0.4, x) != plain(fresh)(0.4, far)
    assert plain(fresh)(0.4, x) != plain(fresh)(0.5, x)


def test_no_number_and_infinity_are_as_zero():
    for x in (0.0, -0.0, np.inf, -np.inf, np.nan):
        assert plain(bits.rounded)(x) == 0
