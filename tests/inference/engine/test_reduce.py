"""A summary without the array is what NumPy says of the whole array."""

import numpy as np
import pytest

from ifonly.inference.engine.reduce import Sink


def _summary(values: np.ndarray, step: int) -> np.ndarray:
    sink = Sink(len(values), summary=True)
    for start in range(0, len(values), step):
        stop = min(start + step, len(values))
        sink.take(slice(start, stop), values[start:stop])
    return sink.result()


@pytest.mark.parametrize("step", [1, 7, 64])
def test_whole_numbers_are_exact(step: int) -> None:
    """64 draws of whole numbers: no sum rounds, nor the division, however they are batched."""
    values = np.random.default_rng(1).integers(-8, 8, size=(64, 5, 2))
    mean, sd = _summary(values, step)
    np.testing.assert_array_equal(mean, values.mean(axis=0))
    np.testing.assert_allclose(sd, values.std(axis=0, ddof=1), rtol=1e-14)


@pytest.mark.parametrize("step", [1, 7, 40, 100])
@pytest.mark.parametrize("centre", [0.0, 1e8])
def test_batches_of_any_length(step: int, centre: float) -> None:
    """Far from zero nothing cancels beyond what the values themselves have lost."""
    values = centre + np.random.default_rng(2).standard_normal((100, 6))
    mean, sd = _summary(values, step)
    np.testing.assert_allclose(mean, values.mean(axis=0), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(sd, values.std(axis=0, ddof=1), rtol=1e-12)


def test_first_draw_far_away() -> None:
    """The worst first draw costs a factor of the number of draws in precision, no more."""
    values = np.random.default_rng(3).standard_normal((1000, 3))
    values[0] = 1e6
    _, sd = _summary(values, 1000)
    np.testing.assert_allclose(sd, values.std(axis=0, ddof=1), rtol=1e-12)


def test_equal_draws_have_no_spread() -> None:
    """0.1 has no exact sum, yet its spread is exactly zero; also for one value of all draws."""
    mean, sd = _summary(np.full((30, 4), 0.1), 7)
    np.testing.assert_array_equal(mean, 0.1)
    np.testing.assert_array_equal(sd, 0.0)
    sink = Sink(30, summary=True)
    sink.take(slice(0, 30), np.full((1, 4), 0.1))
    np.testing.assert_array_equal(sink.result(), [[0.1] * 4, [0.0] * 4])


@pytest.mark.parametrize("dtype", ["bool", "int64", "float64"])
def test_all_kept(dtype: str) -> None:
    """Without a summary every value comes back as it was."""
    values = np.random.default_rng(4).integers(0, 2, size=(10, 3)).astype(dtype)
    sink = Sink(10, summary=False)
    sink.take(slice(0, 6), values[:6])
    sink.take(slice(6, 10), values[6:])
    np.testing.assert_array_equal(sink.result(), values)
    assert sink.result().dtype == dtype


def test_missing_stays_missing() -> None:
    """A unit that has NaN has a NaN mean; the others do not notice."""
    values = np.array([[1.0, np.nan], [3.0, np.nan]])
    np.testing.assert_allclose(_summary(values, 2), [[2.0, np.nan], [np.sqrt(2.0), np.nan]])
