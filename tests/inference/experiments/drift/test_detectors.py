"""Detectors: they find a change, stay quiet without one, and are river's."""

import numpy as np
import pytest
from river import drift

from ifonly.inference import DataError
from ifonly.inference.experiments.drift import detect

RNG = np.random.default_rng(1)
STEADY = RNG.normal(size=3_000)
CHANGED = STEADY + np.where(np.arange(3_000) < 1_500, 0.0, 1.0)
OPTIONS = {"adwin": {}, "page_hinkley": {"threshold": 30.0, "delta": 0.25}}


@pytest.mark.parametrize("kind", OPTIONS)
def test_a_change_is_found_soon_and_nothing_else(kind: str) -> None:
    assert detect(STEADY, kind, **OPTIONS[kind]).empty
    found = detect(CHANGED, kind, time=np.arange(3_000) + 10, **OPTIONS[kind])
    assert 1_500 < found["at"][0] < 1_620
    assert found["time"][0] == found["at"][0] + 10
    assert abs(found["mean"][0]) < 0.2


def test_adwin_is_rivers() -> None:
    detector, at = drift.ADWIN(delta=0.01), []
    for i, value in enumerate(CHANGED):
        detector.update(value)
        if detector.drift_detected:
            at.append(i)
    assert detect(CHANGED, delta=0.01)["at"].to_list() == at


def test_page_hinkley_is_its_sum() -> None:
    """Against the recursion: the sum of what is above the running mean, less its least value."""
    mean = total = least = 0.0
    for i, value in enumerate(CHANGED):
        mean += (value - mean) / (i + 1)
        total = 0.9999 * total + value - mean - 0.25
        least = min(least, total)
        if i >= 29 and total - least > 30.0:
            break
    found = detect(CHANGED, "page_hinkley", threshold=30.0, delta=0.25, mode="up")
    assert abs(found["at"][0] - i) <= 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: detect([1.0, 2.0], "cusum"), "kind is .* or page_hinkley"),
        (lambda: detect([]), "finite numbers"),
        (lambda: detect([1.0, np.inf]), "finite numbers"),
        (lambda: detect([1.0, 2.0], time=[1, 1]), "out of order"),
        (lambda: detect([1.0, 2.0], width=3), "refuses the options"),
    ],
)
def test_what_is_no_stream_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
