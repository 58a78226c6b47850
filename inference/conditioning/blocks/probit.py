r"""Binary outcomes by the probit link: a latent normal outcome whose sign is seen.

(Albert and Chib, 1993, Journal of the American Statistical Association 88, 669-679,
doi:10.1080/01621459.1993.10476321.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pytensor.scalar import basic as scalar
from pytensor.scalar.math import Erfc
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from scipy.special import log_ndtr, ndtri_exp

from .problem import Problem

__all__ = ["Choice", "probit_predictor"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Choice:
    """Binary outcomes and the rows that their latent outcomes have.

    Attributes
    ----------
    matrix : array of shape (unit, w)
    offset : array of shape (unit,)
        What the predictor is without the weights.
    value : array of shape (unit,)
        0 or 1.
    """

    matrix: Floats
    offset: Floats
    value: Floats

    def latent(self, weights: Floats, rng: np.random.Generator) -> Floats:
        """Return a draw of the latent outcomes less the offset, given weights and signs.

        Parameters
        ----------
        weights : Floats
        rng : np.random.Generator
        """
        side = 2.0 * self.value - 1.0
        predictor = self.matrix @ weights + self.offset
        share = np.log1p(-rng.random(len(side))) + log_ndtr(side * predictor)
        return predictor - self.offset - side * ndtri_exp(share)


def probit_predictor(problem: Problem, probability: TensorVariable) -> TensorVariable | None:
    """Return the predictor whose normal distribution function a probability is, or None.

    Parameters
    ----------
    problem : Problem
    probability : TensorVariable
        As ``pm.math.invprobit`` writes it: half the complementary error function.
    """
    while probability in problem.definitions:
        probability = problem.definitions[probability]
    if not _is(probability, scalar.Mul) or len(probability.owner.inputs) != 2:
        return None
    half, inner = probability.owner.inputs
    if not _is_number(half, 0.5) or not _is(inner, Erfc):
        return None
    return -(inner.owner.inputs[0]) * np.sqrt(2.0)


def _is(variable: TensorVariable, kind: type) -> bool:
    op = getattr(variable.owner, "op", None)
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, kind)


def _is_number(variable: TensorVariable, number: float) -> bool:
    while variable.owner is not None and isinstance(variable.owner.op, DimShuffle):
        variable = variable.owner.inputs[0]
    data = getattr(variable, "data", None)
    return data is not None and bool(np.all(data == number))
