"""The rehearsal: whether a posterior will answer a query, known before anything is sampled."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pymc as pm

from ..engine.state import State
from ..errors import ModelError
from ..queries.answer import check
from ..queries.base import Query
from ..scm.equations import Equations
from ..scm.evidence import Data, Evidence
from ..scm.observe import observe
from ..scm.structural import checked_coupling
from ..scm.written import as_written

__all__ = ["check_unknowns", "rehearse", "rehearsed"]


def rehearse(
    model: pm.Model,
    data: Data | None,
    query: Query,
    *,
    backend: str | None = None,
    coupling: Mapping[str, str] | None = None,
    unit: str = "unit",
) -> None:
    """Return nothing if the posterior of `model` given `data` could answer `query`.

    Sampling can take hours, and a query that does not fit need not wait for it. What depends on the
    draws themselves is found when the query is asked: whether a ratio of means or of odds is
    defined, which units have a propensity within margins or comply, whether a count that
    stands for yes and no is 0 or 1, whether a policy or `replace_by` draws values outside the
    support, and whether a mean is finite.

    Parameters
    ----------
    model : pm.Model
        Left as it is.
    data : pandas.DataFrame, xarray.Dataset or mapping
        As for `condition`.
    query : Query
        The question.
    backend : {"numba", "jax"}, optional
        What computes it; by default what is quickest for the size.
    coupling : mapping of str to str, optional
        As for `condition`.
    unit : str
        Name of the unit dimension.

    Raises
    ------
    DataError
        If the data do not fit the model.
    QueryError
        If the query does not fit the model or the evidence.
    ModelError
        If a mechanism it needs has no structural form, or does not run on `backend`, or nothing is
        left to infer.

    Examples
    --------
    >>> import pymc as pm
    >>> from ifonly.inference import ATE
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     effect = pm.Normal("effect")
    ...     t = pm.Bernoulli("t", 0.5, dims="unit")
    ...     y = pm.Normal("y", effect * t, 1, dims="unit")
    >>> data = {"t": [0, 1], "y": [0.3, 1.2]}
    >>> rehearse(model, data, ATE("y", do={"t": 1}))
    >>> rehearse(model, data, ATE("y", do={"t": 2}))
    Traceback (most recent call last):
        ...
    ifonly.inference.errors.QueryError: the intervention on 't' gives values outside the support...
    """
    written = as_written(model, unit, data)
    evidence = written.evidence(data, allow_missing=True)
    coupled = checked_coupling(written.model, coupling)
    _, observed = observe(written.model, evidence, written.unit)
    check_unknowns(observed.model)
    check(rehearsed(observed, evidence, coupled), query, backend)


def rehearsed(observed: Equations, evidence: Evidence, coupling: Mapping[str, str]) -> State:
    """Return a state as a posterior has it, with numbers of the right shape for draws.

    Parameters
    ----------
    observed : Equations
        Of the model with the evidence's units.
    evidence : Evidence
    coupling : mapping of str to str

    Returns
    -------
    State
    """
    shapes = observed.model.eval_rv_shapes()
    free = [v.name for v in observed.model.free_RVs]
    drawn = MappingProxyType({n: np.zeros((1, *shapes[n])) for n in free})
    return State.of(observed, evidence, drawn, chains=(1, 1), coupling=dict(coupling))


def check_unknowns(observed: pm.Model) -> None:
    """Raise a `ModelError` unless something is left to infer."""
    if not observed.free_RVs:
        raise ModelError(
            "the model has no parameter and no latent to infer; use World.from_evidence"
        )
