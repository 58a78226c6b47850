"""The columns of a process, held against the Matérn kernel itself."""

import numpy as np
import pandas as pd

from ifonly.inference.inputs.basis import Basis
from ifonly.inference.inputs.process_basis import ProcessBasis, matern, pivots

RNG = np.random.default_rng(6)
FRAME = pd.DataFrame({"a": RNG.uniform(0.0, 6.0, 60), "b": RNG.uniform(-2, 2, 60)})
INVERSE = {"a": 0.7, "b": 0.2}


def kernel(x: np.ndarray, z: np.ndarray) -> float:
    r = np.sqrt(5) * np.sqrt(((x - z) ** 2).sum())
    return float((1 + r + r**2 / 3) * np.exp(-r))


def coordinates(frame: pd.DataFrame) -> np.ndarray:
    z = (frame - FRAME.mean()) / FRAME.std(ddof=0)
    return z.to_numpy() * [0.7, 0.2]


def test_with_all_rows_as_landmarks_the_columns_make_the_kernel() -> None:
    process = ProcessBasis.of(Basis.of(FRAME, pairs=()), FRAME, INVERSE, 60)
    columns = process.terms(FRAME)["process"]
    x = coordinates(FRAME)
    whole = np.array([[kernel(one, other) for other in x] for one in x])
    np.testing.assert_allclose(columns @ columns.T, whole, atol=1e-6)


def test_few_landmarks_carry_most_of_a_smooth_kernel_at_new_rows_too() -> None:
    process = ProcessBasis.of(Basis.of(FRAME, pairs=()), FRAME, INVERSE, 25)
    assert process.landmarks.shape == (25, 2)
    new = pd.DataFrame({"a": RNG.uniform(0.5, 5.5, 20), "b": RNG.uniform(-1.8, 1.8, 20)})
    columns = process.terms(new)["process"]
    carried = (columns**2).sum(axis=1)
    assert (carried < 1 + 1e-6).all()
    assert carried.mean() > 0.97
    np.testing.assert_allclose(process.rest(new), np.maximum(1 - carried, 0))


def test_terms_can_be_left_out() -> None:
    basis = Basis.of(FRAME)
    kept = {"line": np.array([1]), "curve": np.array([], int), "product": np.array([0, 4])}
    process = ProcessBasis.of(basis, FRAME, INVERSE, 10, kept)
    terms = process.terms(FRAME)
    assert {n: v.shape[1] for n, v in terms.items()} == {"line": 1, "product": 2, "process": 10}
    np.testing.assert_array_equal(terms["line"], basis.terms(FRAME)["line"][:, [1]])


def test_far_rows_are_where_three_deviations_are() -> None:
    process = ProcessBasis.of(Basis.of(FRAME, pairs=()), FRAME, INVERSE, 25)
    a, b = FRAME["a"], FRAME["b"]
    edge = a.mean() + 3 * a.std(ddof=0)
    rows = pd.DataFrame({"a": [edge, edge + 1e6], "b": [b.mean(), b.mean()]})
    near, far = process.terms(rows)["process"]
    np.testing.assert_allclose(near, far)


def test_landmarks_are_no_more_than_are_needed() -> None:
    line = np.linspace(0, 0.5, 200)[:, None]
    chosen = pivots(line, 100)
    assert len(chosen) < 30
    kernel, _ = matern(line, line[chosen])
    carried = kernel @ np.linalg.solve(kernel[chosen], kernel.T)
    assert np.diag(carried).min() > 1 - 1e-5


def test_fewer_landmarks_leave_rows_no_more_than_is_asked() -> None:
    line = np.linspace(0, 6, 300)[:, None]
    counts = []
    for least in (1e-1, 1e-3, 1e-6):
        chosen = pivots(line, 200, least)
        kernel, _ = matern(line, line[chosen])
        left = 1 - np.diag(kernel @ np.linalg.solve(kernel[chosen], kernel.T))
        assert left.max() < 1.01 * least + 1e-9
        counts.append(len(chosen))
    assert counts[0] < counts[1] < counts[2]


def test_the_slope_of_the_kernel_is_in_the_squared_distance() -> None:
    squares = np.array([0.3, 1.0, 4.0])
    step = 1e-6
    origin = np.zeros((1, 1))
    low, high = (np.sqrt(squares + s)[:, None] for s in (-step, step))
    numeric = (matern(origin, high)[0] - matern(origin, low)[0]) / (2 * step)
    np.testing.assert_allclose(matern(origin, np.sqrt(squares)[:, None])[1], numeric, rtol=1e-6)
