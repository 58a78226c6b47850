"""Numbers come out of a page as they went in."""

import base64
import json

import numpy as np
import pytest

from ifonly.scenarios.pages.contents import UNIT_NUMBERS, UNITS
from ifonly.scenarios.pages.packing import natural, packed, surfaced
from ifonly.scenarios.pages.surface import MOST_CARRIED, Surface


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_numbers_survive_packing(dtype):
    values = np.array([[1.5, -2.0], [0.25, 1e-30]], dtype=dtype)
    found = packed(values, dtype)
    assert found["bits"] == 8 * values.itemsize
    np.testing.assert_array_equal(
        np.frombuffer(base64.b64decode(found["data"]), dtype=np.dtype(dtype).newbyteorder("<")),
        values.ravel(),
    )


def test_means_are_over_all_draws_and_few_are_carried():
    coefficients = np.random.default_rng(1).normal(size=(1000, 3))
    surface = Surface(np.ones(1), np.array([[0, 0], [1, 0], [0, 1]]), coefficients)
    found = surfaced(surface, numbers=600)
    assert found["draws"] == 200
    np.testing.assert_allclose(found["mean"], coefficients.mean(axis=0))


def test_what_is_the_same_in_all_draws_is_carried_once():
    assert natural(np.full(500, 2.0), 100) == packed([2.0])
    assert natural(np.arange(4.0), 2) == packed([0.0, 3.0])


def test_a_page_stays_below_a_million_bytes_with_as_many_terms_as_it_carries():
    terms = np.zeros((MOST_CARRIED, 6), dtype=np.int64)
    surface = Surface(np.ones(3), terms, np.random.default_rng(1).normal(size=(4_000, len(terms))))
    means, unit = (len(json.dumps(surfaced(surface, *n))) for n in ((), (UNIT_NUMBERS,)))
    assert 2 * means + UNITS * unit < 950_000
