"""Questions of models as their authors wrote them, with draws of the prior for a posterior's.

What an answer is given the draws is algebra; that draws are right is for the tests of methods.
"""

import warnings
from collections.abc import Callable
from typing import Any

import arviz as az
import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.compile.mode import Mode

from ifonly.inference import Diagnostics, Posterior, condition
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


class Draws(dict[str, NDArray[Any]]):
    """The draws of a posterior by name, each read when it is asked for."""

    def __init__(self, posterior: Posterior) -> None:
        super().__init__()
        self.posterior = posterior

    def __missing__(self, name: str) -> NDArray[Any]:
        return drawn(self.posterior, name)


def conditioned(model: pm.Model, data: Any = None) -> Posterior:
    """Return a posterior by `condition`, of few draws: what an answer is given them is algebra."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of 50 draws one may well say that they have not converged
        few = {"draws": 50, "tune": 100, "chains": 2, "cores": 1}
        return condition(model, data, **few, seed=1, progress=False)


def check_answers(
    make: Callable[[], tuple[pm.Model, Any, list[tuple[Any, Any]]]],
    fit: Callable[[pm.Model, Any], Posterior] = prior_posterior,
) -> None:
    """Hold the answers about a model against what algebra makes of the same draws.

    Parameters
    ----------
    make : callable
        Returns the model, its columns, and pairs of a query and what it is given the draws.
    fit : callable
        Gives the draws.
    """
    model, data, pairs = make()
    posterior = fit(model, data)
    draws = Draws(posterior)
    for query, expected in pairs:
        found = asked(posterior, query)
        wanted = np.broadcast_to(expected(draws), found.shape)
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-8)
