"""The model of one block has that block's terms of the log-density, and no others."""

import numpy as np
import pymc as pm
from pytensor.compile.mode import Mode

from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.submodel import evidence_of, submodel
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

PLAIN = Mode(linker="py", optimizer=None)
RNG = np.random.default_rng(2)
DATA = {"x": RNG.normal(size=6), "y": RNG.normal(size=6)}


def chain() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", pm.Normal("a"), 1.0, dims="unit")
        pm.Normal("y", pm.Normal("b") * x, pm.HalfNormal("s"), dims="unit")
        pm.Normal("later", x, 1.0, dims="unit")
    return model


def log_density(model: pm.Model, values: dict[str, float]) -> float:
    names = [v.name for v in model.value_vars]
    function = model.compile_fn(model.logp(), inputs=model.value_vars, mode=PLAIN)
    return float(function({n: values[n] for n in names}))


def test_its_log_density_moves_as_the_whole_one_does() -> None:
    model = chain()
    evidence = read_evidence(Equations(model), DATA)
    observed, equations = observe(model, evidence, "unit")
    zero = {"a": 0.3, "b": -0.2, "s_log__": 0.1, "later": np.zeros(6)}
    for block in blocks_of(equations, set(DATA)):
        own = submodel(observed, equations, evidence, block)
        assert {v.name for v in own.free_RVs} == set(block.unknowns)
        moved = dict(zero)
        for value in own.value_vars:
            moved[value.name] = zero[value.name] + 0.4
        difference = log_density(own, moved) - log_density(own, zero)
        whole = log_density(observed, moved) - log_density(observed, zero)
        np.testing.assert_allclose(difference, whole, rtol=1e-10)
        kept = evidence_of(Equations(own), evidence)
        assert set(kept.columns) == set(DATA)  # seen here, or held
