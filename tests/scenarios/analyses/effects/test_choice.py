"""Which models a table is given."""

import numpy as np
import pytest

from ifonly.inference.errors import QueryError
from ifonly.scenarios.analyses.effects.analysis import effects

from .small import table


def test_counts_have_lines_alone() -> None:
    rows = table().assign(y=np.random.default_rng(0).poisson(2.0, 400))
    for model in ("splines", "process"):
        with pytest.raises(QueryError, match=f"'{model}' has outcomes that are normal or binary"):
            effects(rows, treatment="t", outcome="y", model=model, family="poisson")
