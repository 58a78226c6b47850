"""What `condition` warns of before it samples: what the data cannot identify, and no more."""

import warnings

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import AssumptionWarning, condition
from ifonly.inference.conditioning.assumptions import warn_of_assumptions
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

QUICK = {"draws": 20, "tune": 20, "chains": 4, "seed": 5, "progress": False}
RNG = np.random.default_rng(1)
X, Y, Z = RNG.normal(size=(3, 200))


def confounded(latent: str, effects: str, *, instrument: bool = False) -> pm.Model:
    """Return u -> t, u -> y, t -> y, with a latent and effects of the kinds asked for."""
    with pm.Model(coords={"unit": range(1)}) as model:
        if latent == "normal":
            u = pm.Normal("u", dims="unit")
        else:
            u = pm.Bernoulli("u", 0.3, dims="unit")
        on_t = 2.0 * u
        if instrument:
            on_t = on_t + pm.Normal("t_on_z") * pm.Normal("z", dims="unit")
        if effects == "normal":
            t = pm.Normal("t", on_t, dims="unit")
            pm.Normal("y", pm.Normal("y_on_t") * t + u, dims="unit")
        elif effects in ("counts", "tries"):
            law, told = (pm.Poisson, {}) if effects == "counts" else (pm.Binomial, {"n": 3})
            link = pm.math.exp if effects == "counts" else pm.math.sigmoid
            name = "mu" if effects == "counts" else "p"
            t = law("t", **told, **{name: link(on_t)}, dims="unit")
            law("y", **told, **{name: link(pm.Normal("y_on_t") * t + u)}, dims="unit")
        else:
            t = pm.Bernoulli("t", logit_p=on_t, dims="unit")
            pm.Bernoulli("y", logit_p=pm.Normal("y_on_t") * t + u, dims="unit")
    return model


def problems(model: pm.Model, **columns: np.ndarray) -> list[str]:
    """What is warned of, without sampling."""
    evidence = read_evidence(Equations(model), columns)
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        warn_of_assumptions(*observe(model, evidence, "unit"), evidence)
    assert all(w.category is AssumptionWarning for w in given)
    return [str(w.message) for w in given]


@pytest.mark.parametrize(
    ("latent", "effects", "count"),
    [
        ("normal", "normal", 1),
        ("normal", "counts", 1),
        ("binary", "binary", 1),
        ("binary", "tries", 1),
        ("binary", "normal", 0),
        ("binary", "counts", 0),
    ],
)
def test_a_latent_behind_two_effects_is_warned_of_where_it_may_not_be_identified(
    latent, effects, count
):
    """A binary latent behind normal effects is a mixture of two normals, which is identified.

    So is one of two Poissons (Teicher, 1963); of two binomials of three tries it need not be.

    Of binary effects the data are three proportions, for a model of four numbers and the latent's;
    of linear normal ones they are three moments, which fit any effect of t on y.
    """
    columns = {"t": X, "y": X + Y}
    if effects != "normal":
        columns = {n: (v > 0).astype(int) for n, v in columns.items()}
    found = problems(confounded(latent, effects), **columns)
    assert len(found) == count
    assert all(
        "the graph does not identify the latent 'u': it shows in t and y" in f for f in found
    )


def test_a_mixture_needs_no_instrument():
    """z does not move t at all; that matters only where the effect rests on it."""
    columns = {"z": Z, "t": X, "y": X + Y}
    [problem] = problems(confounded("normal", "normal", instrument=True), **columns)
    assert problem.startswith("weak instrument: z hardly moves t")
    assert problems(confounded("binary", "normal", instrument=True), **columns) == []


def test_a_latent_that_nothing_identifies_is_told():
    """A confounder of t and y with no instrument and no third effect."""
    with pm.Model(coords={"unit": range(1)}) as model:
        u = pm.Normal("u", 0, 1, dims="unit")
        t = pm.Normal("t", pm.Normal("a") * u, 1.0, dims="unit")
        pm.Normal("y", pm.Normal("b") * t + pm.Normal("c") * u, 1.0, dims="unit")
    rng = np.random.default_rng(2)
    data = {"t": rng.normal(size=20), "y": rng.normal(size=20)}
    with pytest.warns(AssumptionWarning, match="'u': it shows in t and y alone"):
        condition(model, data, method="marginal", **QUICK)
