"""In each reference scenario, in both modes: who holds x and U is right, who holds x alone is not.

What is expected of an outcome given x, U and arm is written here by the definitions of U.
"""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from ifonly.inference.generators.knobs import Sandbox
from ifonly.scenarios.analyses.sandbox.analysis import turned
from ifonly.scenarios.sandbox.learnt import analysis
from ifonly.scenarios.sandbox.truth import LEVELS

DRAWS = 20  # of the whole population of 20,000


def given(made: Sandbox, arm: int, u: np.ndarray) -> np.ndarray:
    """E[Y(arm) | x, U]."""
    mean = (made.means.untreated, made.means.treated)[arm]
    load = made.loadings[arm]
    if made.law.kind == "normal":
        return mean + made.law.scale * load * u
    if made.law.kind == "lognormal":
        by = made.law.scale * load
        return mean * np.exp(by * u - by**2 / 2)
    assert made.law.kind == "bernoulli"
    return ndtr((ndtri(mean) + load * u) / np.sqrt(1 - load**2))


def left_over(made: Sandbox) -> dict[str, tuple[float, float]]:
    """How far the treated less the untreated are from what is expected of them, and its error.

    It is the bias of the average effect among the observed arms, by who holds x and U, and x alone.
    """
    seen: dict[str, list[np.ndarray]] = {"x and U": [], "x": []}
    for seed in range(DRAWS):
        drawn = made.draw(seed=seed)
        t, y = (drawn.rows[n].to_numpy(dtype=float) for n in (made.treatment, made.outcome))
        u = drawn.truth["u"].to_numpy()
        sign = t / t.mean() - (1 - t) / (1 - t).mean()
        for name, latent in (("x and U", u), ("x", None)):
            if latent is None:
                expected = np.where(t == 1, made.means.treated, made.means.untreated)
            else:
                expected = np.where(t == 1, given(made, 1, latent), given(made, 0, latent))
            seen[name].append(sign * (y - expected))
    both = {name: np.concatenate(scores) for name, scores in seen.items()}
    return {name: (s.mean(), s.std() / np.sqrt(s.size)) for name, s in both.items()}


@pytest.mark.parametrize(
    "name",
    [pytest.param("births", marks=pytest.mark.slow), pytest.param("nhefs", marks=pytest.mark.slow),
     "star"],
)  # fmt: skip
def test_u_leaves_nothing_hidden_and_x_alone_does(name: str) -> None:
    for level in LEVELS:
        reference = analysis(name, level)
        for made in (reference.sandbox, turned(reference, effect=None).sandbox):
            assert max(made.errors.values()) < 1e-11  # of up to 500 points
            found = left_over(made)
            off, error = found["x and U"]
            assert abs(off) < 4 * error, level
            off, error = found["x"]
            e = made.propensity.values
            hidden = (e * (1 - e)) @ (
                made.confounding[1] / e.sum() + made.confounding[0] / (1 - e).sum()
            )
            assert off == pytest.approx(hidden, abs=4 * error), level
            if level > 1:
                assert off > 4 * error, level
