"""What is kept beside the model comes back from a file as it was."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import CATE, Posterior

pytestmark = [
    pytest.mark.usefixtures("quick_compile"),
    pytest.mark.filterwarnings("ignore:this answer comes from"),
]


def plans():
    with pm.Model(coords={"unit": range(1), "tier": ["basic", "pro"]}) as model:
        value = pm.Normal("value", dims="tier")
        plan = pm.Bernoulli("plan", 0.5, dims="unit")
        pm.Normal("y", value[plan], dims="unit")
    return model


@pytest.mark.parametrize(
    "labels",
    [
        range(4),
        pd.date_range("2020", periods=4, freq="D"),
        pd.date_range("2020", periods=4, freq="h", tz="Asia/Tokyo"),
        pd.period_range("2020-01", periods=4, freq="M"),
    ],
)
def test_the_same_groups_after_loading(tmp_path, posterior_by_hand, labels):
    frame = pd.DataFrame(
        {
            "plan": ["pro", "basic", "basic", "pro"],
            "y": 0.0,
            "region": ["n", "s", None, "s"],
            "since": pd.to_datetime(["2020", "2021", "2020", "2021"]),
            "size": pd.Categorical(["L", "S", "L", "S"], ["S", "L"], ordered=True),
            "mixed": [1, "one", 2.5, None],
        },
        index=labels,
    )
    draws = {"value": np.arange(12.0).reshape(2, 3, 2)}
    posterior = posterior_by_hand(plans(), frame, draws)
    posterior.save(tmp_path / "p.nc")
    again = Posterior.load(tmp_path / "p.nc", plans())
    assert list(again.state.evidence.labels) == list(posterior.state.evidence.labels)
    before, after = posterior.state.evidence, again.state.evidence
    for name, values in before.beside.items():
        back = pd.Series(after.beside[name]).astype(pd.Series(values).dtype)
        pd.testing.assert_series_equal(back, pd.Series(values))
    for by in ("region", "since", "size", "plan"):
        query = CATE("y", do={"plan": "pro"}, by=by)
        one, two = posterior.ask(query), again.ask(query)
        assert list(pd.Index(one[by])) == list(pd.Index(two[by]))
        np.testing.assert_array_equal(one, two)
    assert one["plan"].to_numpy().tolist() == ["basic", "pro"]
    assert posterior.ask(CATE("y", do={"plan": "pro"}, by="size"))["size"].to_numpy().tolist() == [
        "S",
        "L",
    ]
