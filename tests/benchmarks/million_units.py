"""ATE and mean ITE over 1,000,000 units and 4,000 draws; prints peak memory and seconds as JSON."""

import json
import resource
import time

import numpy as np

from ifonly.inference import ATE, ITE, shift
from ifonly.inference.engine.state import State
from ifonly.inference.queries.answer import ask
from ifonly.scenarios import get

UNITS, CHAINS, DRAWS = 1_000_000, 4, 1_000


def main() -> None:
    """Ask both queries of a posterior that is the truth with a little noise on it."""
    scenario = get("recommendation_funnel")
    world = scenario.simulate(units=UNITS, seed=1)
    rng = np.random.default_rng(1)
    drawn = {
        name: value + 0.01 * rng.standard_normal((CHAINS * DRAWS, *np.shape(value)))
        for name, value in world.parameters.items()
    }
    state = State(world.model, "unit", world.state.evidence, drawn, (CHAINS, DRAWS))
    started = time.time()
    do = {"recommendation_quality": shift(0.5)}
    average = ask(state, ATE("next_week_value", do=do))
    unit = ask(state, ITE("next_week_value", do=do, summary=True))
    figures = {
        "seconds": time.time() - started,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "ate": float(average.mean()),
        "mean_ite": float(unit.sel(statistic="mean").mean()),
        "unit_draws": 2 * UNITS * CHAINS * DRAWS,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
