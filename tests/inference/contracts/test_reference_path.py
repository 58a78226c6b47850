"""The engine equals PyMC's own posterior predictive sampling on the same model and noise."""

import arviz as az
import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    PotentialOutcome,
    QueryError,
    intervene,
    policy,
    replace_by,
    scale,
    set_to,
    shift,
    structural,
)
from ifonly.inference.scm.equations import with_units

UNITS = 40
MASK = np.arange(UNITS) % 2 == 0

CASES = {
    "nothing": {},
    "number": {"x": 1.25},
    "per unit": {"x": np.linspace(-1, 1, UNITS)},
    "shift": {"x": shift(0.5)},
    "scale": {"x": scale(-2.0)},
    "some units": {"x": set_to(2.0, where=MASK)},
    "computed units": {"x": shift(1.0, where=lambda v: v["z"] > 0.5)},
    "policy": {"x": policy(lambda v: v["z"] + 100.0)},
    "own value": {"x": policy(lambda v: v["x"] ** 2)},
    "parameter": {"beta": 0.5},
    "shifted parameter": {"beta": shift(0.25)},
    "several": {"z": shift(1.0), "y": scale(0.5)},
    "one reads another": {"z": 2.0, "x": policy(lambda v: v["x"] + 2.0 * v["z"])},
    "one reads a shifted one": {"z": shift(1.0), "x": policy(lambda v: v["x"] + 2.0 * v["z"])},
}


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_equals_posterior_predictive_sampling(
    case, chain, chain_draws, chain_world, chain_posterior, make_chain
):
    do = CASES[case]
    seen = {n: chain_world.data[n].to_numpy() for n in "zxy"}
    noise = chain.noise(seen, {n: a[..., None] for n, a in chain_draws.items()})
    draws = chain_draws | {f"{n}_noise": np.broadcast_to(v, (2, 3, 40)) for n, v in noise.items()}
    world = intervene(structural(with_units(make_chain(), np.arange(UNITS))), do)
    # Draws of what is replaced must not be in the trace: PyMC would take them for the new ones.
    trace = {v.name: draws[v.name] for v in world.free_RVs}
    names = ["total", "x_square"]
    predicted = pm.sample_posterior_predictive(
        az.from_dict(
            {"posterior": trace},
            coords={"unit": np.arange(UNITS)},
            dims={n: ["unit"] for n in trace if n.endswith("_noise")},
        ),
        model=world,
        var_names=names,
        progressbar=False,
        random_seed=1,
    )["posterior_predictive"]
    for name in names:
        answer = chain_posterior.ask(PotentialOutcome(name, do=do))
        theirs = np.broadcast_to(predicted[name], answer.shape)
        np.testing.assert_allclose(answer, theirs, rtol=1e-10, atol=1e-10)


def test_what_it_does_not_carry_it_refuses(make_chain):
    form = structural(make_chain())
    with pytest.raises(QueryError, match="replace_by"):
        intervene(form, {"x": replace_by(pm.Normal.dist(0.0, 1.0))})
    with pytest.raises(QueryError, match="names 'w', which does not exist"):
        intervene(form, {"w": 1.0})
