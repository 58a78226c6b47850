"""Questions of models as their authors wrote them, with draws of the prior for a posterior's.

What an answer is given the draws is algebra; that draws are right is for the tests of methods.
"""

import warnings
from typing import Any

import arviz as az
import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.compile.mode import Mode

from ifonly.inference import Diagnostics, Posterior
from ifonly.inference.scm.observe import observe
from ifonly.inference.scm.written import as_written
from ifonly.inference.symbolic.notes import without_notes

DRAWS = 3


def prior_posterior(model: pm.Model, data: Any = None) -> Posterior:
    """Return a posterior of a model as written, whose draws are those of its prior."""
    written = as_written(model, columns=data)
    evidence = written.evidence(data, allow_missing=True)
    with without_notes():
        observed, equations = observe(written.model, evidence, written.unit)
    free = observed.free_RVs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyMC's notes on drawing from a model with values
        values = pm.draw(free, draws=DRAWS, random_seed=4, mode=Mode("py", None)) if free else []
    draws = {v.name: np.asarray(x)[None] for v, x in zip(free, values, strict=True)}
    for v in free:
        if isinstance(observed.rvs_to_transforms.get(v), pm.distributions.transforms.Ordered):
            draws[v.name] = np.sort(draws[v.name])
    for name, gaps in evidence.gaps.items():  # what is seen is no draw
        draws[name] = np.where(gaps, draws[name], evidence.columns[name])
    posterior = Posterior.assembled(
        written.equations,
        equations,
        az.from_dict({"posterior": draws}),
        evidence,
        seed=5,
        facts={"method": "prior", "sampler": "prior"},
        coupling={},
    )
    vars(posterior)["diagnostics"] = Diagnostics(1.0, 1e4, 1e4, 0, 1.0)
    return posterior


def drawn(posterior: Posterior, name: str) -> NDArray[Any]:
    """Return the draws of a parameter or latent, of shape (draw, ...)."""
    return np.asarray(posterior.idata["posterior"][name])[0]


def asked(posterior: Posterior, query: Any) -> NDArray[Any]:
    """Return an answer, of shape (draw, ...)."""
    return np.asarray(posterior.ask(query))[0]
