"""Which form a family has, and which is its default."""

import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import StructuralForm, structural_form


def test_a_registered_custom_family_works():
    custom = pm.CustomDist.dist(
        1.0, logp=lambda value, mu: -((value / 2.0 - mu) ** 2), class_name="Doubled"
    )
    with pytest.raises(ModelError, match=r"log-density.*register"):
        structural_form.of(custom)

    @structural_form.register("Doubled")
    class Doubled(StructuralForm):
        law = "normal"

        def predict(self, noise, *parameters):
            return 2.0 * (parameters[0] + noise)

        def abduct(self, value, *parameters, draws):
            return value / 2.0 - parameters[0]

    form = structural_form.of(custom)
    one, two, value = pt.constant(1.0), pt.constant(2.0), pt.constant(5.0)
    assert form.transport(value, (one,), (two,), value).eval() == 7.0


@pytest.mark.parametrize(
    ("defaults", "said"),
    [
        ((False, False), "of which none is registered as its default"),
        ((True, True), "of which left and right is registered as its default"),
        ((True, lambda rv: True), "of which left and right is registered as its default"),
    ],
)
def test_of_several_couplings_exactly_one_is_the_default(defaults, said):
    registry = _registry(*defaults)
    with pytest.raises(ModelError, match=said):
        registry.of(pm.Moyal.dist(0.0, 1.0))


@pytest.mark.parametrize(
    ("defaults", "first"),
    [
        ((True, False), "left"),
        ((False, True), "right"),
        ((lambda rv: False, lambda rv: True), "right"),
    ],
)
def test_the_default_does_not_depend_on_the_order_of_registration(defaults, first):
    registry = _registry(*defaults)
    assert registry.of(pm.Moyal.dist(0.0, 1.0)).coupling == first
    assert next(iter(registry.couplings(pm.Moyal.dist(0.0, 1.0)))) == first


def _registry(left, right):
    """A registry of two forms of one family."""
    registry = type(structural_form)()

    class Form(StructuralForm):
        def predict(self, noise, *parameters):
            return noise

        def abduct(self, value, *parameters, draws):
            return value

    registry.register(pm.Moyal, default=left)(type("Left", (Form,), {"coupling": "left"}))
    registry.register(pm.Moyal, default=right)(type("Right", (Form,), {"coupling": "right"}))
    return registry
