"""Kernels on numba, whoever compiles the graph that they are in."""

import subprocess
import sys
import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
from scipy import special

from ifonly.inference.families.special import gamma_quantile

IN_PYTENSOR_S_OWN_MODE = """
import sys, warnings
sys.modules["dask"] = None  # which loads numba by itself
warnings.simplefilter("error")
import pytensor, pytensor.tensor as pt
from ifonly.inference.families.special import gamma_quantile
assert "numba" not in sys.modules
z = pt.dscalar("z")
print(float(pytensor.function([z], gamma_quantile(z, 2.5) + 1.0, mode="NUMBA")(0.3)))
"""


def quantile(z):
    return special.gammaincinv(2.5, special.expit(z))


def test_pytensor_s_own_mode_compiles_them():
    """In a process of its own: numba learns of the kernels when the first graph is compiled."""
    run = [sys.executable, "-c", IN_PYTENSOR_S_OWN_MODE]
    found = float(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    np.testing.assert_allclose(found, 1.0 + quantile(0.3), rtol=1e-12)


def test_they_run_as_machine_code():
    z = pt.dvector("z")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numba warns of what it calls Python for
        run = pytensor.function([z], gamma_quantile(z, 2.5), mode="NUMBA")
    values = np.linspace(-3.0, 3.0, 7)
    np.testing.assert_allclose(run(values), quantile(values), rtol=1e-12)
