"""A recommendation funnel whose equations are not known: smooth curves and pairwise surfaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

__all__ = ["recommendation_funnel_flexible", "spline_basis", "spline_roughness"]

# Knots and functions of the basis, in standard deviations of the reference scale.
SPACING = 0.5
KNOTS = np.arange(-2.5, 2.5 + SPACING / 2, SPACING)
FUNCTIONS = 6  # the straight line and five curves
SURFACE = 3  # functions of each cause in a surface: the straight line and two curves

# Centre and standard deviation of each cause, as the analyst knows them from its units.
REFERENCE = {
    "user_intent": (0.0, 1.0),
    "catalog_match": (0.0, 1.0),
    "tutorial_prompt": (0.0, 1.0),
    "recommendation_quality": (0.0, 0.75),
    "watch_time": (1.2, 1.0),
}


@dataclass(frozen=True)
class _Spline:
    """The basis as numbers: ``constant + slope * z + |z - edges|**3 @ cubes``."""

    edges: np.ndarray
    cubes: np.ndarray
    constant: np.ndarray
    slope: np.ndarray
    roughness: np.ndarray


@cache
def _spline() -> _Spline:
    """The Demmler-Reinsch basis of natural cubic splines under the standard normal law."""
    edges = np.concatenate([KNOTS[:1] - SPACING, KNOTS, KNOTS[-1:] + SPACING])
    tents = np.zeros((edges.size, KNOTS.size))  # column k: a curve whose curvature is a tent at k
    for column in range(KNOTS.size):
        tents[column : column + 3, column] = np.array([1.0, -2.0, 1.0]) / (12.0 * SPACING)
    grid = np.linspace(-8.0, 8.0, 16_001)
    weight = np.exp(-0.5 * grid**2)
    weight /= weight.sum()

    line = np.stack([np.ones_like(grid), grid], axis=1)
    curves = np.abs(grid[:, None] - edges) ** 3 @ tents
    removed = line.T @ (curves * weight[:, None])  # the part along 1 and z, which are orthonormal
    curves = curves - line @ removed
    tent = np.clip(1.0 - np.abs(grid[:, None] - KNOTS) / SPACING, 0.0, None)
    gram = curves.T @ (curves * weight[:, None])
    penalty = tent.T @ (tent * weight[:, None])

    root = np.linalg.inv(np.linalg.cholesky(gram))
    roughness, vectors = np.linalg.eigh(root @ penalty @ root.T)
    mix = (root.T @ vectors)[:, : FUNCTIONS - 1]
    mix = mix * np.sign((curves @ mix)[-1])
    return _Spline(
        edges=edges,
        cubes=np.concatenate([np.zeros((edges.size, 1)), tents @ mix], axis=1),
        constant=np.concatenate([[0.0], -removed[0] @ mix]),
        slope=np.concatenate([[1.0], -removed[1] @ mix]),
        roughness=np.concatenate([[0.0], roughness[: FUNCTIONS - 1]]),
    )


def spline_basis(z: TensorVariable) -> TensorVariable:
    """Six smooth functions."""
    spline = _spline()
    distance = pt.abs(z[:, None] - spline.edges)
    return spline.constant + spline.slope * z[:, None] + (distance**3) @ spline.cubes


def spline_roughness() -> np.ndarray:
    return _spline().roughness.copy()


def _shrunk(name,smooth,dims):
    sd = pm.HalfNormal(f"{name}_sd", CSD if "curve" in name else SSD)
    P = PRECISION if "curve" in name else SPREC
    ratio = sd * smooth / P
    stretch = pt.sqrt(1.0 + ratio**2)
    raw = pm.Normal(name, 0.0, stretch, dims=dims)
    return raw * P * ratio / stretch
import os
PRECISION = float(os.environ.get("PREC",".01")); SPREC=float(os.environ.get("SPREC",".003"))
def _smooth_mean(prefix: str, causes: Mapping[str, TensorVariable]) -> TensorVariable:
    pairs = list(combinations(causes, 2))
    model = pm.modelcontext(None)
    cause, pair = f"{prefix}_cause", f"{prefix}_pair"
    model.add_coords({cause: list(causes), pair: [f"{a} x {b}" for a, b in pairs]})
    basis = {
        name: spline_basis((value - REFERENCE[name][0]) / REFERENCE[name][1])
        for name, value in causes.items()
    }
    surfaces = [
        (basis[a][:, :SURFACE, None] * basis[b][:, None, :SURFACE]).reshape((-1, SURFACE**2))
        for a, b in pairs
    ]
    straight = [basis[a][:, :1] for a in causes] + [s[:, :1] for s in surfaces]
    curved = [basis[a][:, 1:] for a in causes]+ [s[:, 1:] for s in surfaces]
    design = pt.concatenate([*straight, *curved], axis=1)

    smooth = 1.0 / np.sqrt(np.concatenate([[1.0], spline_roughness()[1:]]))
    surface = np.outer(smooth[:SURFACE], smooth[:SURFACE]).ravel()[1:]
    line = pm.Normal(f"{prefix}_line", 0.0, 1.0, dims=cause)
    product = pm.Normal(f"{prefix}_product", 0.0, 0.5, dims=pair)
    curve = _shrunk(f"{prefix}_curve", smooth[1:], (cause, "curve"))
    bend = _shrunk(f"{prefix}_surface", surface, (pair, "surface"))
    weights = pt.concatenate([line, product, curve.ravel(), bend.ravel()])
    return pm.Normal(f"{prefix}_intercept", 0.0, 1.0) + design @ weights
CSD=.2
SSD=.1

def recommendation_funnel_flexible() -> pm.Model:
    coords = {
        "unit": range(1),
        "curve": range(1, FUNCTIONS),
        "surface": [f"{j} x {k}" for j in range(SURFACE) for k in range(SURFACE) if j or k],
    }
    with pm.Model(coords=coords) as model:
        roots = {
            name: pm.Normal(
                name,
                pm.Normal(f"{short}_mean", 0.0, 1.0),
                pm.HalfNormal(f"{short}_sd", 1.0),
                dims="unit",
            )
            for name, short in {
                "user_intent": "intent",
                "catalog_match": "catalog",
                "tutorial_prompt": "prompt",
            }.items()
        }
        intent, catalog, prompt = roots.values()
        i, c, p = roots
        mu = pm.Deterministic(
            "recommendation_quality_mu",
            _smooth_mean("quality", {i: intent, c: catalog}),
            dims="unit",
        )
        quality = pm.Normal("recommendation_quality", mu, pm.HalfNormal("quality_sd", 1.0), dims="unit")
        mu = pm.Deterministic(
            "watch_time_mu",
            _smooth_mean("watch", {"recommendation_quality": quality, p: prompt, i: intent}),
            dims="unit",
        )
        watch = pm.Normal("watch_time", mu, pm.HalfNormal("watch_sd", 1.0), dims="unit")
        mu = pm.Deterministic(
            "next_week_value_mu",
            _smooth_mean(
                "value",
                {"recommendation_quality": quality, "watch_time": watch, i: intent, p: prompt},
            ),
            dims="unit",
        )
        pm.Normal("next_week_value", mu, pm.HalfNormal("value_sd", 1.0), dims="unit")
    return model
