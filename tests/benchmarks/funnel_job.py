"""The whole job on the recommendation funnel, from process start; prints its figures as JSON.

Simulate 4,000 rows, fit, three average effects, 4,000 counterfactuals, all with a posterior.
"""

import json
import sys
import time

STARTED = float(sys.argv[1]) if len(sys.argv) > 1 else time.time()


def main() -> None:
    """Do the job and say how long each part took."""
    parts, last = {}, STARTED

    def lap(name: str) -> None:
        nonlocal last
        now = time.time()
        parts[name], last = now - last, now

    from ifonly.inference import ATE, Counterfactual, condition, shift
    from ifonly.scenarios import get

    lap("import")
    scenario = get("recommendation_funnel")
    world = scenario.simulate(units=4_000, seed=2026)
    lap("simulate")
    posterior = condition(scenario.model, world.data, seed=1, progress=False)
    lap("fit")
    levers = ("recommendation_quality", "watch_time", "tutorial_prompt")
    effects = {
        lever: float(posterior.ask(ATE("next_week_value", do={lever: shift(0.5)})).mean())
        for lever in levers
    }
    lap("effects")
    rows = posterior.ask(
        Counterfactual("next_week_value", do={"recommendation_quality": shift(0.5)})
    )
    lap("counterfactuals")
    seconds = time.time() - STARTED
    print(
        json.dumps(
            {"seconds": seconds, "parts": parts, "effects": effects, "rows": dict(rows.sizes)}
        )
    )


if __name__ == "__main__":
    main()
