"""Labels and names in a posterior's file, and files that somebody changed and sealed again."""

import datetime
import json

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import ITE, DataError, Posterior
from ifonly.inference.posterior.checksum import LENGTH, sealed

pytestmark = [
    pytest.mark.usefixtures("quick_compile"),
    pytest.mark.filterwarnings("ignore:this answer comes from"),
]


def make_model():
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", pm.Normal("gain") * pm.Normal("x", dims="unit"), 1.0, dims="unit")
    return model


def posterior_of(posterior_by_hand, labels):
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": [0.0, 1.0]}, index=labels)
    return posterior_by_hand(make_model(), frame, {"gain": np.ones((1, 2))})


LABELS = {
    "zone": pd.date_range("2020-03-29", periods=2, freq="D", tz="Europe/Berlin"),
    "offset": pd.DatetimeIndex(
        ["2020-01-01T00:00:00.000000001+02:00", "2020-01-02T00:00:00+02:00"]
    ),
    "naive": pd.date_range("2020-01-01", periods=2, freq="h"),
    "old": pd.Index(np.array(["0001-01-01", "2020-01-01"], dtype="M8[s]")),
    "months": pd.period_range("2020-01", periods=2, freq="M"),
    "weeks": pd.period_range("2020-01", periods=2, freq="W-WED"),
    "mixed": pd.Index([1, "a"], dtype=object),
    "null": pd.Index(["a\0b", "a"]),
    "trailing null": pd.Index(["a\0", "a"]),
    "escape": pd.Index(["\x1b[2J", "a\nb"]),
    "json": pd.Index(['["plain", 1]', "b"]),
    "dates": pd.Index([datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)], dtype=object),
    "durations": pd.timedelta_range("1h", periods=2),
    "long": pd.Index(["x" * 70_000, "y"]),
    "empty": pd.Index(["", "y"]),
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_come_back_as_they_were(posterior_by_hand, tmp_path, kind):
    labels = LABELS[kind]
    posterior = posterior_of(posterior_by_hand, labels)
    posterior.save(tmp_path / "p.nc")
    back = Posterior.load(tmp_path / "p.nc", make_model())
    answer = back.ask(ITE("y", do={"x": 3.0}))
    found = pd.Index(answer["unit"].to_numpy())
    assert found.equals(pd.Index(posterior.ask(ITE("y", do={"x": 3.0}))["unit"].to_numpy()))
    assert list(found) == list(labels)


def test_half_a_character_is_no_label(posterior_by_hand):
    with pytest.raises(DataError, match="no valid text"):
        posterior_of(posterior_by_hand, pd.Index(["\udcff", "a"], dtype=object))


def test_labels_that_no_file_keeps_are_told(posterior_by_hand, tmp_path):
    posterior = posterior_of(posterior_by_hand, pd.interval_range(0, 2))
    with pytest.raises(DataError, match="is a Interval, which no file keeps"):
        posterior.save(tmp_path / "p.nc")
    assert list(tmp_path.iterdir()) == []


def sealed_again(path, changed):
    """Change the attributes of a file as an attacker would, with a valid checksum."""
    import h5py

    path.write_bytes(path.read_bytes()[:-LENGTH])
    with h5py.File(path, "r+") as file:
        for name, value in changed.items():
            if value is None:
                del file.attrs[name]
            else:
                file.attrs[name] = value
    path.write_bytes(sealed(path.read_bytes()))


BAD = {
    "no seed": {"seed": None},
    "a negative seed": {"seed": -1},
    "a word for a seed": {"seed": "many"},
    "a seed beyond all": {"seed": 1e300},
    "a coupling that is a list": {"coupling": "[1]"},
    "a coupling of numbers": {"coupling": '{"y": 1}'},
    "an unknown coupling": {"coupling": '{"y": "telepathy"}'},
    "half a coupling": {"coupling": "{"},
    "facts that are a number": {"facts": "1"},
    "no facts": {"facts": None},
    "facts without a method": {"facts": "{}"},
    "no fingerprint": {"fingerprint": "{}"},
    "an odd fingerprint": {
        "fingerprint": json.dumps(
            {"variables": 1, "equations": [], "pytensor": None, "coords": 1, "data": "x"}
        )
    },
    "another unit": {"unit": "person"},
    "no unit": {"unit": None},
    "another format": {"ifonly_format": "one"},
    "no model": {"model": None},
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_was_changed_and_sealed_again_is_refused_in_one_line(
    posterior_by_hand, tmp_path, kind
):
    path = tmp_path / "p.nc"
    posterior_of(posterior_by_hand, [0, 1]).save(path)
    sealed_again(path, BAD[kind])
    if kind == "no model":  # which is given here
        Posterior.load(path, make_model())
        return
    with pytest.raises(DataError, match=r"p\.nc") as caught:
        Posterior.load(path, make_model())
    assert "\n" not in str(caught.value)
