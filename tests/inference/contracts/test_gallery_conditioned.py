"""Models of the example gallery conditioned on their data, and asked."""

from collections.abc import Callable
from typing import Any

import pytest

from . import test_gallery_series, test_gallery_studies
from .asked import check_answers, conditioned

CASES = [*test_gallery_series.CASES, *test_gallery_studies.CASES]


# Of 50 draws one may well say that they have not converged; the algebra holds of any.
@pytest.mark.filterwarnings("ignore::ifonly.inference.errors.ConvergenceWarning")
@pytest.mark.slow
@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make, conditioned)
