"""What is observed of other rows than the units: conditioned on, and not asked about."""

import logging

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import ATE, ITE, QueryError, World, condition, rehearse, shift
from ifonly.inference.scm.apart import is_apart, units_among
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.observe import observe
from ifonly.inference.scm.written import as_written

DRUG, PLACEBO = np.array([1.0, 2.5, 0.5, 1.5]), np.array([0.0, -1.0, 0.4])


def two_groups(dims: bool = False) -> pm.Model:
    """Return Kruschke's two groups (2013, doi:10.1037/a0029146), of different sizes."""
    with pm.Model(coords={"on": range(4), "off": range(3)}) as model:
        mean = pm.Normal("mean", 0.0, 2.0, shape=2)
        pm.Normal("drug", mean[0], 1.0, observed=DRUG, dims="on" if dims else None)
        pm.Normal("placebo", mean[1], 1.0, observed=PLACEBO, dims="off" if dims else None)
        pm.Deterministic("difference", mean[0] - mean[1])
    return model


@pytest.mark.parametrize(
    ("unit", "dims", "mechanism"),
    [("unit", False, "drug"), ("placebo", False, "placebo"), ("off", True, "placebo")],
)
@pytest.mark.usefixtures("quick_compile")
def test_groups_of_different_sizes(unit: str, dims: bool, mechanism: str) -> None:
    written = as_written(two_groups(dims), unit)
    assert written.equations.mechanisms == (mechanism,)
    observed, _ = observe(written.model, written.evidence(None), written.unit)
    point = {"mean": np.array([0.7, -0.4])}
    expected = (
        stats.norm(0, 2).logpdf(point["mean"]).sum()
        + stats.norm(0.7).logpdf(DRUG).sum()
        + stats.norm(-0.4).logpdf(PLACEBO).sum()
    )
    # PyTensor holds the prior's 2.0 in 32 bits, whose logarithm is right to 8 digits.
    assert observed.compile_logp()(point) == pytest.approx(expected, rel=1e-8)


def test_the_units_are_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "ifonly"):
        rehearse(two_groups(), None, ATE("drug", do={"mean": shift(1.0)}))
    assert "the units are the rows of 'drug'; 'placebo' has others" in caplog.text
    assert units_among({"a": 3, "b": None}, told=[]) == 3
    with pytest.raises(QueryError, match=r"other rows than the 4 units; .*unit='placebo'"):
        rehearse(two_groups(), None, ATE("placebo", do={"mean": shift(1.0)}))


@pytest.mark.usefixtures("quick_compile")
def test_a_value_of_each_group_is_read_and_acted_on() -> None:
    """Uranium of a county is observed once a county, and acts on each house (Gelman, 2006)."""
    with pm.Model(coords={"county": range(2), "house": range(3)}) as model:
        slope = pm.Normal("slope")
        uranium = pm.Normal("uranium", pm.Normal("level"), 1.0, observed=[0.5, 2.0], dims="county")
        pm.Normal("radon", slope * uranium[[0, 1, 1]], 1.0, observed=[0.0, 1.0, 2.0], dims="house")
    written = as_written(model, "house")
    equations = Equations(written.model, "house")
    assert is_apart(equations, "uranium")
    assert not is_apart(equations, "radon")
    world = World.from_evidence(model, {"slope": 3.0, "level": 0.0}, unit="house")
    found = world.ask(ITE("radon", do={"uranium": shift(np.array([1.0, 0.0]))}))
    np.testing.assert_allclose(found, [3.0, 0.0, 0.0], atol=1e-12)


def test_a_published_number_beside_units(tmp_path) -> None:
    """A mean of 1 with a variance of 1/4, published, and four units: 4 + 4 + 1 in precision."""
    with pm.Model() as model:
        mean = pm.Normal("mean", 0, 1)
        pm.Normal("earlier", mean, 0.5, observed=1.0)
        pm.Normal("y", mean, 1.0, observed=DRUG)
    posterior = condition(model, draws=1000, tune=500, chains=4, seed=1, progress=False)
    found = posterior.idata["posterior"]["mean"]
    expected, sd = (4.0 * 1.0 + DRUG.sum()) / 9.0, 1 / 3
    assert float(found.mean()) == pytest.approx(expected, abs=5 * sd / np.sqrt(1000))
    assert float(found.std()) == pytest.approx(sd, rel=0.15)
    posterior.save(tmp_path / "kept.nc")
    again = type(posterior).load(tmp_path / "kept.nc", model=model)
    query = ATE("y", do={"mean": shift(1.0)})
    np.testing.assert_allclose(again.ask(query), 1.0)
