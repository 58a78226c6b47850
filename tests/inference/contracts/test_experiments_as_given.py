"""Functions on experiments: what a user gives is read by its labels, or refused in one line."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.errors import IfonlyError
from ifonly.inference.experiments import switchback

from .calls import PER_UNIT, SCALARS

OPTIONAL = ("arm", "sureness", "tuned_at", "shares")
HOSTILE_SCALARS = (None, "x", b"1", True, np.nan, 10**400, 1 + 2j, [0.1], {}, pd.NA, 1e300)


def _hostile(value: Any) -> Iterator[Any]:
    """Yield what somebody might give in the place of `value`."""
    if not isinstance(value, np.ndarray | list | tuple):
        yield from (3.5, ["zz"], object()) if isinstance(value, str) else ()
        yield from HOSTILE_SCALARS if isinstance(value, int | float) else ()
        return
    array = np.asarray(value, dtype=float)
    yield from (None, "abc", [], array[:-1], array[:1], [[1], [1, 2]], {0: 1}, object())
    yield from (array[..., None] * np.ones(2), array + 1j, array.astype(str).astype("S"))
    yield pd.date_range("2020", periods=len(array))
    for bad in (np.nan, np.inf, 1e300):
        changed = array.copy()
        changed.flat[0] = bad
        yield changed
    yield np.ma.array(np.where(np.arange(array.size).reshape(array.shape), array, -999.0),
                      mask=np.arange(array.size).reshape(array.shape) == 0)  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("function", "valid"), (PER_UNIT | SCALARS).values(), ids=PER_UNIT | SCALARS
)
def test_what_cannot_be_is_refused_in_one_line(function: Any, valid: dict[str, Any]) -> None:
    for name, value in valid.items():
        for bad in _hostile(value):
            try:
                found = function(**{**valid, name: bad})
            except IfonlyError:  # which is one line by its making
                continue
            else:  # a label may be anything, and some numbers are merely odd
                assert bad is not None or name in OPTIONAL
                assert not isinstance(bad, complex)
                assert "nan" not in repr(found).lower().replace("nan_", ""), (name, bad)


@pytest.mark.parametrize(("function", "valid"), PER_UNIT.values(), ids=PER_UNIT)
def test_labels_decide_whose_number_it_is(function: Any, valid: Any) -> None:
    units = max(
        len(v) for v in valid.values() if isinstance(v, np.ndarray | xr.DataArray) and v.ndim
    )
    units = max(units, 3)
    names = [f"u{k:02}" for k in range(40)]
    shuffled = np.random.default_rng(5).permutation(40)
    labelled = {n: _labelled(v, names) for n, v in valid.items()}
    want = function(**valid)
    _same(function(**labelled), want)
    for name, value in labelled.items():
        if not isinstance(value, pd.Series) or name in ("score", "cost"):
            continue
        order = [k for k in shuffled if k < len(value)]
        turned = {**labelled, name: value.iloc[order]}
        if function is switchback.switchback:  # whose order is that of time
            with pytest.raises(DataError, match="in another order"):
                function(**turned)
        else:
            _same(function(**turned), want)
        foreign = value.rename(lambda label: label + "x")
        with pytest.raises(DataError, match="lacks the"):
            function(**{**labelled, name: foreign})


def _labelled(value: Any, names: list[str]) -> Any:
    if isinstance(value, xr.DataArray):
        return value.assign_coords(unit=names)
    if not isinstance(value, np.ndarray):
        return value
    if value.ndim == 1:
        return pd.Series(value, names[: len(value)])
    own = names[: value.shape[1]]
    return pd.DataFrame(value, index=own if value.shape[0] == value.shape[1] else None, columns=own)


def _same(found: Any, want: Any) -> None:
    numbers = [
        np.asarray(
            v.select_dtypes("number") if isinstance(v, pd.DataFrame)
            else list(vars(v).values()) if hasattr(v, "__dataclass_fields__") else v,
            dtype=float,
        )
        for v in (found, want)
    ]  # fmt: skip
    np.testing.assert_allclose(*numbers, rtol=1e-6, atol=1e-9)  # an optimiser's
