"""Answers as ArviZ has a posterior."""

import arviz as az
import arviz_plots
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import QueryError, compare, plot, summary, to_datatree

from .answers import answer


def test_arviz_takes_an_answer_as_it_is():
    tree = to_datatree(answer("CATE", region=["n", "s"]))
    table = az.summary(tree, round_to="none")
    draws = answer("CATE", region=["n", "s"])
    np.testing.assert_allclose(table["mean"], draws.mean(("chain", "draw")))
    assert list(table.index) == ["y[n]", "y[s]"]
    for draw in (arviz_plots.plot_forest, arviz_plots.plot_dist):
        draw(tree, backend="none")
    assert tree["posterior"].attrs["estimand"] == draws.attrs["estimand"]
    np.testing.assert_equal(tree["posterior"]["y"].attrs, draws.attrs)
    plt.close("all")


def test_several_answers_and_the_answer_of_a_world():
    tree = to_datatree({"one": answer(), "known": answer(chains=False)})
    assert tree["posterior"]["one"].sizes == {"chain": 2, "draw": 200}
    assert set(tree["posterior"]) == {"one", "known"}
    world = to_datatree(answer(chains=False))["posterior"]["y"]
    assert world.dims == ("chain", "draw")


def test_what_is_no_answer():
    with pytest.raises(QueryError, match="summary=True"):
        to_datatree(answer(chains=False, statistic=["mean", "sd"]))
    with pytest.raises(QueryError, match="not int"):
        to_datatree(3)
    with pytest.raises(QueryError, match="'a' is no answer but int"):
        to_datatree({"a": 3})


@pytest.mark.parametrize("show", [summary, plot, to_datatree, lambda a: compare(a, 1.0)])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a.astype(str), "not real numbers"),
        (lambda a: a.astype(complex), "holds complex128"),
        (lambda a: a.astype(object), "holds object"),
        (lambda a: a.isel(draw=[]), "is empty"),
        (lambda a: a.isel(draw=0), "chain and draw"),
        (lambda a: a.stack(sample=("chain", "draw")), "chain and draw"),
        (lambda a: a * np.inf, "holds infinity"),
        (lambda a: a * np.nan, "holds NaN alone"),
    ],
)
def test_what_is_no_answer_any_more_is_refused(show, change, words):
    with pytest.raises(QueryError, match=words):
        show(change(answer()))


def test_answers_of_other_kinds_are_taken():
    draws = answer()
    assert float(summary(draws > 0, kind="stats", round_to="none")["mean"].iloc[0]) == float(
        (draws > 0).mean()
    )
    pd.testing.assert_frame_equal(
        pd.DataFrame(summary(draws.chunk())), pd.DataFrame(summary(draws))
    )


def test_an_effect_that_is_the_same_in_all_draws_has_a_summary():
    assert float(summary(xr.zeros_like(answer()))["mean"].iloc[0]) == 0.0
