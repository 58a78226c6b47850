"""A fingerprint covers all of a model that can change an answer, and nothing else."""

import json

import numpy as np
import pymc as pm
import pytensor
import pytest
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from ifonly.inference import DataError, Posterior
from ifonly.inference.posterior.identity import difference, fingerprint, weakness
from ifonly.inference.scm.equations import Equations

SCALE = 1.0


class Own(Op):
    """A user's own operation, which says nothing of itself."""

    def __init__(self, factor):
        self.factor = factor

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0] * self.factor


def _model(**changed):
    """A model with one of each thing that a number can hide in."""
    of = {
        "array": (1.0, 2.0),
        "data": (0.0, 1.0),
        "shared": 3.0,
        "named": 4.0,
        "potential": 5.0,
        "density": 6.0,
        "made": 7.0,
        "component": 8.0,
        "own": 9.0,
        "bound": 10.0,
        "groups": ("a", "b"),
        "units": 1,
    } | changed
    density, own = of["density"], of["own"]

    with pm.Model(coords={"unit": range(of["units"]), "group": of["groups"]}) as model:
        centre = pm.Data("centre", np.array(of["data"]), dims="group")
        level = pm.Normal("level", centre, 1.0, dims="group")
        pm.CustomDist("prior", logp=lambda value: -density * value**2)
        pm.CustomDist("made", dist=lambda size: pm.Normal.dist(of["made"], 1.0, size=size))
        pm.NormalMixture("mixed", [0.5, 0.5], [0.0, of["component"]], [1.0, 1.0])
        pm.Uniform("bound", 0.0, of["bound"])
        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        twice = pm.Deterministic("twice", of["named"] * x, dims="unit")
        shift = (level * np.array(of["array"])).sum() + pytensor.shared(of["shared"], name="s")
        pm.Normal("y", twice + Own(own)(x) + shift, 1.0, dims="unit")
        pm.Potential("p", -of["potential"] * level.sum() ** 2)
    return model


CHANGES = {
    "array": (1.0, 2.5),
    "data": (0.0, 1.5),
    "shared": 3.5,
    "named": 4.5,
    "potential": 5.5,
    "density": 6.5,
    "made": 7.5,
    "component": 8.5,
    "own": 9.5,
    "bound": 10.5,
    "groups": ("b", "a"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_number_that_changes_answers_is_noticed(what):
    then = json.loads(json.dumps(fingerprint(Equations(_model()))))
    assert difference(fingerprint(Equations(_model())), then) == ""
    assert difference(fingerprint(Equations(_model(units=7))), then) == "", (
        "units are no part of it"
    )
    assert difference(fingerprint(Equations(_model(**{what: CHANGES[what]}))), then)


def test_a_function_that_reads_another_constant_is_another(monkeypatch):
    def density(value):
        return -SCALE * value**2

    def build():
        with pm.Model(coords={"unit": range(1)}) as model:
            pm.CustomDist("prior", logp=density)
            pm.Normal("y", dims="unit")
        return model

    then = fingerprint(Equations(build()))
    assert difference(fingerprint(Equations(build())), then) == ""
    monkeypatch.setitem(globals(), "SCALE", 2.0)
    assert "other numbers or functions" in difference(fingerprint(Equations(build())), then)


def test_unit_data_that_the_evidence_holds_do_not_count():
    def build(values):
        with pm.Model(coords={"unit": range(2)}) as model:
            pm.Normal("y", pm.Data("z", values, dims="unit"), 1.0, dims="unit")
        return model

    one, two = build([1.0, 2.0]), build([1.0, 3.0])
    assert difference(fingerprint(Equations(one)), fingerprint(Equations(two)))
    same = (fingerprint(Equations(m), given={"z"}) for m in (one, two))
    assert difference(*same) == ""


def test_versions_that_print_otherwise_weaken_the_check_and_say_so():
    now = fingerprint(Equations(_model()))
    then = fingerprint(Equations(_model(shared=3.5))) | {"made_with": "Python 3.1, PyMC 5"}
    assert difference(now, then) == ""
    assert "equations could not be" in weakness(now, then)
    assert difference(now, then | {"data": {"centre": "other"}}), "data mean the same everywhere"


def test_a_file_of_an_earlier_version_loads_and_says_how_it_was_checked(
    posterior_by_hand, tmp_path, quick_compile
):
    def build(slope=2.0, array=(1.0, 2.0)):
        with pm.Model(coords={"unit": range(1)}) as model:
            gain = pm.Normal("gain")
            pm.Normal("y", slope * gain * np.array(array).sum(), 1.0, dims="unit")
        return model

    posterior = posterior_by_hand(build(), {"y": np.zeros(2)}, {"gain": np.zeros((1, 2))})
    saved = json.loads(posterior.idata.attrs["fingerprint"])
    first = {n: saved[n] for n in ("variables", "equations", "pytensor")}
    posterior.idata.attrs["fingerprint"] = json.dumps(first)
    path = tmp_path / "p.nc"
    posterior.save(path)
    with pytest.warns(UserWarning, match="earlier version, whose weaker check was used"):
        Posterior.load(path, build())
    with pytest.raises(DataError, match="other equations"):
        Posterior.load(path, build(slope=3.0))
