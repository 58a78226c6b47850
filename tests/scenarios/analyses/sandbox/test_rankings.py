"""Rankings of estimators over the posterior of generators."""

import pytest

from ifonly.inference.errors import KnobError, QueryError
from ifonly.inference.generators import Rankings
from ifonly.scenarios.analyses.effects.estimators import estimators_named
from ifonly.scenarios.analyses.sandbox.analysis import Analysis, turned
from ifonly.scenarios.analyses.sandbox.rankings import ranked

DRAWS = 4


@pytest.fixture(scope="module")
def found(analysis: Analysis) -> Rankings:
    """One effect for all, no hidden confounding: the lasso-free interactions only add noise."""
    plain = turned(analysis, effect=1.0, overlap="0", confounding=None)
    return ranked(plain, estimators_named("ols,t_learner"), units=300, draws=DRAWS, seed=1)


def test_each_draw_of_the_generator_is_scored(found: Rankings, analysis: Analysis) -> None:
    assert dict(found.scores.sizes) == {"draw": DRAWS, "replication": 1, "method": 4}
    assert found.scores["draw"].to_numpy()[-1] == analysis.generator.draws - 1
    # Truth by the knob: the effect is 1 in every draw, so that no effect is off by 1 exactly.
    assert found.scores.sel({"method": "zero"}).to_numpy() == pytest.approx(1.0)
    # One effect for all is right here, up to the noise of a mean.
    assert found.better("constant", "zero") == 1.0
    assert found.better("ols", "zero") == 1.0
    assert found.regret("zero")[0] > 0.5
    pairs = found.pairs()
    assert pairs.loc["ols", "t_learner"] + pairs.loc["t_learner", "ols"] == pytest.approx(1.0)


def test_what_cannot_be_ranked(analysis: Analysis) -> None:
    two = estimators_named("ols,s_learner")
    for estimators, options, said in [
        (two[:1], {}, "two estimators or more"),
        (two, {"measure": "bias"}, "ranked by 'bias'"),
        (two, {"draws": 10_000}, "keeps"),
        (two, {"units": 0}, "units"),
    ]:
        with pytest.raises(QueryError, match=said):
            ranked(analysis, estimators, **options)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="did you mean 'ols'"):
        estimators_named("olss,s_learner")


def test_knobs_that_no_draw_has_are_refused(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object, **options: object) -> None:
        raise KnobError("the effect takes the mean out of the range")

    monkeypatch.setattr("ifonly.scenarios.analyses.sandbox.rankings._sandbox", never)
    with pytest.raises(KnobError, match="of 3 draws of the generator 3 refuse the knobs"):
        ranked(analysis, estimators_named("ols,s_learner"), draws=3)
