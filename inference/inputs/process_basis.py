r"""A smooth function of all covariates together as columns: a Matérn process at landmarks.

The Matérn-5/2 kernel :math:`k` of covariates divided by lengthscales, and :math:`M` landmarks
:math:`z` among the rows: the columns :math:`k(x, z)\, L^{-T}` with :math:`L L^T = k(z, z)` have
independent standard normal weights under the process' best approximation that reads no more than
the landmarks. These are chosen one by one, each where the variance left is largest (the pivoted
Cholesky decomposition). (Rasmussen and Williams, 2006, Gaussian Processes for Machine Learning,
ISBN 978-0-262-18253-9, section 8.3; Harbrecht, Peters and Schneider, 2012,
doi:10.1016/j.apnum.2011.10.001.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from .basis import Basis

__all__ = ["ProcessBasis"]

Floats = NDArray[np.float64]
# A landmark whose variance is known to this share already adds rounding alone.
ROUNDING = 1e-8


@dataclass(frozen=True, eq=False)
class ProcessBasis:
    """A basis of covariates with the columns of a process beside it.

    Attributes
    ----------
    basis : Basis
        Of lines, curves and products.
    inverse : mapping of str to float
        One over the lengthscale of each covariate, in its standard units; 0 leaves it out.
    landmarks : array of shape (landmark, line)
        The covariates of the landmarks, divided by the lengthscales.
    root : array of shape (landmark, landmark)
        The Cholesky factor of the kernel at the landmarks.
    kept : mapping of str to array of shape (term,)
        Which columns of each group of the basis are terms.
    """

    basis: Basis
    inverse: Mapping[str, float]
    landmarks: Floats
    root: Floats
    kept: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(
        cls,
        basis: Basis,
        frame: pd.DataFrame,
        inverse: Mapping[str, float],
        count: int,
        kept: Mapping[str, NDArray[np.int64]] | None = None,
    ) -> ProcessBasis:
        """Return the process learnt from some rows.

        Parameters
        ----------
        basis : Basis
        frame : pandas.DataFrame
            The rows among which the landmarks are.
        inverse : mapping of str to float
            One over the lengthscale of each covariate.
        count : int
            Of landmarks, at most.
        kept : mapping of str to array of int, optional
            Which columns of each group of the basis are terms; by default all.
        """
        if kept is None:
            kept = {n: np.arange(v.shape[1]) for n, v in basis.terms(frame.head(2)).items()}
        x = _coordinates(basis, frame, inverse)
        chosen = _pivots(x, min(count, len(x)))
        landmarks = x[chosen]
        kernel = _matern(landmarks, landmarks)
        kernel[np.diag_indices_from(kernel)] += ROUNDING
        return cls(basis, dict(inverse), landmarks, np.linalg.cholesky(kernel), dict(kept))

    def terms(self, frame: pd.DataFrame) -> dict[str, Floats]:
        """Return the columns of rows by group: those of the basis, and ``process``.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the covariates that the basis was learnt from.
        """
        kernel = _matern(self.landmarks, _coordinates(self.basis, frame, self.inverse))
        process = solve_triangular(self.root, kernel, lower=True).T
        found = {n: v[:, self.kept[n]] for n, v in self.basis.terms(frame).items()}
        return {n: v for n, v in found.items() if v.shape[1]} | {"process": process}

    def rest(self, frame: pd.DataFrame) -> Floats:
        """Return the share of the process' variance at each row that the landmarks do not carry.

        Parameters
        ----------
        frame : pandas.DataFrame

        Returns
        -------
        array of shape (unit,)
        """
        return np.clip(1.0 - (self.terms(frame)["process"] ** 2).sum(axis=1), 0.0, 1.0)


def _coordinates(basis: Basis, frame: pd.DataFrame, inverse: Mapping[str, float]) -> Floats:
    parts = [c.lines(frame[c.name]) * inverse.get(c.name, 0.0) for c in basis.columns]
    return np.hstack([np.zeros((len(frame), 0)), *parts])


def _matern(a: Floats, b: Floats) -> Floats:
    """Return the Matérn kernel of smoothness 5/2 between two sets of points."""
    square = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    far = np.sqrt(5 * np.maximum(square, 0.0))
    return (1 + far + far**2 / 3) * np.exp(-far)


def _pivots(x: Floats, count: int) -> NDArray[np.int64]:
    """Return rows, each the one whose variance given those before is largest."""
    factor = np.zeros((count, len(x)))
    left = np.ones(len(x))
    chosen: list[int] = []
    for k in range(count):
        best = int(np.argmax(left))
        if left[best] < ROUNDING:
            break
        column = _matern(x[best : best + 1], x)[0] - factor[:k, best] @ factor[:k]
        factor[k] = column / np.sqrt(left[best])
        left = left - factor[k] ** 2
        left[best] = 0.0
        chosen.append(best)
    return np.array(chosen)
