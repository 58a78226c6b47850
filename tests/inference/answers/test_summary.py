"""An answer as a table in ArviZ' form."""

import arviz as az
import numpy as np
import pandas as pd
import pytest

from ifonly.inference import QueryError, summary, to_datatree

from .answers import answer


def test_it_is_what_arviz_says():
    found = summary(answer("CATE", region=["n", "s"]), ci_prob=0.8, round_to="none")
    expected = az.summary(
        to_datatree(answer("CATE", region=["n", "s"])), ci_prob=0.8, round_to="none"
    )
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected))
    assert {"mean", "sd", "eti80_lb", "eti80_ub", "ess_bulk", "r_hat", "mcse_mean"} <= set(found)
    tag = f"eti{az.rcParams['stats.ci_prob'] * 100:.0f}_lb"
    assert tag in summary(answer())


def test_of_a_world_and_of_a_summary():
    world = answer("CATE", chains=False, region=["n", "s"])
    table = summary(world)
    assert list(table.index) == ["y[n]", "y[s]"]
    np.testing.assert_array_equal(table["value"], world)
    assert summary(answer(chains=False)).loc["y", "value"] == float(answer(chains=False))
    short = answer("ITE", chains=False, statistic=["mean", "sd"], unit=["a", "b"])
    found = summary(short, ci_prob=0.95)
    mean, sd = short.to_numpy()
    np.testing.assert_allclose(found["eti95_lb"], mean - 1.959963985 * sd, rtol=1e-8)
    assert list(found.index) == ["y[a]", "y[b]"]


def test_a_wrong_probability():
    with pytest.raises(QueryError, match="ci_prob is a probability between 0 and 1"):
        summary(answer(), ci_prob=90)
