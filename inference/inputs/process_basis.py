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

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from .basis import GROUPS, Basis

__all__ = ["LEFT", "ProcessBasis", "coordinates", "matern", "matern_root", "pivots"]

Floats = NDArray[np.float64]
# Added to the kernel at landmarks, so that it has a root.
ROUNDING = 1e-8
# Landmarks are enough where they leave no row more than this share of its variance.
LEFT = 1e-6
# Standard deviations from the mean beyond which a coordinate stays where it is.
REACH = 3.0


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
        x = _scaled(basis, frame, inverse)
        landmarks = x[pivots(x, count)]
        return cls(basis, dict(inverse), landmarks, matern_root(landmarks), dict(kept))

    def terms(
        self, frame: pd.DataFrame, groups: Collection[str] = (*GROUPS, "process")
    ) -> dict[str, Floats]:
        """Return the columns of rows by group: those of the basis, and ``process``.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the covariates that the basis was learnt from.
        groups : collection of str
            Those that are wanted; by default all.
        """
        whole = self.basis.terms(frame, groups)
        found = {n: v[:, self.kept[n]] for n, v in whole.items()}
        found = {n: v for n, v in found.items() if v.shape[1]}
        if "process" in groups:
            kernel, _ = matern(self.landmarks, _scaled(self.basis, frame, self.inverse))
            found["process"] = solve_triangular(self.root, kernel, lower=True).T
        return found

    def rest(self, frame: pd.DataFrame) -> Floats:
        """Return the share of the process' variance at each row that the landmarks do not carry.

        Parameters
        ----------
        frame : pandas.DataFrame

        Returns
        -------
        array of shape (unit,)
        """
        return np.clip(1.0 - (self.terms(frame, ["process"])["process"] ** 2).sum(axis=1), 0.0, 1.0)


def _scaled(basis: Basis, frame: pd.DataFrame, inverse: Mapping[str, float]) -> Floats:
    x, owner = coordinates(basis, frame)
    return x * np.array([inverse.get(c.name, 0.0) for c in basis.columns])[owner]


def coordinates(basis: Basis, frame: pd.DataFrame) -> tuple[Floats, NDArray[np.int64]]:
    """Return where rows are, in standard units, and which covariate each coordinate is of.

    Parameters
    ----------
    basis : Basis
    frame : pandas.DataFrame

    Returns
    -------
    array of shape (unit, line)
        Within `REACH` of the mean, so that one far row is not alone in a region of its own.
    int array of shape (line,)
        Counted as the columns of the basis.
    """
    lines = [np.zeros((len(frame), 0)), *(c.lines(frame[c.name]) for c in basis.columns)]
    owner = np.repeat(np.arange(len(basis.columns)), [x.shape[1] for x in lines[1:]])
    return np.clip(np.hstack(lines), -REACH, REACH), owner


def matern(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return the Matérn kernel of smoothness 5/2, and its slope in the squared distance.

    Parameters
    ----------
    a, b : array of shape (point, line)

    Returns
    -------
    two arrays of shape (point of a, point of b)
    """
    square = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    far = np.sqrt(5 * np.maximum(square, 0.0))
    fading = np.exp(-far)
    return (1 + far + far**2 / 3) * fading, -5 / 6 * (1 + far) * fading


def matern_root(landmarks: Floats) -> Floats:
    """Return the Cholesky factor of the kernel at landmarks."""
    kernel, _ = matern(landmarks, landmarks)
    kernel[np.diag_indices_from(kernel)] += ROUNDING
    return np.linalg.cholesky(kernel)


def pivots(x: Floats, count: int, least: float = LEFT) -> NDArray[np.int64]:
    """Return rows, each the one whose variance given those before is largest, until little is left.

    Parameters
    ----------
    x : array of shape (unit, line)
    count : int
        At most.
    least : float
        The share of the variance that is little.
    """
    count = min(count, len(x))
    factor = np.zeros((count, len(x)))
    left = np.ones(len(x))
    chosen: list[int] = []
    for k in range(count):
        best = int(np.argmax(left))
        if left[best] < least:
            break
        column = matern(x[best : best + 1], x)[0][0] - factor[:k, best] @ factor[:k]
        factor[k] = column / np.sqrt(left[best])
        left = left - factor[k] ** 2
        left[best] = 0.0
        chosen.append(best)
    return np.array(chosen)
