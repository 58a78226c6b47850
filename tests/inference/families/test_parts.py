"""One family inside another: what is read of it."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import structural_form
from ifonly.inference.families.parts import columns, cut, joined, parts, split

from .one_family import (
    numbers,
)


def part(rv, coupling=None):
    return next(p for p in parts(rv) if coupling in (None, p.form.coupling))


def test_a_part_for_each_coupling_the_default_first():
    found = parts(pm.Binomial.dist(3, 0.2))
    assert found[0].form.coupling == "monotone"
    assert {p.form.coupling for p in found} == {"monotone", "process", "independent"}
    assert {p.arity for p in found} == {2}
    with pytest.raises(ModelError, match="Flat, of which it is made, has none"):
        parts(pm.Flat.dist())


def test_what_a_part_is():
    normal, poisson = part(pm.Normal.dist(0.0, 1.0)), part(pm.Poisson.dist(1.0), "process")
    assert (normal.discrete, normal.simple, normal.direct) == (False, True, True)
    assert (poisson.discrete, poisson.simple) == (True, False)
    assert part(pm.Poisson.dist(1.0), "monotone").simple
    assert not part(pm.Dirichlet.dist([1.0, 1.0])).simple  # its noise is several numbers
    assert not part(pm.KroneckerNormal.dist(np.zeros(1), [np.eye(1), np.eye(1)], sigma=1.0)).direct


@pytest.mark.parametrize(
    ("rv", "value", "parameters", "law"),
    [
        (pm.Normal.dist(pt.scalar(), pt.scalar()), 0.7, (2.0, 3.0), stats.norm(2.0, 3.0)),
        (pm.Poisson.dist(pt.scalar()), 4, (3.0,), stats.poisson(3.0)),
        (pm.Geometric.dist(pt.scalar()), 4, (0.3,), stats.geom(0.3)),
    ],
    ids=["Normal", "Poisson", "Geometric"],
)
def test_its_log_density_at_other_parameters(rv, value, parameters, law):
    made = part(rv)
    there = [pt.constant(p) for p in np.array(parameters)]
    found = made.log_probability(pt.constant(np.array(value)), there)
    expected = law.logpmf(value) if made.discrete else law.logpdf(value)
    np.testing.assert_allclose(numbers(found), expected, rtol=1e-12)


def test_parameters_are_split_among_the_parts():
    one, two = part(pm.Normal.dist(0.0, 1.0)), part(pm.Poisson.dist(1.0))
    first, rest = split(tuple("wabc"), 1, [one, two])
    assert first == ("w",)
    assert rest == [("a", "b"), ("c",)]


def test_noise_is_cut_and_joined():
    noise = pt.constant(np.arange(12.0).reshape(2, 6))
    sizes = (None, 3, None, 1)
    pieces = cut(noise, sizes)
    assert [numbers(p).shape for p in pieces] == [(2,), (2, 3), (2,), (2, 1)]
    np.testing.assert_array_equal(numbers(joined(pieces, sizes)), noise.data)


def test_how_many_columns_noise_has():
    assert columns(structural_form.of(pm.Normal.dist(0.0, 1.0))) is None
    assert columns(structural_form.of(pm.Poisson.dist(1.0), "process")) == 3
    assert columns(structural_form.of(pm.NegativeBinomial.dist(n=2.0, p=0.5), "process")) == 5
