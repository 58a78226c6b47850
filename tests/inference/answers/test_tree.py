"""Answers as ArviZ has a posterior."""

import arviz as az
import arviz_plots
import matplotlib.pyplot as plt
import numpy as np
import pytest

from ifonly.inference import QueryError, to_datatree

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
