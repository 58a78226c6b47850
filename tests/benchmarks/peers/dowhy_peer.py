"""System 1, the recommendation funnel, by DoWhy 0.14 `gcm`: its figures and its speed, as JSON.

Run by the Python of `.venv-peers` (see `environment.py`), which holds no PyMC and no ifonly; so
this file simulates the published stream itself, in plain NumPy, and its equations give the truth.

The whole job, timed from the start of the process: import, simulate 4,000 rows, fit, three average
causal effects, 4,000 counterfactuals. Then the counterfactuals alone, again and again. Mechanisms
are `HistGradientBoostingRegressor` with additive noise, at scikit-learn's defaults unless
`--regressor` says otherwise; the published settings are not on record.

An average causal effect from DoWhy compares two worlds that share their roots and draw the noise
below the intervention afresh: one seed's value carries that Monte Carlo error. `--effect-seeds`
repeats the effects to show it, after the job.

The trees predict with as many OpenMP threads as there are cores, which wait busily for each other:
on a machine with other work that is several times slower than one thread (`OMP_NUM_THREADS=1`).
To be fair to DoWhy, run it both ways and quote the faster.
"""

import time

BEGUN = time.time()  # before the imports: they are part of the job

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import platform  # noqa: E402
import statistics  # noqa: E402
from collections.abc import Mapping  # noqa: E402
from importlib.metadata import version  # noqa: E402
from typing import Any  # noqa: E402

import networkx as nx  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from dowhy import gcm  # noqa: E402
from dowhy.gcm.util.general import set_random_seed  # noqa: E402

type Figures = dict[str, Any]

UNITS, SEED, STEP = 4_000, 2026, 0.5
QUALITY, WATCH, PROMPT = "recommendation_quality", "watch_time", "tutorial_prompt"
INTENT, CATALOG, VALUE = "user_intent", "catalog_match", "next_week_value"
LEVERS = (QUALITY, WATCH, PROMPT)
PARENTS = {
    QUALITY: (INTENT, CATALOG),
    WATCH: (QUALITY, PROMPT, INTENT),
    VALUE: (QUALITY, WATCH, INTENT, PROMPT),
}
PACKAGES = ("dowhy", "scikit-learn", "numpy", "pandas", "scipy")


def draw_noise() -> dict[str, np.ndarray]:
    """The published stream: what is exogenous in each variable, in the published order; (unit,)."""
    rng = np.random.default_rng(SEED)
    spread = {INTENT: 1.0, CATALOG: 1.0, PROMPT: 1.0, QUALITY: 0.35, WATCH: 0.45, VALUE: 0.50}
    return {name: rng.normal(0.0, sd, UNITS) for name, sd in spread.items()}


def follow(noise: Mapping[str, np.ndarray], shifts: Mapping[str, float]) -> pd.DataFrame:
    """Every variable by the true equations, each shifted variable moved by its amount."""
    intent, catalog = noise[INTENT], noise[CATALOG]
    prompt = noise[PROMPT] + shifts.get(PROMPT, 0.0)
    quality = 0.55 * intent + 0.35 * catalog + 0.18 * intent * catalog + noise[QUALITY]
    quality = quality + shifts.get(QUALITY, 0.0)
    watch = 1.10 + 0.75 * quality + 0.25 * prompt + 0.35 * intent + 0.18 * quality * intent
    watch = watch + noise[WATCH] + shifts.get(WATCH, 0.0)
    value = 0.35 * quality + 0.60 * watch + 0.20 * intent - 0.10 * prompt + 0.08 * watch * intent
    columns = {INTENT: intent, CATALOG: catalog, PROMPT: prompt, QUALITY: quality, WATCH: watch}
    return pd.DataFrame({**columns, VALUE: value + noise[VALUE]})


def fit(data: pd.DataFrame, regressor: Mapping[str, Any]) -> gcm.InvertibleStructuralCausalModel:
    """The fitted model: empirical roots, boosted trees with additive noise elsewhere."""
    edges = [(parent, child) for child, parents in PARENTS.items() for parent in parents]
    model = gcm.InvertibleStructuralCausalModel(nx.DiGraph(edges))
    for name in (INTENT, CATALOG, PROMPT):
        model.set_causal_mechanism(name, gcm.EmpiricalDistribution())
    for name in PARENTS:
        trees = gcm.ml.create_hist_gradient_boost_regressor(**regressor)
        model.set_causal_mechanism(name, gcm.AdditiveNoiseModel(trees))
    gcm.fit(model, data)
    return model


def effects(model: gcm.InvertibleStructuralCausalModel, seed: int) -> dict[str, float]:
    """Average causal effect of +0.5 of each lever on the value, from 4,000 fresh samples each."""
    set_random_seed(seed)
    return {
        lever: float(
            gcm.average_causal_effect(
                model,
                VALUE,
                interventions_alternative={lever: lambda x: x + STEP},
                interventions_reference={lever: lambda x: x},
                num_samples_to_draw=UNITS,
            )
        )
        for lever in LEVERS
    }


def counterfactuals(model: gcm.InvertibleStructuralCausalModel, data: pd.DataFrame) -> np.ndarray:
    """The value of each row had its quality been 0.5 higher; (unit,)."""
    moved = gcm.counterfactual_samples(model, {QUALITY: lambda x: x + STEP}, observed_data=data)
    return moved[VALUE].to_numpy()


def rows(moved: np.ndarray, data: pd.DataFrame, truth: np.ndarray) -> Figures:
    """The row-level effects, held against the true ones."""
    deltas = moved - data[VALUE].to_numpy()
    return {
        "mean": float(deltas.mean()),
        "mean_first_800": float(deltas[:800].mean()),
        "min": float(deltas.min()),
        "max": float(deltas.max()),
        "true_mean": float(truth.mean()),
        "rmse": float(np.sqrt(np.mean((deltas - truth) ** 2))),
        "correlation": float(np.corrcoef(deltas, truth)[0, 1]),
    }


def spread(model: gcm.InvertibleStructuralCausalModel, seeds: int) -> dict[str, dict[str, float]]:
    """Mean and sd over seeds of each average causal effect: the sd is its Monte Carlo error."""
    runs = pd.DataFrame([effects(model, SEED + 1 + k) for k in range(seeds)])
    return {lever: {"mean": float(d.mean()), "sd": float(d.std())} for lever, d in runs.items()}


def speed(model: gcm.InvertibleStructuralCausalModel, data: pd.DataFrame, repeats: int) -> Figures:
    """Seconds of one call on all rows, and rows a second: the median and the fastest of several."""
    timings, cpu = [], []
    for _ in range(repeats):
        begun, begun_cpu = time.perf_counter(), time.process_time()
        counterfactuals(model, data)
        timings.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - begun_cpu)
    return {
        "seconds": statistics.median(timings),
        "seconds_fastest": min(timings),
        "seconds_slowest": max(timings),
        "seconds_cpu": statistics.median(cpu),
        "rows_per_second": UNITS / statistics.median(timings),
        "rows_per_second_fastest": UNITS / min(timings),
        "repeats": repeats,
    }


def machine() -> Figures:
    """What the timings were taken on; `load` is the one-minute average, others' work included."""
    return {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS"),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "versions": {name: version(name) for name in PACKAGES},
    }


def measure(started: float, repeats: int, seeds: int, regressor: Mapping[str, Any]) -> Figures:
    """All figures: the whole job first, timed from `started` (seconds since the epoch)."""
    gcm.config.disable_progress_bars()
    ends = {"import": time.time()}
    noise = draw_noise()
    data = follow(noise, {})
    ends["simulate"] = time.time()
    model = fit(data, regressor)
    ends["fit"] = time.time()
    average = effects(model, SEED)
    ends["effects"] = time.time()
    moved = counterfactuals(model, data)
    ends["counterfactuals"] = time.time()

    begins = [started, *ends.values()][:-1]
    parts = {name: ends[name] - begin for name, begin in zip(ends, begins, strict=True)}
    truths = {lever: follow(noise, {lever: STEP})[VALUE] - data[VALUE] for lever in LEVERS}
    return {
        "system": "recommendation_funnel",
        "units": UNITS,
        "first_row": {name: float(data[name].iloc[0]) for name in data},
        "regressor": dict(regressor),
        "whole_job": {"seconds": sum(parts.values()), "parts": parts},
        "counterfactual_samples": speed(model, data, repeats),
        "average_causal_effects": average,
        "average_causal_effects_true": {lever: float(d.mean()) for lever, d in truths.items()},
        "average_causal_effects_over_seeds": spread(model, seeds) if seeds > 1 else None,
        "row_effects": rows(moved, data, truths[QUALITY].to_numpy()),
        "machine": machine(),
    }


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description="System 1 by DoWhy gcm, as JSON.")
    parser.add_argument("--started", type=float, default=BEGUN, help="time.time() at the launch")
    parser.add_argument("--repeats", type=int, default=20, help="timed repeats (at least 1)")
    parser.add_argument("--effect-seeds", type=int, default=0, help="repeats of the effects")
    parser.add_argument("--regressor", type=json.loads, default={}, help="keywords, as JSON")
    given = parser.parse_args()
    figures = measure(given.started, max(1, given.repeats), given.effect_seeds, given.regressor)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
