"""Random models, and the blocks of their posteriors by brute force from the log-density."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.compile.mode import Mode

UNITS, GROUPS = 4, 3
GROUP = np.array([0, 2, 1, 0])
PLAIN = Mode(linker="py", optimizer=None)
STEP = 0.7


def random_model(rng: np.random.Generator) -> tuple[pm.Model, dict[str, np.ndarray]]:
    """Hierarchies, shared priors, Deterministics, Potentials, latents and missing values."""
    with pm.Model(coords={"unit": range(UNITS), "group": range(GROUPS)}) as model:
        plain, positive, grouped = _parameters(rng)
        seen: dict[str, np.ndarray] = {}
        _mechanisms(rng, plain, positive, grouped, seen)
        if rng.random() < 0.3:
            one, two = rng.choice(len(plain), 2, replace=False)
            pm.Potential("of_parameters", -0.37 * plain[one] * plain[two])
        if rng.random() < 0.2:
            pm.Potential("of_units", -0.1 * ((0.3 + model["m0"]) * plain[0]) ** 2)
    return model, seen


def _parameters(rng: np.random.Generator) -> tuple[list[Any], list[Any], list[Any]]:
    """Numbers on the line, positive numbers, and vectors with one element a group."""
    plain: list[Any] = [pm.Normal("p0"), pm.Normal("p1")]
    positive: list[Any] = [pm.HalfNormal("s0")]
    grouped: list[Any] = []
    kinds: dict[str, Callable[[str], Any]] = {
        "root": lambda n: plain.append(pm.Normal(n)),
        "heavy": lambda n: plain.append(pm.StudentT(n, nu=4)),
        "child": lambda n: plain.append(pm.Normal(n, _one(rng, plain), 1.0)),
        "scaled": lambda n: plain.append(pm.Normal(n, 0.0, _one(rng, positive))),
        "spread": lambda n: positive.append(pm.HalfNormal(n)),
        "width": lambda n: positive.append(pm.Exponential(n, _one(rng, positive))),
        "groups": lambda n: grouped.append(
            pm.Normal(n, _one(rng, plain), _one(rng, positive), dims="group")
        ),
        "stretched": lambda n: grouped.append(
            pm.Deterministic(
                f"{n}_moved",
                _one(rng, plain) + _one(rng, positive) * pm.Normal(n, dims="group"),
                dims="group",
            )
        ),
        "product": lambda n: plain.append(
            pm.Deterministic(n, _one(rng, plain) * _one(rng, positive))
        ),
    }
    for k in range(int(rng.integers(2, 7))):
        kinds[str(rng.choice(list(kinds)))](f"q{k}")
    return plain, positive, grouped


def _one(rng: np.random.Generator, pool: list[Any]) -> Any:
    return pool[int(rng.integers(len(pool)))]


def _mechanisms(
    rng: np.random.Generator,
    plain: list[Any],
    positive: list[Any],
    grouped: list[Any],
    seen: dict[str, np.ndarray],
) -> None:
    mechanisms: list[Any] = []
    for k in range(int(rng.integers(2, 6))):
        mean = _one(rng, plain)
        if rng.random() < 0.6:
            mean = mean + pm.math.sin(_one(rng, plain))
        if grouped and rng.random() < 0.5:
            mean = mean + _one(rng, grouped)[GROUP]
        if mechanisms and rng.random() < 0.7:
            mean = mean * (0.3 + _one(rng, mechanisms))  # of a binary one none is zero
        if rng.random() < 0.3:
            mean = pm.Deterministic(f"mean{k}", mean + pt.zeros(UNITS), dims="unit")
        name, kind = f"m{k}", str(rng.choice(["normal", "spread", "heavy", "binary", "count"]))
        if kind == "normal":
            variable = pm.Normal(name, mean, 1.0, dims="unit")
        elif kind == "spread":
            variable = pm.Normal(name, mean, _one(rng, positive), dims="unit")
        elif kind == "heavy":
            variable = pm.StudentT(name, nu=4, mu=mean, sigma=1.0, dims="unit")
        elif kind == "binary":
            variable = pm.Bernoulli(name, logit_p=mean, dims="unit")
        else:
            variable = pm.Poisson(name, pm.math.log1pexp(mean), dims="unit")
        mechanisms.append(variable)
        if kind in ("binary", "count"):
            seen[name] = rng.integers(0, 2, UNITS)
        elif k == 0 or rng.random() < 0.75:
            seen[name] = rng.normal(size=UNITS)
            if rng.random() < 0.2:
                seen[name][int(rng.integers(UNITS))] = np.nan


def by_force(
    model: pm.Model, rng: np.random.Generator
) -> list[tuple[set[str], set[str], set[str]]]:
    """The blocks by PyMC's own log-density: unknowns, seen mechanisms and Potentials of each.

    Unknowns are joined whose mixed second difference is not zero; a term belongs to an unknown
    that changes it.
    """
    terms = [*model.observed_RVs, *model.potentials]
    densities = model.logp(vars=terms, sum=False) if terms else []
    function = model.compile_fn(
        [*[d.sum() for d in densities], model.logp()], inputs=model.value_vars, mode=PLAIN
    )
    named = {model.rvs_to_values[rv].name: rv.name for rv in model.free_RVs}
    start = {v.name: np.asarray(model.initial_point()[v.name]) for v in model.value_vars}
    point = {n: 0.5 * rng.normal(size=v.shape) for n, v in start.items()}

    def at(*moved: str) -> np.ndarray:
        steps = {n: STEP * (1 + 0.3 * np.arange(v.size).reshape(v.shape)) for n, v in point.items()}
        found = function({n: v + (steps[n] if n in moved else 0.0) for n, v in point.items()})
        return np.array([float(f) for f in found])

    here, alone = at(), {n: at(n) for n in point}
    groups = [{n} for n in point]
    for one, two in combinations(point, 2):
        difference = (at(one, two) - alone[one] - alone[two] + here)[-1]
        if abs(difference) > 1e-8:
            joined = [g for g in groups if one in g or two in g]
            groups = [g for g in groups if g not in joined] + [set().union(*joined)]
    found = []
    for group in groups:
        moved = {
            t.name
            for k, t in enumerate(terms)
            if any(abs(alone[n][k] - here[k]) > 1e-10 for n in group)
        }
        potentials = {p.name for p in model.potentials}
        found.append(({named[n] for n in group}, moved - potentials, moved & potentials))
    return found
