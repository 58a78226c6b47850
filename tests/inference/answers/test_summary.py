"""An answer as a table in ArviZ' form."""

import arviz as az
import numpy as np
import pandas as pd
import pytest

from ifonly.inference import QueryError, plot, summary, to_datatree

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


DAYS = ["2024-01-01", "2024-01-02"]


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (pd.DatetimeIndex(DAYS), DAYS),
        (pd.DatetimeIndex(DAYS, tz="Europe/Berlin").astype(object), DAYS),
        (pd.DatetimeIndex(["2024-01-01 09:30"]), ["2024-01-01 09:30:00"]),
        (pd.period_range("2024-01", periods=2, freq="M"), ["2024-01", "2024-02"]),
        (pd.to_timedelta([1, 2], unit="D"), ["1 days", "2 days"]),
    ],
)
@pytest.mark.parametrize("chains", [True, False])
def test_times_are_labels_as_one_reads_them(labels, shown, chains):
    """Numpy's own text of a day has nine digits of a second."""
    found = answer("CATE", chains=chains, when=labels.to_numpy())
    assert list(summary(found).index) == [f"y[{v}]" for v in shown]
    figure = plot(found)
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == shown
    assert list(to_datatree(found)["posterior"]["when"].to_numpy()) == list(labels.to_numpy())
