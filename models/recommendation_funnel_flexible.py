"""A recommendation funnel whose equations are not known: smooth curves and pairwise surfaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

__all__ = ["recommendation_funnel_flexible", "spline_basis"]

# The basis, in units of the reference scale: knots, and how many of its functions are kept.
SPACING = 0.5
KNOTS = SPACING * np.arange(-5, 6)
FUNCTIONS = 6  # of one cause: the straight line and five curves
SURFACE = 3  # of each cause in a surface: the straight line and two curves

# Centre and scale of each cause, as an analyst would know them from its units.
REFERENCE = {
    "user_intent": (0.0, 1.0),
    "catalog_match": (0.0, 1.0),
    "tutorial_prompt": (0.0, 1.0),
    "recommendation_quality": (0.0, 0.75),
    "watch_time": (1.2, 1.0),
}


def recommendation_funnel_flexible() -> pm.Model:
    r"""Return a fresh model of the recommendation funnel that does not know its equations.

    The graph and the mechanisms are those of
    :func:`ifonly.models.recommendation_funnel.recommendation_funnel`. Each outcome :math:`k` has
    additive Normal noise about a smooth function of its causes :math:`x_j`, in their reference
    scale :math:`z_j`:

    .. math::

        \mu_k &= \alpha_k + \sum_j f_{kj}(z_j) + \sum_{i<j} g_{kij}(z_i, z_j) \\
        f_{kj}(z) &= \beta_{kj} z + \sum_{m=2}^{6} b_{kjm} \psi_m(z) \\
        g_{kij}(z, z') &= \gamma_{kij} z z' + \sum_{m,n \le 3,\ (m,n) \ne (1,1)}
            c_{kijmn} \psi_m(z) \psi_n(z') \\
        b_{kjm} &\sim N(0, \tau_k / \sqrt{r_m}), \qquad
        c_{kijmn} \sim N(0, \omega_k / \sqrt{r_m r_n})

    where :math:`\psi_m` is :func:`spline_basis` and :math:`r_m` its roughness, with
    :math:`r_1 = 1`. Priors: :math:`\alpha, \beta \sim N(0, 1)`, :math:`\gamma \sim N(0, 0.5)`,
    :math:`\tau \sim N^+(0.2)`, :math:`\omega \sim N^+(0.1)`, standard deviations of the noise
    :math:`N^+(1)`. So straight lines and products are free, and what departs from them is shrunk.
    Beyond three units of the reference scale curves go on as straight lines.

    Returns
    -------
    pymc.Model
        Mechanisms ``user_intent``, ``catalog_match``, ``tutorial_prompt``,
        ``recommendation_quality``, ``watch_time`` and ``next_week_value``, and the deterministics
        ``recommendation_quality_mu``, ``watch_time_mu`` and ``next_week_value_mu``, with dims
        ``unit`` (length 1). All are scores without a physical unit.

        Parameters of the roots, without dims: ``<root>_mean``, ``<root>_sd``. Of an outcome, by
        the short names ``quality``, ``watch`` and ``value``: ``<outcome>_intercept``,
        ``<outcome>_sd``, ``<outcome>_line`` (dims ``<outcome>_cause``), ``<outcome>_product``
        (``<outcome>_pair``), ``<outcome>_curve`` (``<outcome>_cause``, ``curve``) and
        ``<outcome>_surface`` (``<outcome>_pair``, ``surface``) with their scales
        ``<outcome>_curve_scale`` and ``<outcome>_surface_scale``.

    Notes
    -----
    ``<outcome>_curve`` and ``<outcome>_surface`` are not the weights :math:`b` and :math:`c` but
    these stretched, so that NUTS meets a posterior of about the same width whether the data
    determine a weight or not: see Papaspiliopoulos, Roberts and Sköld (2007, Statistical Science
    22(1):59-73, https://doi.org/10.1214/088342307000000014).

    Additive functions and surfaces of spline bases: Gu, "Smoothing Spline ANOVA Models" (2013,
    Springer, https://doi.org/10.1007/978-1-4614-5369-7).

    Examples
    --------
    >>> model = recommendation_funnel_flexible()
    >>> list(model.coords["value_cause"])
    ['recommendation_quality', 'watch_time', 'user_intent', 'tutorial_prompt']
    """
    surface = [f"{m}, {n}" for m in range(1, SURFACE + 1) for n in range(1, SURFACE + 1)][1:]
    coords = {"unit": range(1), "curve": range(2, FUNCTIONS + 1), "surface": surface}
    with pm.Model(coords=coords) as model:
        intent = _root("user_intent", "intent")
        catalog = _root("catalog_match", "catalog")
        prompt = _root("tutorial_prompt", "prompt")
        roots = {"user_intent": intent, "tutorial_prompt": prompt}

        causes = {"user_intent": intent, "catalog_match": catalog}
        quality = _outcome("recommendation_quality", "quality", causes)
        causes = {"recommendation_quality": quality, **roots}
        watch = _outcome("watch_time", "watch", causes)
        causes = {"recommendation_quality": quality, "watch_time": watch, **roots}
        _outcome("next_week_value", "value", causes)
    return model


def spline_basis(z: TensorVariable) -> TensorVariable:
    r"""Return six smooth functions of ``z``: ``z`` itself, then curves, the smoothest first.

    They are natural cubic splines with knots every 0.5 from -3 to 3: twice continuously
    differentiable, and straight lines beyond. Under the standard normal law they are orthonormal,
    and so are their second derivatives but for the length (Demmler and Reinsch 1975, Numerische
    Mathematik 24:375-382, https://doi.org/10.1007/BF01437406): a prior with independent weights
    penalises curvature.

    Parameters
    ----------
    z : TensorVariable
        A vector, in units of the reference scale.

    Returns
    -------
    TensorVariable
        Shape ``(len(z), 6)``.

    Examples
    --------
    >>> spline_basis(pt.as_tensor([0.0, 1.0])).eval()[:, 0]
    array([0., 1.])
    """
    spline = _spline()
    line = spline.constant + spline.slope * z[:, None]
    return line + (pt.abs(z[:, None] - spline.edges) ** 3) @ spline.cubes


@dataclass(frozen=True)
class _Spline:
    """The basis as numbers: ``constant + slope * z + abs(z - edges)**3 @ cubes``."""

    edges: np.ndarray
    cubes: np.ndarray
    constant: np.ndarray
    slope: np.ndarray
    roughness: np.ndarray  # mean square of the second derivative; 1 for the straight line


@cache
def _spline() -> _Spline:
    """The Demmler-Reinsch basis under the standard normal law."""
    edges = np.concatenate([KNOTS[:1] - SPACING, KNOTS, KNOTS[-1:] + SPACING])
    tents = np.zeros((edges.size, KNOTS.size))  # a curve whose second derivative is a tent
    for column in range(KNOTS.size):
        tents[column : column + 3, column] = np.array([1.0, -2.0, 1.0]) / (12.0 * SPACING)

    grid = np.linspace(-8.0, 8.0, 16_001)[:, None]
    weight = np.exp(-0.5 * grid**2)
    weight /= weight.sum()
    line = np.concatenate([np.ones_like(grid), grid], axis=1)
    curves = np.abs(grid - edges) ** 3 @ tents
    along = line.T @ (weight * curves)  # the part along 1 and z, which are orthonormal
    curves = curves - line @ along
    second = np.clip(1.0 - np.abs(grid - KNOTS) / SPACING, 0.0, None)

    whiten = np.linalg.inv(np.linalg.cholesky(curves.T @ (weight * curves)))
    roughness, vectors = np.linalg.eigh(whiten @ second.T @ (weight * second) @ whiten.T)
    mix = (whiten.T @ vectors)[:, : FUNCTIONS - 1]
    mix = mix * np.sign(curves[-1] @ mix)
    return _Spline(
        edges=edges,
        cubes=np.concatenate([np.zeros((edges.size, 1)), tents @ mix], axis=1),
        constant=np.concatenate([[0.0], -along[0] @ mix]),
        slope=np.concatenate([[1.0], -along[1] @ mix]),
        roughness=np.concatenate([[1.0], roughness[: FUNCTIONS - 1]]),
    )


def _root(name: str, short: str) -> TensorVariable:
    mean = pm.Normal(f"{short}_mean", 0.0, 1.0)
    return pm.Normal(name, mean, pm.HalfNormal(f"{short}_sd", 1.0), dims="unit")


def _outcome(name: str, short: str, causes: Mapping[str, TensorVariable]) -> TensorVariable:
    mean = pm.Deterministic(f"{name}_mu", _smooth_mean(short, causes), dims="unit")
    return pm.Normal(name, mean, pm.HalfNormal(f"{short}_sd", 1.0), dims="unit")


def _smooth_mean(short: str, causes: Mapping[str, TensorVariable]) -> TensorVariable:
    """The intercept, the curves and the surfaces of one outcome; its parameters are new."""
    pairs = list(combinations(causes, 2))
    cause, pair = f"{short}_cause", f"{short}_pair"
    pairs_named = [f"{first} x {second}" for first, second in pairs]
    pm.modelcontext(None).add_coords({cause: list(causes), pair: pairs_named})

    curves = [spline_basis((causes[x] - REFERENCE[x][0]) / REFERENCE[x][1]) for x in causes]
    surfaces = [
        (one[:, :SURFACE, None] * other[:, None, :SURFACE]).reshape((-1, SURFACE**2))
        for one, other in combinations(curves, 2)
    ]
    columns = [*curves, *surfaces]
    design = pt.concatenate([c[:, :1] for c in columns] + [c[:, 1:] for c in columns], axis=1)

    decay = 1.0 / np.sqrt(_spline().roughness)
    decays = np.outer(decay[:SURFACE], decay[:SURFACE]).ravel()
    curve_scale = pm.HalfNormal(f"{short}_curve_scale", 0.2)
    surface_scale = pm.HalfNormal(f"{short}_surface_scale", 0.1)
    weights = [
        pm.Normal(f"{short}_line", 0.0, 1.0, dims=cause),
        pm.Normal(f"{short}_product", 0.0, 0.5, dims=pair),
        _shrunk(f"{short}_curve", (cause, "curve"), curve_scale * decay[1:] / 0.01) * 0.01,
        _shrunk(f"{short}_surface", (pair, "surface"), surface_scale * decays[1:] / 0.003) * 0.003,
    ]
    intercept = pm.Normal(f"{short}_intercept", 0.0, 1.0)
    return intercept + design @ pt.concatenate([weight.ravel() for weight in weights])


def _shrunk(name: str, dims: tuple[str, str], scale: TensorVariable) -> TensorVariable:
    """Weights of law ``N(0, scale)``: centred where ``scale`` is large, not where it is small.

    The unit of `scale` is about what some thousands of units tell of such a weight.
    """
    stretch = pt.sqrt(1.0 + scale**2)
    return pm.Normal(name, 0.0, stretch, dims=dims) * scale / stretch
