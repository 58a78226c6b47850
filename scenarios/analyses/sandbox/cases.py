"""Cases for the arena, drawn from a sandbox: tables whose effect on each unit is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ifonly.inference.errors import DataError
from ifonly.inference.estimators import Roles
from ifonly.inference.generators.knobs import Sandbox, outcome_of
from ifonly.inference.generators.knobs.effect import Means
from ifonly.inference.generators.knobs.overlap import Propensity
from ifonly.inference.validation.arena import Case

from .analysis import Analysis

__all__ = ["SandboxCases", "cases_of", "digest_of", "found_modifier", "power"]


@dataclass(frozen=True, eq=False)
class SandboxCases:
    """Cases that are rows of one sandbox, each time others.

    Attributes
    ----------
    name : str
    sandbox : Sandbox
    units : int
        Of each case.
    latent : bool
        Whether the estimators are given U, which nobody sees in the real table: the oracle.
    """

    name: str
    sandbox: Sandbox
    units: int
    latent: bool = False

    @classmethod
    def of(cls, name: str, analysis: Analysis, units: int, *, latent: bool = False) -> SandboxCases:
        """Return the cases of an analysis.

        Parameters
        ----------
        name : str
        analysis : Analysis
        units : int
        latent : bool
        """
        return cls(name, analysis.sandbox, units, latent)

    @property
    def roles(self) -> Roles:
        """All covariates are held; and U where it is given."""
        held = [str(n) for n in self.sandbox.covariates if self._whole(n)]
        return Roles(
            self.sandbox.treatment, self.sandbox.outcome, (*held, *(["u"] if self.latent else []))
        )

    @property
    def about(self) -> dict[str, Any]:
        """Name, units, roles and what the sandbox is made of, as a digest."""
        made = self.sandbox
        return {
            "cases": self.name,
            "units": self.units,
            "treatment": made.treatment,
            "outcome": made.outcome,
            "covariates": list(self.roles.adjust),
            "law": made.law.kind,
            "sandbox": digest_of(made),
        }

    def case(self, replication: int, seed: int) -> Case:
        """Return fresh rows with the true effect of each.

        Parameters
        ----------
        replication : int
        seed : int
        """
        drawn = self.sandbox.draw(self.units, seed)
        data = drawn.rows[[n for n in drawn.rows if self._whole(n)]]
        if self.latent:
            data = data.assign(u=drawn.truth["u"])
        return Case(data, drawn.truth["tau"].to_numpy())

    def _whole(self, name: Any) -> bool:
        """Return whether a column misses no value: estimators take no gaps."""
        covariates = self.sandbox.covariates
        return name not in covariates or not bool(covariates[name].isna().any())


def digest_of(made: Sandbox) -> str:
    """Return a digest of propensity, means and loadings of a sandbox's units.

    Parameters
    ----------
    made : Sandbox
    """
    held = (made.propensity.values, made.means.untreated, made.means.treated, *made.loadings)
    return hashlib.sha256(b"".join(np.ascontiguousarray(v).tobytes() for v in held)).hexdigest()


def cases_of(name: str, arguments: Mapping[str, Any], units: int) -> SandboxCases:
    """Return the cases of the sandbox that a scenario's model is made of.

    Parameters
    ----------
    name : str
    arguments : mapping of str to object
        Those of `ifonly.models.sandbox.sandbox`.
    units : int

    Returns
    -------
    SandboxCases
    """
    a = arguments
    law, threshold = outcome_of(a["law"], a["scale"]), np.asarray(a["threshold"])
    low, high = (np.asarray(m) for m in a["means"])
    first, second = (np.asarray(v) for v in a["loadings"])
    kappa = (
        law.confounding(low, threshold, first, a["strength"]),
        law.confounding(high, threshold, second, a["strength"]),
    )
    made = Sandbox(
        pd.DataFrame(a["columns"]),
        Propensity(ndtr(threshold)),
        Means(low, high, np.zeros_like(low)),
        kappa,
        (first, second),
        law,
        a["strength"],
        a["treatment"],
        a["outcome"],
    )
    return SandboxCases(name, made, units)


def found_modifier(data: pd.DataFrame, roles: Roles, modifier: str) -> float:
    """Return the p-value of a modifier: whether the effect varies with this column.

    A linear model with the covariates, the treatment, and its product with the modifier, with
    standard errors that allow for unequal variances.

    Parameters
    ----------
    data : pandas.DataFrame
    roles : Roles
    modifier : str
        A column of numbers.

    Returns
    -------
    float
    """
    import statsmodels.api as sm

    held = pd.get_dummies(data[list(roles.adjust)], drop_first=True).astype(float)
    held = (held - held.mean()) / held.std().replace(0.0, 1.0)
    t = data[roles.treatment].astype(float)
    by = data[modifier].astype(float)
    product = t * (by - by.mean()) / by.std()
    design = sm.add_constant(held.assign(treatment_=t, product_=product))
    fit = sm.OLS(data[roles.outcome].astype(float), design).fit(cov_type="HC3")
    return float(fit.pvalues["product_"])


def power(
    analysis: Analysis,
    modifier: str,
    sizes: list[int],
    *,
    replications: int = 100,
    level: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Return how often a modifier of the effect is found, by the number of units.

    Parameters
    ----------
    analysis : Analysis
    modifier : str
        A covariate of numbers.
    sizes : list of int
        Numbers of units.
    replications : int
        Tables drawn for each.
    level : float
        Of the test.
    seed : int

    Returns
    -------
    pandas.DataFrame
        Indexed by units. Columns: power, and the ends of its 95% interval (Wilson's).

    Raises
    ------
    DataError
        If the modifier is no covariate of numbers.
    """
    from statsmodels.stats.proportion import proportion_confint

    covariates = analysis.sandbox.covariates
    if modifier not in covariates or not pd.api.types.is_numeric_dtype(covariates[modifier]):
        raise DataError(f"the modifier {modifier!r} is no covariate of numbers; name another")
    rows = []
    for size in sizes:
        cases = SandboxCases.of("power", analysis, size)
        seeds = np.random.SeedSequence(seed).generate_state(replications)
        found = 0
        for k, one in enumerate(seeds):
            case = cases.case(k, int(one))
            found += found_modifier(case.data, cases.roles, modifier) < level
        low, high = proportion_confint(found, replications, method="wilson")
        rows.append((size, found / replications, low, high))
    return pd.DataFrame(rows, columns=["units", "power", "low", "high"]).set_index("units")
