"""What has no form is refused by name, with the reason."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import structural_form

REFUSED = {
    "its cdf has no closed form": lambda: pm.PolyaGamma.dist(1.0, 0.0),
    "no law that sums to one": lambda: pm.Flat.dist(),
    "not a value of each unit": lambda: pm.Wishart.dist(4.0, np.eye(2)),
    "along several axes": lambda: pm.ZeroSumNormal.dist(1.0, n_zerosum_axes=2, shape=(3, 3)),
    "two axes beyond the units": lambda: pm.MatrixNormal.dist(
        np.zeros((2, 2)), rowcov=np.eye(2), colcov=np.eye(2)
    ),
    "write other steps as": lambda: pm.RandomWalk.dist(
        pm.Normal.dist(0.0, 1.0), pm.Laplace.dist(0.0, 1.0), steps=3
    ),
    "write each time as a Normal": lambda: pm.EulerMaruyama.dist(
        0.1, lambda x, a: (-a * x, 1.0), (0.5,), init_dist=pm.Normal.dist(0.0, 1.0), steps=3
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_no_form_says_why(reason):
    with pytest.raises(ModelError, match=f"has no structural form.*{reason}"):
        structural_form.of(REFUSED[reason]())


def test_what_has_no_form_is_refused_by_name():
    axes = [pm.MvNormal.dist(np.zeros(2), np.eye(2)) for _ in range(2)]
    with pytest.raises(ModelError, match=r"Mixture.*its components are vectors.*register"):
        structural_form.of(pm.Mixture.dist([0.5, 0.5], axes))
    with pytest.raises(ModelError, match=r"PG.*no closed form.*structural_form\.register"):
        structural_form.of(pm.PolyaGamma.dist(1.0, 0.0))
    with pytest.raises(ModelError, match="no coupling 'copula'; it has process, monotone"):
        structural_form.of(pm.Poisson.dist(1.0), "copula")
