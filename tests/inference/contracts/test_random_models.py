"""Random models against NumPy: latents, gaps, groups, counts, categories, vectors, policies."""

import pytest

from .random_laws import LAWS
from .random_models import disagreement, random_case

# Of 200 cases with up to 24 comparisons each, chance alone exceeds this once in a thousand runs.
FAR = 5.5


@pytest.mark.parametrize("seed", range(8))
def test_a_random_model_is_what_numpy_says(seed: int) -> None:
    apart, case = disagreement(seed)
    assert apart < FAR, case


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8, 200))
def test_two_hundred_random_models_are_what_numpy_says(seed: int) -> None:
    apart, case = disagreement(seed)
    assert apart < FAR, case


def test_the_models_have_every_law_and_coupling() -> None:
    cases = [random_case(seed) for seed in range(200)]
    assert {kind for case in cases for kind in case.kinds.values()} == set(LAWS)
    asked = {(case.kinds[n], c) for case in cases for n, c in case.coupling.items()}
    assert asked == {(k, c) for k, law in LAWS.items() for c in law.moves if c}


def test_a_wrong_law_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison sees a coupling that is another: a count drawn anew for one that is kept."""
    law = LAWS["poisson"]
    monkeypatch.setitem(law.moves, "process", law.moves["independent"])
    seeds = [s for s in range(200) if list(random_case(s).kinds.values())[-1] == "poisson"]
    used = [s for s in seeds if random_case(s).coupling[list(random_case(s).laws)[-1]] == "process"]
    assert max(disagreement(seed)[0] for seed in used[:4]) > FAR
