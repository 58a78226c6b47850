"""The truth of the linear walkthrough: parameters, queries, and what the reference prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ifonly.inference import ATE, Counterfactual, PotentialOutcome, scale, set_to

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FIRST_FIVE",
    "FIVEFOLD",
    "PARAMETERS",
    "PUBLISHED_MEANS",
    "QUERIES",
    "ROLES",
    "WHAT_IFS",
    "ZERO",
    "published",
]

PARAMETERS = {
    "beta_y0": 0.0,
    "beta_ay": 1.5,
    "beta_by": 0.7,
    "beta_cy": 0.3,
    "sigma_y": 0.2,
}
ROLES = {"a": "cause", "b": "treatment", "c": "cause", "y": "outcome"}
ZERO, FIVEFOLD = {"b": set_to(0.0)}, {"b": scale(5.0)}
WHAT_IFS = {"b = 0": ZERO, "b = 5 x observed": FIVEFOLD}
QUERIES = {
    "unit by unit, b = 0": Counterfactual("y", do=ZERO),
    "unit by unit, b = 5 x observed": Counterfactual("y", do=FIVEFOLD),
    "mean of each unit, b = 0": PotentialOutcome("y_mu", do=ZERO),
    "mean of each unit, b = 5 x observed": PotentialOutcome("y_mu", do=FIVEFOLD),
    "average effect of b = 0": ATE("y", do=ZERO),
    "average effect of b = 5 x observed": ATE("y", do=FIVEFOLD),
}
# The first five of the reference's hundred units; the other 95 were never published.
FIRST_FIVE = {
    "a": [0.168609, -0.654816, 0.330262, -0.919746, -0.527499],
    "b": [0.965789, 0.045357, 0.955123, -0.629055, 0.046205],
    "c": [-1.583881, -1.119634, -0.115252, 1.350298, -0.387889],
    "y": [0.615137, -1.397617, 0.939636, -1.482930, -1.003153],
}
# The reference's posterior means of y_mu for these units, from its own hundred.
PUBLISHED_MEANS = {
    "b = 0": [-0.257788, -1.374868, 0.473174, -0.973051, -0.938561],
    "b = 5 x observed": [3.090282, -1.217631, 3.784268, -3.153777, -0.778383],
}


def published() -> pd.DataFrame:
    """Return the five units that the reference prints, out of its hundred.

    Returns
    -------
    pandas.DataFrame
        Columns a, b, c and y, to six decimals.

    Examples
    --------
    >>> published().shape
    (5, 4)
    """
    import pandas as pd

    return pd.DataFrame(FIRST_FIVE)
