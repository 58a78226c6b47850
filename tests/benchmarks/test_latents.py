"""Latents integrated out in closed form: what an instrument with a hidden confounder takes."""

import time
from collections.abc import Callable

import numpy as np
import pymc as pm

from ifonly.inference import condition

Report = Callable[..., None]
UNITS = 500


def test_an_instrument_and_a_hidden_confounder(report: Report) -> None:
    """The share of the confounder in t and y is known by the prior alone: the ridge is thin."""
    rng = np.random.default_rng(1)
    z, u, e, f = rng.normal(size=(4, UNITS))
    t = 0.8 * z + 0.7 * u + 0.6 * e
    y = 1.5 * t + 0.9 * u + 0.5 * f
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        g, b, c = pm.Normal("g", 0, 2), pm.Normal("b", 0, 2), pm.Normal("c")
        a, s, r = (pm.HalfNormal(n, 1) for n in ("a", "s", "r"))
        hidden = pm.Normal("u", dims="unit")
        moved = pm.Normal("t", g * pm.Normal("z", dims="unit") + a * hidden, s, dims="unit")
        pm.Normal("y", b * moved + c * hidden, r, dims="unit")
    started = time.process_time()
    found = condition(model, {"z": z, "t": t, "y": y}, seed=1, progress=False)
    seconds = time.process_time() - started
    worst = found.diagnostics
    ess = f"lowest ESS {min(worst.ess_bulk, worst.ess_tail):.0f}, {worst.divergences} divergences"
    report("an instrument, 500 units and a hidden confounder", f"{seconds:.0f} s", ess)
    assert worst.converged
    # The priors are wide beside what the data say of these two: the posterior is about the
    # estimate by the instrument, and that of t by z.
    draws = found.idata["posterior"]
    for name, estimate in (("b", (z @ y) / (z @ t)), ("g", (z @ t) / (z @ z))):
        drawn = draws[name].to_numpy()
        assert abs(drawn.mean() - estimate) < 0.25 * drawn.std()
    total = {"t": 0.7**2 + 0.6**2, "y": 0.9**2 + 0.5**2}
    for name, load, own in (("t", "a", "s"), ("y", "c", "r")):
        drawn = (draws[load] ** 2 + draws[own] ** 2).to_numpy()
        assert abs(drawn.mean() - total[name]) < 4 * drawn.std()
