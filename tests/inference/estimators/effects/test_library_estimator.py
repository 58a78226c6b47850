"""What a library is given, and what becomes of its errors and warnings."""

import warnings

import pytest

from ifonly.inference.errors import DataError
from ifonly.inference.estimators import Roles, UnitEffects
from ifonly.inference.estimators.effects.library_estimator import LibraryEstimator, random_forests
from ifonly.inference.estimators.effects.sample import Sample, read_sample

from .worlds import ROLES, varied


class Mean(LibraryEstimator):
    """The difference of the arms' means, or an error of a library's own."""

    name, label, library = "mean", "mean", "numpy"

    def _learnt(self, sample: Sample) -> UnitEffects:
        warnings.warn("a convention of the library", stacklevel=1)
        if sample.random_state:
            raise ValueError("singular\nmatrix")
        arms = [sample.outcome[sample.treatment == k].mean() for k in (0, 1)]
        return UnitEffects(mean=[arms[1] - arms[0]] * len(sample.at), ate=arms[1] - arms[0])


def test_data_are_read_and_warnings_kept() -> None:
    data = varied(60).data
    means = data.groupby("t")["y"].mean()
    found = Mean().unit_effects(data, ROLES)
    assert found.ate == pytest.approx(means[1] - means[0])
    assert len(found.mean) == 60


def test_an_error_of_the_library_names_the_estimator_in_one_line() -> None:
    with pytest.raises(DataError, match=r"mean cannot be fitted to these 60 units \(singular\); "):
        Mean().unit_effects(varied(60).data, ROLES, seed=1)


def test_covariates_are_needed_unless_it_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    data, none = varied(60).data, Roles("t", "y")
    with pytest.raises(DataError, match="mean learns effects from covariates"):
        Mean().unit_effects(data, none)
    monkeypatch.setattr(Mean, "by_covariates", False)
    assert len(Mean().unit_effects(data, none).mean) == 60


def test_forests_have_the_seed_of_the_sample() -> None:
    sample = read_sample("mean", varied(60).data, ROLES, seed=7)
    regressor, classifier = random_forests(sample)
    assert regressor.random_state == classifier.random_state == 7
    assert hasattr(classifier, "predict_proba")
    assert not hasattr(regressor, "predict_proba")
