"""What is computed row by row is told from what reads other rows."""

import pytensor.tensor as pt
import pytest

from ifonly.inference.symbolic.rowwise import is_rowwise

X, Z, K = pt.vector("x"), pt.matrix("z"), pt.lvector("k")
A, W, TABLE = pt.scalar("a"), pt.vector("w"), pt.matrix("table")

BY_ROW = {
    "a product": A * X + X**2,
    "a number for all": A * 2.0,
    "a level of a group": W[K] + X,
    "a column": Z[:, 1] * X,
    "a product of matrices": Z @ W + X,
    "a sum along a row": Z.sum(axis=1),
    "a row looked up": TABLE[K].sum(axis=1),
}
ACROSS = {
    "a mean": X - X.mean(),
    "a sum over rows": Z.sum(axis=0)[K],
    "the next row": X[1:] + X[:-1],
    "a lookup in a column": X[K],
    "an array of a number for each row": X * pt.constant([1.0, 2.0, 3.0]),
    "another vector": X * W,
    "a product with another column": pt.dot(X, W) * X,
    "all pairs": (X[:, None] - X[None, :]).sum(axis=1),
    "all rows in order": X.sort(),
    "a running sum": X.cumsum(),
    "a vector alone": W * 2.0,
    "a lookup in the second axis": TABLE[:, K].sum(axis=0) + X,
}


@pytest.mark.parametrize("name", BY_ROW)
def test_by_row(name: str) -> None:
    assert is_rowwise(BY_ROW[name], [X, Z, K])


@pytest.mark.parametrize("name", ACROSS)
def test_across_rows(name: str) -> None:
    assert not is_rowwise(ACROSS[name], [X, Z, K])
