"""What a page carries of a posterior: levers, what the data hold, units, and no more."""

import json

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import condition
from ifonly.scenarios.pages.contents import contents, page_of


@pytest.fixture(scope="module")
def page():
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a", 0.0, 1.0, dims="unit")
        pm.Normal("y", pm.Normal("slope") * a, 1.0, dims="unit")
    rng = np.random.default_rng(1)
    a = rng.normal(size=30)
    frame = pd.DataFrame(
        {"a": a, "y": 2.0 * a + rng.normal(size=30)}, index=[f"u{k}" for k in range(30)]
    )
    posterior = condition(model, frame, seed=1, draws=200, chains=2, progress=False)
    return frame, contents(page_of(posterior))


def test_a_page_names_its_outcome_and_says_how_far_the_data_reach(page):
    frame, found = page
    assert (found["outcome"], found["count"], found["draws"]) == ("y", 30, 400)
    [lever] = found["levers"]
    assert lever["seen"] == [frame["a"].min(), frame["a"].max()]
    assert sum(lever["histogram"]["counts"]) == 30
    assert found["rules"] == []
    json.dumps(found, allow_nan=False)


def test_units_go_from_the_least_outcome_to_the_greatest(page):
    frame, found = page
    [group] = found["units"]
    labels = [unit["label"] for unit in group["units"]]
    assert labels[0] == frame["y"].idxmin()
    assert labels[-1] == frame["y"].idxmax()
    assert group["units"][0]["values"] == {"a": frame["a"][labels[0]]}
