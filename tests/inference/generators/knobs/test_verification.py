"""Verification finds what was asked, and finds out what was not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from ifonly.inference.generators.knobs import Bernoulli, Knobs, Normal, Outcome, Sandbox, sandbox
from ifonly.inference.generators.knobs.overlap import log_ratio
from ifonly.inference.generators.knobs.verification import by_oracle, verified

RNG = np.random.default_rng(8)
TABLE = pd.DataFrame({"age": RNG.normal(40, 10, 8_000), "sex": RNG.choice(["f", "m"], 8_000)})


class Learnt:
    def propensity(self, table: pd.DataFrame) -> np.ndarray:
        return expit(0.02 * (table["age"].to_numpy() - 40))

    def outcome(self, table: pd.DataFrame, t: float) -> np.ndarray:
        return 0.3 + 0.2 * expit(0.05 * (table["age"].to_numpy() - 40)) + 0.1 * t


def made(law: Outcome, confounding: str) -> Sandbox:
    knobs = Knobs(effect="0.1 + 0.05*z(age)", overlap="0.5*z(age)", confounding=confounding)
    return sandbox(Learnt(), TABLE, knobs, law)


def test_a_blind_look_agrees_with_a_right_sandbox_and_not_with_wrong_columns() -> None:
    found = made(Normal(1.0), "0.4 - 0.2*(2*t - 1)*(sex == 'f')")
    drawn = found.draw(seed=1)
    ratio = log_ratio(found.propensity.values)
    right = verified(drawn, ratio, covariates=["age", "sex"])
    assert right.figures["alpha_mse"] < 0.05
    assert all(right.figures[f"{n}_z"] < 2 for n in ("effect", "confounding_0", "confounding_1"))
    off = ((right.oracle["found"] - right.oracle["truth"]) / right.oracle["error"]).abs()
    assert off["x and U"] < 3.5
    assert min(off["nothing"], off["x"]) > 5
    assert right.confounding_0["asked"].tolist() == pytest.approx([0.4, 0.6])
    assert right.confounding_1["asked"].tolist() == pytest.approx([0.2, 0.4])
    # The same mean, on the other sex: seen in the groups alone.
    moved = drawn.truth["kappa_1"].to_numpy()
    swapped = drawn.truth.assign(kappa_1=0.6 - moved)
    other = verified(replace(drawn, truth=swapped), ratio, covariates=["age", "sex"])
    assert other.figures["confounding_1_z"] > 2.5
    wrong = drawn.truth.assign(tau=drawn.truth["tau"] + 0.2, kappa_1=drawn.truth["kappa_1"] + 0.6)
    bad = verified(replace(drawn, truth=wrong), ratio + 1.0, covariates=["age", "sex"])
    assert bad.figures["alpha_mse"] > 0.8
    assert bad.figures["effect_z"] > 2.5
    assert bad.figures["confounding_1_z"] > 3


@pytest.mark.parametrize("law", [Normal(1.0), Bernoulli()], ids=lambda law: law.kind)
def test_the_oracle_finds_a_confounding_that_depends_on_the_treatment(law: Outcome) -> None:
    found = made(law, "0.05 - 0.03*(2*t - 1)*tanh(z(age))")
    for asked, seen in zip(found.confounding, by_oracle(found, draws=200), strict=True):
        assert np.corrcoef(asked, seen)[0, 1] > 0.99
        np.testing.assert_allclose(seen, asked, atol=0.004)
