"""Labels as texts: made again they are equal, and of the same kind."""

import datetime

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.inference.inputs.label_texts import label_text, label_value

LABELS = [
    3,
    -2.5,
    0.1 + 0.2,
    True,
    "a, \"b\" and 'c'",
    "",
    pd.Period("2020-03", "M"),
    pd.Period("2020Q1", "Q-DEC"),
    pd.Timestamp("2020-01-01 12:30:00.000000001", tz="Europe/Berlin"),
    pd.Timestamp("2020-10-25 02:30", tz="UTC").tz_convert("Europe/Berlin"),  # there twice
    pd.Timestamp("2020-01-01"),
    datetime.date(2020, 2, 29),
    pd.Timedelta("1 days 02:03:04.000005"),
]


@pytest.mark.parametrize("label", LABELS, ids=str)
def test_there_and_back(label):
    again = label_value(label_text(label))
    assert again == label
    assert type(again) is type(label)
    assert getattr(again, "tz", None) == getattr(label, "tz", None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (np.int32(7), 7),
        (np.float64(0.5), 0.5),
        (np.str_("a"), "a"),
        (datetime.datetime(2020, 1, 2, 3), pd.Timestamp("2020-01-02 03:00")),
        (datetime.timedelta(hours=5), pd.Timedelta(hours=5)),
    ],
    ids=str,
)
def test_other_types_of_the_same_value(given, kept):
    assert label_value(label_text(given)) == kept


def test_different_labels_have_different_texts():
    texts = [label_text(label) for label in [*LABELS, "3", "True", "2020-02-29", 1]]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("label", [(1, 2), None, 1j, b"bytes"], ids=str)
def test_what_no_file_keeps_is_refused(label):
    with pytest.raises(DataError, match=r"which no file keeps; give numbers, texts or times"):
        label_text(label)
