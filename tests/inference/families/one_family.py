"""One family's form on numbers, in Python without compilation; and law of noise in scipy."""

from types import MappingProxyType

import numpy as np
import pytensor
import pytensor.tensor as pt
from scipy import stats

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference.families.form import LAWS, structural_form

PYTHON = pytensor.compile.mode.Mode(linker="py", optimizer=None)
NOISE = MappingProxyType(
    {
        "normal": stats.norm(),
        "uniform": stats.uniform(),
        "logistic": stats.logistic(),
        "laplace": stats.laplace(),
        "gumbel": stats.gumbel_r(),
        "cauchy": stats.cauchy(),
        "half_normal": stats.halfnorm(),
        "half_cauchy": stats.halfcauchy(),
        "exponential": stats.expon(),
    }
)


def numbers(graph):
    """Return the value of a graph of constants."""
    return pytensor.function([], graph, mode=PYTHON, on_unused_input="ignore")()


def noise_of(rv, value, draws=0.0, coupling=None):
    """Return the noise behind a value."""
    form = structural_form.of(rv, coupling)
    value, draws = pt.constant(np.asarray(value)), pt.constant(np.asarray(draws, float))
    return numbers(form.abduct(value, *form.parameters(rv), draws=draws))


def predicted(rv, noise, coupling=None):
    """Return the value that noise gives."""
    form = structural_form.of(rv, coupling)
    return numbers(form.predict(pt.constant(np.asarray(noise, float)), *form.parameters(rv)))


def bounds_of(rv, coupling=None):
    """Return the least and the greatest value, None where there is none."""
    form = structural_form.of(rv, coupling)
    ends = form.bounds(*form.parameters(rv))
    return [None if end is None else float(numbers(pt.as_tensor(end))) for end in ends]


def transported(old, new, value, draws, coupling=None):
    """Return what each value under the law of `old` would have been under that of `new`."""
    form = structural_form.of(old, coupling)
    value, draws = pt.constant(np.asarray(value)), pt.constant(np.asarray(draws, float))
    return numbers(form.transport(value, form.parameters(old), form.parameters(new), draws))


def moved(old, new, value, coupling=None, seed=1):
    """Return the same, by random draws."""
    form = structural_form.of(old, coupling)
    width = form.width(*form.parameters(old))
    shape = np.shape(value) if width is None else (*np.shape(value), int(width.eval()))
    draws = LAWS[form.law].sample(np.random.default_rng(seed), shape)
    return transported(old, new, value, draws, coupling)


def couple(rv, coupling, value, old, new, seed=3):
    """Return the counterfactuals of each value, by the compiled abduction and prediction."""
    form = structural_form.of(rv, coupling)
    inputs = [pt.tensor(shape=(None,) * np.ndim(x), dtype="float64") for x in old]
    width = form.width(*inputs)
    shape = (len(value),) if width is None else (len(value), np.shape(old[0])[-1])
    draws = LAWS[form.law].sample(np.random.default_rng(seed), shape)
    noise = form.abduct(pt.constant(value), *inputs, draws=pt.constant(draws))
    abduct = pytensor.function(inputs, noise, on_unused_input="ignore")
    given = pt.tensor(shape=(None,) * noise.ndim, dtype="float64")
    predict = pytensor.function([given, *inputs], form.predict(given, *inputs))
    held = abduct(*[np.asarray(x, float) for x in old])
    return [predict(held, *[np.asarray(x, float) for x in side]) for side in new]


def share_is(found, expected):
    return abs(np.mean(found) - expected) < 4.5 * np.sqrt(expected * (1 - expected) / len(found))


def has_ranks_of(rv, law, values):
    """Hold the noise of a continuous family to the law's cdf, and bring the values back."""
    form = structural_form.of(rv)
    noise = noise_of(rv, values)
    lower = values < law.median()
    expected = np.where(lower, law.cdf(values), law.sf(values))
    found = np.where(lower, NOISE[form.law].cdf(noise), NOISE[form.law].sf(noise))
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    np.testing.assert_allclose(predicted(rv, noise), values, rtol=1e-9, atol=1e-13)
