"""What the sections of a scenario share: answers beside truths, asked once, and their wording."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ifonly.inference import Comparison, Posterior, Query, World, compare

from ..display.wording import interval

__all__ = ["Pair", "beside", "between", "pooled", "signed"]

# New units of the true world: enough for three digits of a mean.
MANY_UNITS = 100_000


@dataclass(frozen=True, eq=False)
class Pair:
    """The true world and a posterior about it; the same question is asked of both, once.

    Attributes
    ----------
    world : World
    posterior : Posterior
    """

    world: World
    posterior: Posterior
    _kept: dict[tuple[str, Query], xr.DataArray] = field(default_factory=dict, repr=False)

    def answer(self, query: Query) -> xr.DataArray:
        """Return the posterior's answer."""
        if ("posterior", query) not in self._kept:
            self._kept["posterior", query] = self.posterior.ask(query)
        return self._kept["posterior", query]

    def truth(self, query: Query) -> xr.DataArray:
        """Return the world's answer; of new units, the world draws many more than a posterior."""
        if ("world", query) not in self._kept:
            asked = replace(query, size=MANY_UNITS) if query.units == "new" else query
            self._kept["world", query] = self.world.ask(asked)
        return self._kept["world", query]

    def compare(self, query: Query) -> Comparison:
        """Return the posterior's answer beside the world's."""
        return compare(self.answer(query), self.truth(query))


def beside(comparison: Comparison, name: str) -> pd.DataFrame:
    """Return one row per element: truth, posterior mean, 90 % interval and whether it covers.

    Parameters
    ----------
    comparison : Comparison
        With at most one dimension.
    name : str
        Heading of the first column, which holds the coordinate.

    Returns
    -------
    pandas.DataFrame
    """
    table = comparison.table
    return pd.DataFrame(
        {
            name: table.index.to_numpy(),
            "truth": table["truth"].to_numpy(),
            "posterior mean": table["mean"].to_numpy(),
            "90% interval": [between(row) for row in table.itertuples()],
            "covered": table["covered"].to_numpy(),
        }
    )


def between(row: Any) -> str:
    """Return the interval of one row of a comparison's table as text."""
    return interval(row.low, row.high)


def pooled(values: xr.DataArray) -> NDArray[np.float64]:
    """Return all draws of all units as one sample."""
    return values.to_numpy().ravel()


def signed(value: float) -> str:
    """Return a number with its sign, to two digits.

    Examples
    --------
    >>> signed(0.5), signed(-0.25)
    ('+0.50', '-0.25')
    """
    return f"{value:+.2f}"
