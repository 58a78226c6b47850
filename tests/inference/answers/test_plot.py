"""One call from an answer to its figure; the kind is the one that its dimensions ask for."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import QueryError, plot
from ifonly.inference.answers.plot import kind_of

from .answers import answer

UNITS = list(range(30))
KINDS = {
    "number": answer(),
    "a world's number": answer(chains=False),
    "groups": answer("CATE", region=["n", "s", "e"]),
    "groups of two": answer("CATE", region=["n", "s"], sex=["f", "m"]),
    "doses": answer("ATE", dose=[0.0, 1.0, 2.0]),
    "doses of groups": answer("CATE", dose=[0.0, 1.0, 2.0], region=["n", "s"]),
    "quantiles": answer("QTE", q=[0.1, 0.5, 0.9]),
    "couplings": answer("PNS", coupling=["monotone", "independent"]),
    "units": answer("ITE", unit=UNITS),
    "many units": answer("ITE", unit=range(500)),
    "units of a summary": answer("ITE", chains=False, statistic=["mean", "sd"], unit=UNITS),
    "a world": answer("Counterfactual", unit=UNITS),
    "worlds": answer("PotentialOutcome", dose=["as it was", "t = 1"], unit=UNITS),
    "ratio": answer("RiskRatio"),
}


def test_the_kind_goes_by_the_dimensions():
    assert {n: kind_of(a) for n, a in KINDS.items()} == {
        "number": "number",
        "a world's number": "number",
        "groups": "forest",
        "groups of two": "forest",
        "doses": "bands",
        "doses of groups": "bands",
        "quantiles": "bands",
        "couplings": "forest",
        "units": "units",
        "many units": "units",
        "units of a summary": "units",
        "a world": "worlds",
        "worlds": "worlds",
        "ratio": "number",
    }


@pytest.mark.parametrize("case", KINDS)
def test_each_is_drawn_and_labelled(case, tmp_path):
    made = KINDS[case]
    figure = plot(made, measure="kg", ci_prob=0.8)
    figure.savefig(tmp_path / "f.png")
    words = " ".join(f"{a.get_xlabel()} {a.get_ylabel()}" for a in figure.axes)
    assert ("y (kg)" in words) == (case not in ("couplings", "ratio"))
    assert figure.get_suptitle().startswith("mean over all units")
    told = " ".join(t.get_text() for legend in figure.legends for t in legend.get_texts())
    if "world" not in case:
        assert "80% interval" in told
    if case in ("groups", "doses", "units"):
        [line] = [v for a in figure.axes for v in a.lines if v.get_linestyle() == "--"]
        along = line.get_xdata() if case == "groups" else line.get_ydata()
        assert set(along) == {0.0}  # the zero line


def test_what_is_told_of_one_number():
    figure = plot(answer(), ci_prob=0.8)
    draws = answer().to_numpy()
    low, high = np.quantile(draws, [0.1, 0.9])
    told = " ".join(t.get_text() for t in figure.legends[0].get_texts())
    assert f"{low:.4g} to {high:.4g}" in told
    assert f"P(effect > 0) = {(draws > 0).mean():.3g}" in told


def test_bars_are_the_intervals():
    made = KINDS["groups"]
    [ax] = plot(made, ci_prob=0.8).axes
    [bars] = [c for c in ax.collections if len(c.get_segments()) == 3]
    low = np.quantile(made.to_numpy().reshape(400, 3), 0.1, axis=0)
    np.testing.assert_allclose([s[0, 0] for s in bars.get_segments()], low)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["n", "s", "e"]


def test_effects_against_a_covariate():
    age = pd.Series(np.arange(30.0)[::-1], index=UNITS[::-1], name="age")
    [ax] = plot(KINDS["units"], against=age).axes
    assert ax.get_xlabel() == "age"
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), np.arange(30.0))
    sex = np.array(["f", "m"] * 15)
    assert len(plot(KINDS["units"], against=sex).axes) == 1


@pytest.mark.parametrize("against", [np.arange(3.0), pd.date_range("2026-01-01", periods=3)])
def test_a_mean_outside_its_interval_is_drawn_where_it_is(against):
    counts = np.zeros((2, 200, 3))
    counts[0, 0] = [8, 0, 400]  # the interval of each is [0, 0]; the means are 0.02, 0 and 1
    effects = answer("ITE", unit=range(3)).copy(data=counts)
    groups = answer("CATE", group=["a", "b", "c"]).copy(data=counts)
    for made, given, axis in ((effects, against, 1), (groups, None, 0)):
        [ax] = plot(made, against=given).axes
        np.testing.assert_allclose(ax.lines[0].get_data()[axis], [0.02, 0, 1])
        [bars] = [c for c in ax.collections if len(c.get_segments()) == 3]
        np.testing.assert_array_equal([s[:, axis] for s in bars.get_segments()], np.zeros((3, 2)))
        assert (ax.get_ylim() if axis else ax.get_xlim())[1] > 1


def test_truth_beside_it():
    figure = plot(answer(), truth=0.5)
    assert any("truth" in t.get_text() for t in figure.axes[0].get_legend().get_texts())
    for case in ("number", "groups", "doses"):
        figure = plot(KINDS[case], truth=KINDS[case].mean(("chain", "draw")), measure="kg")
        labels = {a.get_xlabel() for a in figure.axes} | {a.get_ylabel() for a in figure.axes}
        assert "average effect on y (kg)" in labels


def test_several_answers():
    rows = plot({"ATE": answer(), "ATT": answer("ATT")})
    assert [t.get_text() for t in rows.axes[0].get_yticklabels()] == ["ATE", "ATT"]
    assert not rows.get_suptitle()  # of the first it would be wrong for the second
    assert len(plot({"a": KINDS["a world"], "b": KINDS["a world"]}).axes) == 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plot(3), "not int"),
        (lambda: plot(answer(), against=[1.0]), "unit by unit"),
        (lambda: plot(KINDS["units"], against=[1.0]), r"shape \(1,\); there are 30"),
        (lambda: plot(answer("ITE", dose=[1, 2], unit=UNITS)), r"answer.isel\(dose=0\)"),
        (lambda: plot({"a": KINDS["doses"], "b": answer()}), "several answers"),
        (lambda: plot({"a": answer()}, truth=1.0), "give one"),
        (lambda: plot(answer(), ci_prob=2), "ci_prob"),
    ],
)
def test_what_is_refused_in_one_line(call, words):
    with pytest.raises(QueryError, match=words):
        call()


def test_a_covariate_is_matched_by_its_labels():
    effects = answer("ITE", unit=[0, 1, 2])
    covariate = xr.DataArray([30.0, 10.0, 20.0], coords={"unit": [2, 0, 1]}, dims="unit")
    for against in (covariate, covariate.to_series()):
        points = plot(effects, against=against).axes[0].lines[0]
        np.testing.assert_array_equal(points.get_xdata(), [10.0, 20.0, 30.0])
    with pytest.raises(QueryError, match=r"against= .* matched by label"):
        plot(effects, against=covariate.assign_coords(unit=[7, 8, 9]))


def test_units_and_groups_that_an_answer_is_not_about_are_left_out():
    units = answer("PN", unit=UNITS)
    units.attrs["by"] = "unit"
    for whole, one in ((units, {"unit": 3}), (answer("CATE", region=["n", "s"]), {"region": 1})):
        part = whole.copy()
        part[{"chain": slice(None), "draw": slice(None), **one}] = np.nan
        assert plot(part).axes
