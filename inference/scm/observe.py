"""A model conditioned on evidence, by ``pm.observe``."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytensor

from .equations import Equations, with_units
from .evidence import Evidence
from .representation import starts_of, with_starts

__all__ = ["observe"]


def observe(model: pm.Model, evidence: Evidence, unit: str) -> tuple[pm.Model, Equations]:
    """Return the model with the evidence's units and its mechanisms observed, by ``pm.observe``.

    A mechanism of which some values are missing stays free.

    Parameters
    ----------
    model : pm.Model
    evidence : Evidence
    unit : str
        Name of the unit dimension.
    """
    data_names = {d.name for d in model.data_vars}
    given = {n: v for n, v in evidence.columns.items() if n in data_names}
    left = data_names | set(evidence.missing)
    seen = {n: v for n, v in evidence.columns.items() if n not in left}
    sized = with_units(model, evidence.labels, given, unit)
    # Shared variables, not constants: what is compiled then serves other data as well. Nobody
    # changes the evidence's own arrays, so that none is copied.
    shared = {
        n: pytensor.shared(
            np.asarray(v, sized[n].dtype), name=n, shape=sized[n].type.shape, borrow=True
        )
        for n, v in seen.items()
    }
    observed = with_starts(pm.observe(sized, shared), starts_of(model))
    return observed, Equations(observed, unit)
