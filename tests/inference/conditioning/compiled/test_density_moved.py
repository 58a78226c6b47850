"""Releases in which what we lean on has moved: nutpie compiles, and one warning says so."""

import sys
import warnings

import numpy as np
import nutpie
import pytest

from ifonly.inference.conditioning import samplers
from ifonly.inference.conditioning.compiled import callbacks, density
from ifonly.inference.conditioning.compiled.density import compiled_density, framed

from .test_density import KEEP, POINT, by_algebra, check, evaluated, make_model


def another_field(monkeypatch):
    """A field that is filled otherwise: only our call has no slices."""
    kind = nutpie.compile_pymc.CompiledPyMCModel

    def moved(**fields):
        if fields["shape_info"][1] is None:
            raise TypeError("missing 1 required argument: 'storage'")
        return kind(**fields)

    monkeypatch.setattr(nutpie.compile_pymc, "CompiledPyMCModel", moved)


def another_signature(monkeypatch):
    def moved(*, source):
        raise AssertionError("never reached")

    monkeypatch.setattr(callbacks, "compile_numba_function_src", moved)


def gone(monkeypatch):
    name = "ifonly.inference.conditioning.compiled.filled"
    monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize("move", [another_field, another_signature, gone])
def test_nutpie_compiles_and_one_warning_says_why(monkeypatch, move):
    density._tell.cache_clear()
    move(monkeypatch)
    monkeypatch.setattr(nutpie, "compile_pymc_model", lambda model, var_names: var_names)
    with pytest.warns(UserWarning, match="has moved") as told:
        assert compiled_density(make_model(6, seed=1), KEEP) == KEEP
    assert len(told) == 1
    assert "nutpie 0." in str(told[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled_density(make_model(6, seed=1), KEEP)
    density._tell.cache_clear()


@pytest.fixture
def by_nutpie(monkeypatch):
    density._tell.cache_clear()
    gone(monkeypatch)
    with pytest.warns(UserWarning, match="has moved"):
        found = compiled_density(make_model(6, seed=1), KEEP)
    density._tell.cache_clear()
    return found


def test_what_nutpie_compiles_is_the_same_density(by_nutpie):
    """Value, slope, other data, where chains begin, and the variables that are drawn."""
    model = make_model(6, seed=1)
    check(by_nutpie, model)
    other = make_model(6, seed=3)
    y = other.rvs_to_values[other["y"]].get_value()
    names = {n: other[n].get_value() for n in ("group_of", "flag")}
    check(by_nutpie.with_data(y=y, **names), other)
    centre, root, z = np.arange(4.0), np.eye(4) + 0.1, np.ones((1, 4))
    inside = framed(by_nutpie, centre, root, z)
    np.testing.assert_allclose(inside.initial_point_func(7), centre + root @ z[0])
    _, value, _ = evaluated(inside, POINT)
    assert value == pytest.approx(by_algebra(model, POINT)[0], rel=1e-12)
    options = {
        "model": model, "var_names": KEEP, "draws": 20, "tune": 20, "chains": 1, "cores": 1,
        "random_seed": 1, "progressbar": False, "nuts": {},
    }  # fmt: skip
    idata = samplers.sampled("nutpie", options, by_nutpie)
    assert set(idata["posterior"].data_vars) == set(KEEP)
    assert "observed_data" in idata.children


def test_progress_bars_that_have_moved_are_nutpies_own(monkeypatch):
    import pymc.progress_bar

    monkeypatch.delattr(pymc.progress_bar, "NutpieProgressBarManager")
    with samplers._progress(1, 10, False) as options:
        assert options == {"progress_bar": False}
