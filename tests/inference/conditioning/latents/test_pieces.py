"""Units in pieces: each once, and a sum that is the same however it is shared out."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.latents import pieces, unconstrained
from ifonly.inference.conditioning.latents.integrated import integrated
from ifonly.inference.conditioning.latents.moved import refined
from ifonly.inference.conditioning.latents.pieces import IN_CACHE, cut, slices, summed
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe


@pytest.mark.parametrize("units", [1, 7, IN_CACHE // 4, IN_CACHE, IN_CACHE + 1, 2 * IN_CACHE + 7])
@pytest.mark.parametrize("nodes", [1, 4, 241])
def test_each_unit_is_in_one_piece_that_fits(units: int, nodes: int) -> None:
    found = slices(units, nodes)
    assert np.concatenate([np.arange(units)[s] for s in found]).tolist() == list(range(units))
    sizes = {s.stop - s.start for s in found}
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) * nodes <= IN_CACHE


def test_a_unit_with_more_nodes_than_fit_is_a_piece() -> None:
    assert slices(2, 2 * IN_CACHE) == [slice(0, 1), slice(1, 2)]


def test_values_are_cut_along_units_and_blocks_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "IN_CACHE", 6)
    values = {"a": np.arange(5.0), "nodes": np.arange(10.0).reshape(2, 5), "b": np.ones((3, 2))}
    none, first, second, other = cut(values, [{"a": 0, "nodes": 1}, {"b": 0}])
    assert {n: v.shape for n, v in none.items()} == {"a": (0,), "nodes": (2, 0), "b": (0, 2)}
    np.testing.assert_array_equal(np.concatenate([first["a"], second["a"]]), values["a"])
    np.testing.assert_array_equal(np.hstack([first["nodes"], second["nodes"]]), values["nodes"])
    assert first["b"].shape == second["b"].shape == (0, 2)
    assert other["b"].shape == (3, 2)
    assert other["a"].shape == (0,)


def test_what_fits_is_left_whole() -> None:
    assert cut({"a": np.ones(IN_CACHE)}, [{"a": 0}]) == []


def test_the_sum_is_the_same_with_any_number_of_threads() -> None:
    rng = np.random.default_rng(1)
    points, prior, parts = rng.normal(size=(250, 3)), rng.normal(size=3), rng.normal(size=(9, 3))
    made = [lambda x: x @ prior, *(lambda x, w=w: x @ (prior + w) for w in parts)]
    one, two, five = (summed(made, points, cores) for cores in (1, 2, 5))
    np.testing.assert_allclose(one, points @ (prior + parts.sum(axis=0)), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, five)


@pytest.mark.slow
def test_the_density_in_pieces_is_the_law_of_all_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two blocks, of which one lacks x: normal by the algebra, in pieces of three units at most."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a")
        u = pm.Normal("u", dims="unit")
        pm.Normal("x", a + u, 1.0, dims="unit")
        pm.Normal("k", a + u, 1.0, dims="unit")
    monkeypatch.setattr(unconstrained, "WORTH_COMPILING", 1)
    monkeypatch.setattr(pieces, "WORTH_THREADS", 1)
    law = stats.multivariate_normal([0, 0], [[2.0, 1.0], [1.0, 2.0]])
    found = None
    for units in (1, 2, 3, 6, 8):
        rng = np.random.default_rng(units)
        x, k = rng.normal(size=(2, units + 4))
        x[:4] = np.nan
        evidence = read_evidence(Equations(model), {"x": x, "k": k}, allow_missing=True)
        observed, _ = observe(model, evidence, "unit")
        found = found or integrated(observed, evidence, "unit", ["a"], 1, exact=False)
        nodes = refined(found, found.nodes(observed, evidence, 15, 1), {"a": np.zeros(())})
        points = rng.normal(scale=0.4, size=(9, 1))  # about where the nodes are
        both = np.column_stack([x, k])[4:]
        expected = stats.norm.logpdf(points[:, 0]) + [law.logpdf(both - a).sum() for a in points]
        expected += stats.norm.logpdf(k[:4], points, 2**0.5).sum(axis=1)
        for size in (15 * 3, 10**6):
            monkeypatch.setattr(pieces, "IN_CACHE", size)
            density = found.at(nodes)
            assert (len(density._pieces) > 1) == (size == 15 * 3)
            np.testing.assert_allclose(density.values(points), expected, rtol=1e-10)
            values, slopes = density.many(points)
            np.testing.assert_allclose(values, expected, rtol=1e-10)
            ahead, behind = (density.many(points + off)[0] for off in (1e-5, -1e-5))
            np.testing.assert_allclose(slopes[:, 0], (ahead - behind) / 2e-5, rtol=1e-6)
