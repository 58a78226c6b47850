"""Random structural causal models, simulated twice: in PyMC by the package, and in NumPy."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from ifonly.inference import (
    ITE,
    Counterfactual,
    Posterior,
    policy,
    replace_by,
    scale,
    set_to,
    shift,
)

from .random_laws import LAWS, Array, Law

UNITS, GROUPS, DRAWS = 6, 2, 400
BENT = {
    "tanh": (pt.tanh, np.tanh),
    "sin": (pt.sin, np.sin),
    "line": (lambda v: 0.4 * pt.clip(v, -3, 3), lambda v: 0.4 * np.clip(v, -3, 3)),
}


@dataclass
class Case:
    """A model, what is known of its units, and one question.

    Attributes
    ----------
    laws : mapping of str to Law
        By mechanism, causes first.
    edges : mapping of str to list of (cause, bend, whether its mean over units acts)
    draws : mapping of str to array of shape (draw, ...)
        Parameters.
    natural : mapping of str to array of shape (draw, unit, ...)
    seen : mapping of str to array of shape (unit, ...), NaN where missing
    """

    rng: np.random.Generator
    laws: dict[str, Law] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    edges: dict[str, list[tuple[str, str, bool]]] = field(default_factory=dict)
    draws: dict[str, Array] = field(default_factory=dict)
    natural: dict[str, Array] = field(default_factory=dict)
    seen: dict[str, Array] = field(default_factory=dict)
    coupling: dict[str, str] = field(default_factory=dict)
    group: Array = field(default_factory=lambda: np.arange(UNITS) % GROUPS)

    def predictor(self, name: str, values: dict[str, Array]) -> Array:
        """Return e of a mechanism, of shape (draw, unit)."""
        e = self.draws[f"{name}_base"][:, self.group]
        for k, (cause, bend, pooled) in enumerate(self.edges[name]):
            v = values[cause]
            v = v[..., 0] if v.ndim == 3 else v
            e = e + self.draws[f"{name}_{k}"][:, None] * BENT[bend][1](v)
            if pooled:
                e = e + 0.3 * np.tanh(v.mean(axis=1, keepdims=True))
        return 1.5 * np.tanh(e)

    def model(self) -> pm.Model:
        """Return the same in PyMC."""
        coords = {"unit": range(UNITS), "group": range(GROUPS), "item": range(2)}
        with pm.Model(coords=coords) as model:
            made: dict[str, Any] = {}
            for name, law in self.laws.items():
                e = pm.Normal(f"{name}_base", dims="group")[self.group]
                for k, (cause, bend, pooled) in enumerate(self.edges[name]):
                    v = made[cause][:, 0] if self.laws[cause].width else made[cause]
                    e = e + pm.Normal(f"{name}_{k}") * BENT[bend][0](v)
                    if pooled:
                        e = e + 0.3 * pt.tanh(v.mean())
                dims = ("unit", "item") if law.width else ("unit",)
                made[name] = law.rv(name, 1.5 * pt.tanh(e), dims=dims)
        return model

    def moved(
        self, name: str, values: dict[str, Array], rng: np.random.Generator
    ) -> tuple[Array, bool]:
        """Return a mechanism's values given those of its causes, and whether no chance is in it."""
        old, new = (self.predictor(name, v) for v in (self.natural, values))
        # Strided and contiguous arrays have tangents that differ in the last bit.
        new = np.where(np.isclose(old, new, rtol=1e-12, atol=1e-12), old, new)
        if np.array_equal(old, new):
            return self.natural[name], True
        law = self.laws[name]
        move = law.moves[self.coupling.get(name, next(iter(law.moves)))]
        return move(rng, self.natural[name], old, new), law.exact

    def world(self, do: dict[str, Any], rng: np.random.Generator) -> tuple[dict[str, Array], bool]:
        """Return every value under interventions, and whether no chance is in them."""
        values: dict[str, Array] = {}
        exact = True
        for name in self.laws:
            kind, amount = do.get(name, ("", None))
            if kind in ("value", "units", "replace"):
                values[name] = _placed(rng, kind, amount, self.natural[name].shape)
                exact = exact and kind != "replace"
                continue
            values[name], certain = self.moved(name, values, rng)
            exact = exact and certain
            if kind:
                values[name] = _acted(kind, amount, values[name], values)
        return values, exact


def random_case(seed: int) -> Case:
    """Return a case of two to five mechanisms."""
    rng = np.random.default_rng(seed)
    case = Case(rng)
    names = [f"v{k}" for k in range(rng.integers(2, 6))]
    for k, name in enumerate(names):
        # Something is seen: the first, whose values could be under any draw.
        fit = [n for n, law in LAWS.items() if k or law.support != "draws"]
        kind = str(rng.choice(fit))
        law = case.laws[name] = LAWS[kind]
        case.kinds[name] = kind
        causes = [c for c in names[:k] if rng.random() < 0.6] or names[max(0, k - 1) : k]
        case.edges[name] = [
            (c, str(rng.choice(list(BENT))), bool(rng.random() < 0.15)) for c in causes
        ]
        case.draws[f"{name}_base"] = rng.normal(size=(DRAWS, GROUPS)) * 0.5
        for j in range(len(causes)):
            sizes = rng.uniform(0.5, 1.0) + 0.1 * rng.normal(size=DRAWS)
            case.draws[f"{name}_{j}"] = sizes * rng.choice([-1, 1])
        if "" not in law.moves:
            case.coupling[name] = str(rng.choice(list(law.moves)))
        _know(case, name, rng)
    return case


def _know(case: Case, name: str, rng: np.random.Generator) -> None:
    """Draw a mechanism's natural values, and decide what is seen of them."""
    law, e = case.laws[name], case.predictor(name, case.natural)
    values = np.asarray(law.draw(rng, e), dtype=float)
    how = str(rng.choice(["seen", "latent", "gaps"], p=[0.6, 0.25, 0.15]))
    if law.support == "draws":  # a value seen could not be, under another draw
        how = "latent"
    elif not case.natural:
        how = "seen"
    if how != "latent":
        gone = np.zeros(UNITS, dtype=bool)
        gone[: 2 if how == "gaps" and not law.width else 0] = True
        values = np.where(gone[(None, ...) + (None,) * (values.ndim - 2)], values, values[:1])
        case.seen[name] = np.where(gone.reshape(-1, *[1] * (values.ndim - 2)), np.nan, values[0])
    case.natural[name] = values


def _question(case: Case) -> tuple[str, dict[str, tuple[str, Any]]]:
    """Return the outcome, and for one target or two how they are acted on."""
    rng, names = case.rng, list(case.laws)
    targets = [n for n in names[:-1] if case.laws[n].support != "draws"]
    count = min(len(targets), 1 + int(rng.random() < 0.3))
    chosen = sorted(rng.choice(targets, count, replace=False)) if count else []
    return names[-1], {str(n): _act(case, str(n)) for n in chosen}


def _act(case: Case, target: str) -> tuple[str, Any]:
    """Return a kind of intervention that fits a target, and its amount."""
    rng, law, names = case.rng, case.laws[target], list(case.laws)
    if law.width:
        kind = str(rng.choice(["value", "shift", "scale"]))
        return kind, rng.normal(size=2)
    ways = ["value", "units"]
    if law.support == "real":
        ways += ["shift", "scale", "policy", "replace"]
    if law.support == "positive":
        ways += ["scale"]
    kind = str(rng.choice(ways))
    sample = np.asarray(law.draw(rng, np.zeros(UNITS)), dtype=float)
    if target in case.seen and not np.isnan(case.seen[target]).any():
        sample = rng.permutation(case.seen[target])
    amount: Any = {"value": float(sample[0]), "units": sample, "shift": 0.7, "scale": 1.4}.get(kind)
    if kind in ("policy", "replace"):
        earlier = [n for n in names[: names.index(target)] if not case.laws[n].width]
        amount = str(rng.choice(earlier)) if earlier and kind == "policy" else None
    return kind, amount


def _placed(rng: np.random.Generator, kind: str, amount: Any, shape: tuple[int, ...]) -> Array:
    if kind == "replace":
        return rng.normal(0.5, 0.8, size=shape)
    return np.broadcast_to(amount, shape).astype(float)


def _acted(kind: str, amount: Any, natural: Array, values: dict[str, Array]) -> Array:
    """Return what is made of the value that a variable has by itself in the same world."""
    if kind == "shift":
        return natural + amount
    if kind == "scale":
        return natural * amount
    return 0.5 * natural + (0.0 if amount is None else np.tanh(values[amount]))


def _asked(target: str, kind: str, amount: Any) -> Any:
    if kind in ("value", "units"):
        return set_to(amount)
    if kind == "policy":
        return policy(lambda v: 0.5 * v[target] + (0.0 if amount is None else pt.tanh(v[amount])))
    if kind == "replace":
        return replace_by(pm.Normal.dist(0.5, 0.8))
    return {"shift": shift, "scale": scale}[kind](amount)


def disagreement(seed: int, backend: str = "python") -> tuple[float, str]:
    """Return by how much the package and NumPy differ on a random case, and its description.

    Returns
    -------
    float
        In standard errors where chance is in it; else 0 or infinite.
    str
    """
    case = random_case(seed)
    outcome, do = _question(case)
    words = f"seed {seed}: {case.kinds}, do {do}, coupling {case.coupling}, seen {list(case.seen)}"
    effects = bool(case.rng.random() < 0.5) and case.laws[outcome].support != "whole"
    values, exact = case.world(do, case.rng)
    want = values[outcome] - (case.natural[outcome] if effects else 0.0)
    posterior = _posterior(case, seed)
    asked = {n: _asked(n, *act) for n, act in do.items()}
    query = (ITE if effects else Counterfactual)(outcome, do=asked)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of chains, which these draws are none of
        answer = posterior.ask(query, backend=backend)
    found = answer.isel(chain=0).to_numpy().astype(float)
    if exact:
        same = np.allclose(found, want, rtol=1e-6, atol=1e-7)
        worst = 0.0 if same else np.abs(found - want).max()
        return (0.0 if same else np.inf), f"{words}: off by {worst:.3g}"
    return _apart(found, want), words


def _apart(found: Array, want: Array) -> float:
    """Return the largest difference of means over draws, in standard errors."""
    worst = 0.0
    for of in (np.tanh, lambda v: np.minimum(np.abs(v), 20.0)):
        a, b = of(found), of(want)
        error = np.sqrt((a.var(axis=0) + b.var(axis=0)) / len(a))
        apart = np.abs(a.mean(axis=0) - b.mean(axis=0))
        worst = max(worst, float((apart / np.maximum(error, 1e-9 + 0.3 / len(a))).max()))
    return worst


def _posterior(case: Case, seed: int) -> Posterior:
    model = case.model()
    drawn: dict[str, Any] = {}
    for name, values in case.draws.items():
        dims = ("chain", "draw", "group")[: values.ndim + 1]
        drawn[name] = (dims, values[None])
    for name, law in case.laws.items():
        if name in case.seen and not np.isnan(case.seen[name]).any():
            continue
        values = case.natural[name]
        whole = law.support == "whole"
        dims = ("chain", "draw", "unit", "item")[: values.ndim + 1]
        drawn[name] = (dims, values[None].astype(int if whole else float))
    data: Any = {n: ("unit", "item")[: v.ndim] for n, v in case.seen.items()}
    seen = xr.Dataset({n: (dims, case.seen[n]) for n, dims in data.items()})
    fit = xr.Dataset(drawn)
    return Posterior.from_idata(model, fit, seen, seed=seed, coupling=case.coupling)


def table(seeds: range) -> pd.DataFrame:
    """Return the disagreements of many cases, the largest first."""
    rows = [disagreement(seed) for seed in seeds]
    return pd.DataFrame(rows, columns=["apart", "case"], index=seeds).sort_values("apart")[::-1]
