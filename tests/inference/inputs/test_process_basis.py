"""The columns of a process, held against the Matérn kernel itself."""

import numpy as np
import pandas as pd

from ifonly.inference.inputs.basis import Basis
from ifonly.inference.inputs.process_basis import ProcessBasis

RNG = np.random.default_rng(6)
FRAME = pd.DataFrame({"a": RNG.normal(3.0, 2.0, 60), "b": RNG.normal(size=60)})
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
    new = pd.DataFrame({"a": RNG.normal(3.0, 1.5, 20), "b": RNG.normal(0, 0.8, 20)})
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
