"""What answers owe to the coupling: side by side, and each what it is alone."""

import json

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ITE, NIE, PNS, QueryError, World, across_couplings, compare

ARMS = {"do": {"t": 1}, "versus": {"t": 0}}


def make_model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        gain = pm.Normal("gain")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        m = pm.Poisson("m", 1.0 + t, dims="unit")
        pm.Bernoulli("y", logit_p=-1.0 + gain * m, dims="unit")
        pm.Normal("w", m, 1.0, dims="unit")
        pm.Normal("plain", t, 1.0, dims="unit")
    return model


@pytest.fixture(scope="module")
def simulated(quickly):
    with quickly():
        return World.simulate(make_model(), {"gain": 0.5}, units=300, seed=2)


@pytest.fixture(scope="module")
def known(quickly, simulated):
    with quickly():
        return World.from_evidence(make_model(), {"gain": 0.5}, simulated.data, seed=3)


@pytest.fixture(scope="module")
def posterior(simulated, posterior_by_hand):
    return posterior_by_hand(make_model(), simulated.data, {"gain": np.full((2, 3), 0.5)})


@pytest.mark.usefixtures("quick_compile")
def test_every_coupling_on_which_the_answer_depends(posterior, known):
    for who, lead in ((posterior, ("chain", "draw")), (known, ())):
        query = PNS("y", **ARMS)
        answer = across_couplings(who, query)
        assert answer.dims == ("coupling", *lead)
        assert answer["coupling"].to_numpy().tolist() == ["process", "monotone", "independent"]
        stated = json.loads(answer.attrs["coupling"])
        assert stated["independent"] == {"m": "independent", "y": "independent"}
        assert stated["process"] == {"m": "process", "y": "monotone"}
        for name in stated:
            alone = who.ask(PNS("y", **ARMS, coupling=stated[name]))
            np.testing.assert_array_equal(answer.sel(coupling=name, drop=True), alone)
        assert answer.attrs["estimand"] == who.ask(query).attrs["estimand"]
        means = answer.mean(lead).to_numpy()
        assert means[2] - means[1] > 0.05, "independent outcomes differ more often"
    assert compare(across_couplings(posterior, query), answer).table.shape[0] == 3


@pytest.mark.usefixtures("quick_compile")
def test_chosen_couplings(posterior):
    query = PNS("y", **ARMS, coupling={"y": "independent"})
    answer = across_couplings(posterior, query, ["monotone", {"m": "independent"}])
    assert answer["coupling"].to_numpy().tolist() == ["monotone", "m: independent"]
    stated = json.loads(answer.attrs["coupling"])
    assert stated["monotone"] == {"m": "monotone", "y": "monotone"}
    assert stated["m: independent"] == {"m": "independent", "y": "independent"}


@pytest.mark.usefixtures("quick_compile")
def test_discrete_mediators_and_ladders(posterior):
    answer = across_couplings(posterior, NIE("w", do={"t": [0, 1]}, versus={"t": 0}, mediators="m"))
    assert answer.dims == ("coupling", "chain", "draw", "dose")
    assert set(answer["coupling"].to_numpy()) == {"process", "monotone", "independent"}
    assert (answer.isel(dose=0) == 0).all()
    # The mean of m is 1 more for everybody, under whatever coupling; 300 units.
    assert (abs(answer.isel(dose=1) - 1.0) < 4.5 * np.sqrt(3 / 300)).all()
    spread = across_couplings(posterior, ITE("m", **ARMS))
    assert (spread.sel(coupling="process") >= 0).all()
    assert (spread.sel(coupling="independent") < 0).any()


@pytest.mark.usefixtures("quick_compile")
def test_an_answer_that_depends_on_no_coupling(posterior):
    answer = across_couplings(posterior, ATE("plain", **ARMS))
    assert answer["coupling"].to_numpy().tolist() == ["any"]
    np.testing.assert_allclose(answer, 1.0, rtol=1e-12)


@pytest.mark.usefixtures("quick_compile")
def test_mistakes_get_one_line(posterior, simulated):
    query = PNS("y", **ARMS)
    cases = [
        (lambda: across_couplings(posterior, "PNS"), "takes a query"),
        (
            lambda: across_couplings(posterior, query, "monotone"),
            r"sequence such as \['monotone'\]",
        ),
        (lambda: across_couplings(posterior, query, []), "sequence such as"),
        (lambda: across_couplings(posterior, query, ["copula"]), "'copula'; there is process"),
        (lambda: across_couplings(simulated, query), "simulated with another coupling"),
    ]
    for make, message in cases:
        with pytest.raises(QueryError, match=message) as caught:
            make()
        assert "\n" not in str(caught.value)
