"""The published rows of the confounded world, by their own NumPy stream, and its graph."""

import numpy as np
import pandas as pd

from ifonly.inference import CausalGraph

EDGES = {
    "activity": "pre_metric E T exposure Y",
    "age": "pre_metric Y",
    "segment": "Y",
    "u": "pre_metric T C Y",
    "Z": "T",
    "E": "T exposure",
    "T": "exposure C Y",
    "exposure": "Y",
}
TOTAL = 1.2 + 0.15 * 1.2


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rows(seed: int = 123, units: int = 50_000) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    month = rng.integers(1, 7, units)
    segment = rng.choice(["casual", "regular", "vip"], units, p=[0.5, 0.4, 0.1])
    age = rng.normal(35, 10, units).clip(18, 75)
    activity = rng.gamma(2, 2, units)
    u = rng.normal(0, 1, units)
    pre = 5 + 0.25 * activity + 0.02 * (age - 35) + 0.8 * u + rng.normal(0, 1, units)
    z = rng.binomial(1, 0.5, units)
    standard = (activity - activity.mean()) / activity.std()
    e = rng.binomial(1, sigmoid(-0.5 + 0.3 * standard))
    t = rng.binomial(1, sigmoid(-0.4 + 1.2 * z + 0.6 * u + 0.5 * e + 0.15 * (activity > 2.5)))
    exposure = rng.poisson(np.maximum(0.3 + 1.2 * t + 0.35 * activity + 0.8 * e, 0.05))
    c = rng.binomial(1, sigmoid(-0.2 + t + 0.8 * u))
    lift = pd.Series(segment).map({"casual": 0.0, "regular": 0.4, "vip": 1.0}).to_numpy()
    y = 2 + 1.2 * t + 0.15 * exposure + 0.02 * (age - 35) + 0.3 * activity + lift + u
    y = y + rng.normal(0, 1, units)
    columns = {
        "signup_month": month,
        "segment": segment,
        "age": age,
        "activity": activity,
        "pre_metric": pre,
        "Z": z,
        "E": e,
        "T": t,
        "exposure": exposure,
        "C": c,
        "Y": y,
    }
    return pd.DataFrame(columns)


def graph() -> CausalGraph:
    edges = [(cause, effect) for cause, effects in EDGES.items() for effect in effects.split()]
    return CausalGraph.of_edges(edges, latents=["u"], nodes=["signup_month"])
