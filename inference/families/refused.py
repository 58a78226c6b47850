"""Families that have no structural form, each with the reason that an error gives."""

import pymc as pm

from .form import structural_form

__all__: list[str] = []

_TWO_AXES = "its value has two axes beyond the units, and noise here has one; flatten it"
_MATRIX = "a matrix of a whole model, not a value of each unit"
_IMPROPER = "it has no law that sums to one, so that nothing can be drawn from it"

for _family, _reason in {
    pm.PolyaGamma: "its cdf has no closed form: it is a sum of infinitely many gammas",
    pm.Flat: _IMPROPER,
    pm.HalfFlat: _IMPROPER,
    pm.ICAR: _IMPROPER,
    pm.Wishart: _MATRIX,
    pm.LKJCorr: _MATRIX,
    "_LKJCholeskyCovRV": _MATRIX,
    pm.MatrixNormal: _TWO_AXES,
    pm.ZeroSumNormal: "its numbers sum to zero along several axes, and noise here has one",
    pm.RandomWalk: "only a walk of normal steps from a normal start has one; write other steps as "
    "a variable of their own, and the walk as its pt.cumsum",
    pm.AR: "only one from a normal start has one",
    pm.EulerMaruyama: "its step is a function of the model's own; write each time as a Normal",
}.items():
    structural_form.refuse(_family, _reason)
