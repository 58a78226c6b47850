"""Blocks: whether the ranks of the truth are uniform, by method, and effective draws a second."""

import time
from collections.abc import Callable
from typing import Any

import arviz as az
import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference import ATE, calibrate, condition
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.prepared import Prepared
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe
from ifonly.scenarios import get

from ..inference.conditioning.blocks.random_models import by_force, random_model

Report = Callable[..., None]
REPLICATIONS, UNITS = 200, 30
EFFECT = ATE("y", do={"t": 1}, versus={"t": 0}, expectation=True)


def test_a_thousand_random_models(report: Report) -> None:
    """The blocks that are found are those of the log-density, in each of them."""
    several = 0
    for seed in range(1_000):
        rng = np.random.default_rng(seed)
        model, columns = random_model(rng)
        evidence = read_evidence(Equations(model), columns, allow_missing=True)
        observed, equations = observe(model, evidence, "unit")
        seen = set(evidence.columns) - set(evidence.missing)
        found = [
            (set(b.unknowns), set(b.seen), set(b.potentials)) for b in blocks_of(equations, seen)
        ]
        expected = by_force(observed, rng)
        assert sorted(map(_sortable, found)) == sorted(map(_sortable, expected)), seed
        several += len(found) > 1
    report("random models whose blocks are those of the density", "1,000", f"{several} of several")


def _sortable(block: tuple[set[str], set[str], set[str]]) -> list[list[str]]:
    return [sorted(names) for names in block]


def conjugate(t: Any) -> None:
    chance = pm.Beta("p", 2.0, 2.0, shape=2)
    pm.Bernoulli("y", chance[t], dims="unit")


def linear(t: Any) -> None:
    pm.Normal("y", pm.Normal("a") + pm.Normal("b") * t, pm.HalfNormal("s", 1.0), dims="unit")


def stretched(t: Any) -> None:
    level = pm.Normal("a") + pm.HalfNormal("tau", 1.0) * pm.Normal("z", shape=2)
    pm.Normal("y", level[t], pm.HalfNormal("s", 1.0), dims="unit")


def logistic(t: Any) -> None:
    pm.Bernoulli("y", logit_p=pm.Normal("a") + pm.Normal("b") * t, dims="unit")


def probit(t: Any) -> None:
    pm.Bernoulli("y", pm.math.invprobit(pm.Normal("a") + pm.Normal("b") * t), dims="unit")


def counts(t: Any) -> None:
    pm.Poisson("y", pm.math.log1pexp(pm.Normal("a") + pm.Normal("b") * t), dims="unit")


def dispersed(t: Any) -> None:
    mean = pm.math.exp(pm.Normal("a", 1.0, 0.5) + pm.Normal("b", 0.0, 0.5) * t)
    pm.NegativeBinomial("y", mu=mean, alpha=pm.LogNormal("alpha", 1.0, 0.5), dims="unit")


def shrunk(t: Any) -> None:
    b = pm.Normal("b", 0.0, pm.HalfCauchy("own", 1.0, shape=3) * pm.HalfCauchy("all", 1.0), shape=3)
    x = pm.Normal("x", dims="unit")
    pm.Normal("y", pm.Normal("a") + b[0] * t + b[1] * x, pm.HalfCauchy("s", 1.0), dims="unit")


def categories(t: Any) -> None:
    eta = pm.Normal("a") + pm.Normal("b") * t
    pm.Categorical("y", logit_p=pt.stack([pt.zeros_like(eta), eta, -eta], axis=1), dims="unit")


BLOCKS = {
    conjugate: "conjugate",
    linear: "linear",
    stretched: "linear",
    logistic: "glm",
    probit: "glm",
    counts: "glm",
    dispersed: "glm",
    categories: "softmax",
    shrunk: "gibbs",
}


@pytest.mark.parametrize("write", BLOCKS, ids=lambda f: f.__name__)
def test_ranks_are_uniform(write: Callable[[Any], None], report: Report) -> None:
    """Simulation-based calibration of the effect, parameters drawn from the prior."""
    with pm.Model(coords={"unit": range(1)}) as model:
        write(pm.Bernoulli("t", 0.5, dims="unit"))
    # Draws of a chain depend on each other; with fewer of them none of its posteriors is accepted.
    draws, replications = (1_000, 50) if BLOCKS[write] == "gibbs" else (250, REPLICATIONS)
    started = time.process_time()
    found = calibrate(
        model, EFFECT, replications, units=UNITS, seed=1, jobs=1, draws=draws, tune=250,
        progress=False,
    )  # fmt: skip
    seconds = time.process_time() - started
    table = found.table
    table = table[table["element"].isna() | (table["element"] == table["element"].max())]
    assert (table["problem"].fillna("") == "").mean() > 0.9
    p = stats.kstest(table["pit"].dropna(), "uniform").pvalue
    report(f"SBC of {write.__name__} ({BLOCKS[write]}), p", f"{p:.2f}", f"{seconds:.0f} s")
    assert p > 1e-3


def test_effective_draws_a_second(report: Report) -> None:
    """The funnel's parameters by blocks, beside nutpie on the joint model, both compiled."""
    scenario = get("recommendation_funnel")
    data = scenario.simulate(units=4_000, seed=2026).data
    speeds = {}
    for method, sampler in (("auto", None), ("nuts", "nutpie")):
        prepared = Prepared(scenario.model)
        options: dict[str, Any] = {"method": method, "sampler": sampler, "progress": False}
        condition(prepared, data, seed=1, draws=50, tune=50, **options)
        started = time.process_time()
        found = condition(prepared, data, seed=2, **options)
        seconds = time.process_time() - started
        ess = az.ess(found.idata["posterior"].to_dataset(), method="bulk")
        speeds[method] = min(float(ess[n].min()) for n in ess) / seconds
    ratio = speeds["auto"] / speeds["nuts"]
    report("ESS a CPU second, the funnel by blocks", f"{speeds['auto']:.0f}")
    report("  nutpie on the joint model", f"{speeds['nuts']:.0f}", f"{ratio:.1f} x")
    assert ratio > 1
