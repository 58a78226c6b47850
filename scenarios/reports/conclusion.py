"""The conclusion of an answer: two sentences of plain language, with a probability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ifonly.inference.answers.shown import is_outcome, is_unit_level, null_of
from ifonly.inference.inputs.label_texts import readable

if TYPE_CHECKING:
    import xarray as xr

    from ifonly.inference import Query

__all__ = ["conclusion", "done", "likely", "short"]

DRAWS = ("chain", "draw")


def short(value: float) -> str:
    """Return a number to three digits.

    Examples
    --------
    >>> short(3.4567), short(12345.6), short(0.0)
    ('3.46', '12,346', '0')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):g}"


def likely(probability: float) -> str:
    """Return a probability as a reader takes it.

    Examples
    --------
    >>> likely(0.5), likely(0.99951), likely(0.0001), likely(1.0)
    ('50%', 'more than 99.9%', 'less than 0.1%', 'more than 99.9%')
    """
    if probability > 0.999:
        return "more than 99.9%"
    if probability < 0.001:
        return "less than 0.1%"
    return f"{probability:.1%}" if not 0.05 < probability < 0.95 else f"{probability:.0%}"


def done(do: Mapping[str, Any] | None) -> str:
    """Return interventions in plain words.

    Examples
    --------
    >>> from ifonly.inference import set_to, shift, scale
    >>> done({"t": set_to(1), "x": shift(-0.5), "z": scale(2)})
    't set to 1, x lowered by 0.5 and z multiplied by 2'
    >>> done(None)
    'things as they were'
    """
    words = [_one(name, action) for name, action in (do or {}).items()]
    if not words:
        return "things as they were"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _one(name: str, action: Any) -> str:
    amount = getattr(action, "amount", np.asarray(action))
    number = None if amount is None or np.ndim(amount) else amount
    plain = None if number is None else np.asarray(number).item()
    value = (
        "the values given" if plain is None else plain if isinstance(plain, str) else short(plain)
    )
    kind = getattr(action, "kind", "set_to")
    if kind == "shift":
        up = plain is None or plain >= 0
        by = value if plain is None else short(abs(plain))
        words = f"{name} {'raised' if up else 'lowered'} by {by}"
    elif kind == "scale":
        words = f"{name} multiplied by {value}"
    elif kind == "set_to":
        words = f"{name} set to {value}"
    elif kind == "as_in":
        words = f"{name} as in another world"
    else:
        words = f"{name} {'following a rule' if kind == 'policy' else 'drawn anew'}"
    return words + (" for some units" if getattr(action, "where", None) is not None else "")


def conclusion(query: Query, answer: xr.DataArray) -> str:
    """Return what the answer says, for a reader who decides.

    Parameters
    ----------
    query : Query
    answer : xarray.DataArray
        Dims: chain, draw, then the query's.
    """
    do = done(query.doses[0]) if len(query.doses) == 1 else "the doses asked about"
    versus = done(getattr(query, "versus", None))
    against = "" if is_outcome(answer) else f" rather than {versus}"
    dims = [d for d in answer.dims if d not in DRAWS]
    if query.__class__.__name__ in ("PN", "PS", "PNS", "LATE", "PrincipalStrata"):
        return _plainly(answer)
    if is_unit_level(answer):
        return _of_units(query, answer, f"With {do}{against}")
    if not dims:
        return _of_one(query, answer, f"With {do}{against}")
    return _of_several(query, answer, f"With {do}{against}", dims)


def _plainly(answer: xr.DataArray) -> str:
    low, high = np.quantile(answer, [0.05, 0.95])
    return (
        f"The answer is {short(float(answer.mean()))}. With a probability of 90% it lies between "
        f"{short(low)} and {short(high)}, if the model is right."
    )


def _of_one(query: Query, answer: xr.DataArray, lead: str) -> str:
    outcome, null = query.outcome, null_of(answer)
    mean, (low, high) = float(answer.mean()), np.quantile(answer, [0.05, 0.95])
    between = f"with a probability of 90% between {short(low)} and {short(high)}"
    if null is None:
        return f"{lead}, {_level(query)} is {short(mean)}; {between}, if the model is right."
    if null == 1.0:
        up = float((answer > 1.0).mean())
        return (
            f"{lead}, {outcome} is multiplied by {short(mean)}; {between}. "
            f"The probability that it is raised at all is {likely(up)}, if the model is right."
        )
    up = float((answer > 0.0).mean())
    better = up >= 0.5
    size, words = short(abs(mean)), "higher" if mean >= 0 else "lower"
    ends = f"{short(low)} and {short(high)}"
    return (
        f"{lead}, {outcome} is on average {size} {words}, with a probability of 90% between "
        f"{ends}. The probability that it is {'higher' if better else 'lower'} at all is "
        f"{likely(up if better else 1 - up)}, if the model is right."
    )


def _level(query: Query) -> str:
    above = getattr(query, "above", None)
    if above is not None:
        return f"the probability that {query.outcome} exceeds {short(float(above))}"
    return f"the mean of {query.outcome}"


def _of_units(query: Query, answer: xr.DataArray, lead: str) -> str:
    means = answer.mean(DRAWS)
    if is_outcome(answer):
        low, high = np.nanquantile(means, [0.05, 0.95])
        return (
            f"{lead}, {query.outcome} is on average {short(float(means.mean()))} over all units. "
            f"Nine units in ten are expected between {short(low)} and {short(high)}."
        )
    gains = (answer > 0.0).mean(DRAWS)
    loses = (answer < 0.0).mean(DRAWS)
    return (
        f"{lead}, {query.outcome} changes by {short(float(means.mean()))} on average over the "
        f"units asked about. Of them {float((gains > 0.95).mean()):.0%} gain and "
        f"{float((loses > 0.95).mean()):.0%} lose with a probability above 95%; of the others it "
        "cannot be told."
    )


def _of_several(query: Query, answer: xr.DataArray, lead: str, dims: list[Any]) -> str:
    flat = answer.stack(element=dims).dropna("element", how="all")
    means = flat.mean(DRAWS)
    first, last = int(means.argmax("element")), int(means.argmin("element"))
    name = [_label(dims, flat["element"].to_numpy()[k]) for k in (first, last)]
    sure = float((flat.isel(element=first) > flat.isel(element=last)).mean())
    return (
        f"{lead}, {'the value for' if is_outcome(answer) else 'the effect on'} {query.outcome} is "
        f"largest for {name[0]} ({short(float(means[first]))}) and smallest for {name[1]} "
        f"({short(float(means[last]))}). The probability that the first exceeds the second is "
        f"{likely(sure)}, if the model is right."
    )


def _label(dims: list[Any], values: Any) -> str:
    several = values if isinstance(values, tuple) else (values,)
    words = (
        f"{d} {short(v) if isinstance(v, float) else readable([v])[0]}"
        for d, v in zip(dims, several, strict=True)
    )
    return ", ".join(words)
