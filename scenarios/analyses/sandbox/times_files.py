"""The folder of a sandbox of several times: rows, truth, and a scenario that other commands take.

Kept are the generator of each time and the knobs; all else is made from them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference import ATE, ITE, Query
from ifonly.inference.errors import KnobError
from ifonly.inference.generators.generator import Generator
from ifonly.inference.generators.knobs import Dial, Knobs, Longitudinal
from ifonly.inference.inputs.output_files import write_whole

from ...scenario import Scenario
from .analysis import as_knob, dial_of
from .cases import SandboxCases, digest_of
from .files import (
    SETTINGS,
    coded,
    free_name,
    read_kept,
    scenario_text,
    settings_in,
    settings_text,
)  # fmt: skip
from .times import Times, made_of_times

__all__ = ["load", "scenario_of_times", "write_times"]

SOURCE = "ifonly.models.sandbox:sandbox_times"
DRAWS = 200  # of each chain: what a time has is computed anew in each of them
TURNED = ("effect", "overlap", "confounding")
PLAIN = ("mode", "strength", "prevalence", "keep")


def write_times(times: Times, folder: Path) -> tuple[Path, ...]:
    """Write rows, truth and scenario into a folder that exists.

    Parameters
    ----------
    times : Times
    folder : Path

    Returns
    -------
    tuple of Path

    Raises
    ------
    KnobError
        If a knob is a function, which no file keeps.
    """
    made = times.made
    settings = {
        "knobs": [_told(stage.knobs) for stage in times.stages],
        "units": len(made.rows),
        "seed": times.stages[0].seed,
    }
    contents = {
        "rows.csv": made.rows.to_csv(index=False),
        "truth.csv": made.truth.to_csv(index=False),
        "scenario.py": scenario_text("times_files", "generators (generator_1.nc and on)"),
    }
    for name, content in contents.items():
        write_whole(folder / name, content.encode())
    generators = [generator_file(folder, k) for k in range(len(times.stages))]
    for path, stage in zip(generators, times.stages, strict=True):
        stage.generator.save(path)
    held = [path.read_bytes() for path in generators]
    write_whole(folder / SETTINGS, settings_text(settings, held))
    return (*(folder / name for name in (*contents, SETTINGS)), *generators)


def generator_file(folder: Path, time: int) -> Path:
    """Return where the generator of a time, from 0, is kept."""
    return folder / f"generator_{time + 1}.nc"


def load(folder: str | Path) -> Scenario:
    """Return the scenario that `write_times` has kept; nothing in its files is executed.

    Parameters
    ----------
    folder : path

    Returns
    -------
    Scenario

    Raises
    ------
    DataError
        If its files are not there, or are not as they were written.
    """
    return read_kept(Path(folder), _load)


def _load(folder: Path) -> Scenario:
    def generators(settings: Mapping[str, Any]) -> list[bytes]:
        return [generator_file(folder, k).read_bytes() for k in range(len(settings["knobs"]))]

    settings = settings_in(folder, generators)
    knobs = [_knobs(told) for told in settings["knobs"]]
    learnt = [Generator.load(generator_file(folder, k)) for k in range(len(knobs))]
    seed = int(settings["seed"])
    return scenario_of_times(made_of_times(learnt, knobs, int(settings["units"]), seed), seed)


def _told(knobs: Knobs) -> dict[str, Any]:
    """Return knobs as JSON holds them."""
    found = {n: getattr(knobs, n) for n in (*TURNED, *PLAIN)}
    for name in TURNED:
        if isinstance(found[name], Dial):
            found[name] = f"{found[name].figure}={found[name].target!r}"
        elif callable(found[name]):
            raise KnobError(
                f"the knob {name} is a function, which no file keeps; give an expression in text"
            )
    return found


def _knobs(told: Mapping[str, Any]) -> Knobs:
    turned: dict[str, Any] = {n: None if told[n] is None else as_knob(str(told[n])) for n in TURNED}
    if isinstance(turned["overlap"], str):
        turned["overlap"] = dial_of(turned["overlap"]) or turned["overlap"]
    return Knobs(**turned, **{n: told[n] for n in PLAIN})


def scenario_of_times(made: Longitudinal, seed: int) -> Scenario:
    """Return the scenario of a sandbox of several times.

    Parameters
    ----------
    made : Longitudinal
    seed : int

    Returns
    -------
    Scenario
        Its variants ``time_1`` and so on differ in the arena's cases alone: the effect of that
        time's treatment on its outcome, given all that was before. Its own are those of the last.
    """
    columns = coded(made.sandboxes[0].covariates)[0]
    pairs = [(s.treatment, s.outcome) for s in made.stages]
    taken = {*columns, *(n for pair in pairs for n in pair)}
    row = free_name("row", taken)
    latents = [free_name(f"U_{k}", taken) for k in range(1, len(pairs) + 1)]
    times = [
        {
            "treatment": one.treatment, "outcome": one.outcome, "latent": latent,
            "law": one.law.kind, "scale": one.law.scale, "strength": one.knobs.strength,
            "given": partial(_given, made, k), "key": digest_of(made.sandboxes[k]),
        }
        for k, (one, latent) in enumerate(zip(made.stages, latents, strict=True))
    ]  # fmt: skip
    last = pairs[-1][1]
    found = Scenario(
        name="sandbox",
        title=f"The effects of {_listed(pairs, 0)} on {_listed(pairs, 1)}, in a sandbox learnt "
        "from a table",
        question=f"What do {_listed(pairs, 0)}, one after the other, do to {last}? The units are "
        "rows like those of a real table. Overlap, effect and hidden confounding of each time were "
        f"chosen, so that the truth is known. {', '.join(latents)} are what nobody sees.",
        source=SOURCE,
        parameters={n: 0.0 for t, y in pairs for n in (f"{t}_intercept", f"{y}_intercept",
                                                       f"{y}_on_{t}")},
        roles=dict.fromkeys(columns, "confounder")
        | {row: "row of the population"}
        | dict.fromkeys(latents, "hidden confounder")
        | {t: "treatment" for t, _ in pairs}
        | {y: "outcome" for _, y in pairs},
        queries=_queries(pairs),
        hidden=tuple(latents),
        units=len(made.rows),
        seed=seed,
        method="marginal",
        draws=DRAWS,
        arguments={"columns": columns, "rows": len(made.rows), "times": times, "row": row},
    )  # fmt: skip
    variants = {
        f"time_{k}": replace(found, cases=partial(SandboxCases, f"sandbox:time_{k}", one))
        for k, one in enumerate(made.sandboxes, 1)
    }
    return replace(found, cases=variants[f"time_{len(pairs)}"].cases, variants=variants)


def _listed(pairs: list[tuple[str, str]], which: int) -> str:
    *first, last = (pair[which] for pair in pairs)
    return f"{', '.join(first)} and {last}" if first else last


def _queries(pairs: list[tuple[str, str]]) -> dict[str, Query]:
    """Return the effect of each time on its own outcome, and of all on the last outcome."""
    single = {f"average effect of {t} on {y}": ATE(y, do={t: 1}, versus={t: 0}) for t, y in pairs}
    last = pairs[-1][1]
    arms = {arm: {t: arm for t, _ in pairs} for arm in (0, 1)}
    return {
        **single,
        f"always against never, on {last}": ATE(last, do=arms[1], versus=arms[0]),
        "unit by unit": ITE(last, do=arms[1], versus=arms[0]),
    }


def _given(made: Longitudinal, time: int, row: NDArray[Any], *before: NDArray[Any]) -> Any:
    """Return threshold, means and loadings of a time, as `sandbox_times` asks for them."""
    seen = made.sandboxes[0].covariates.iloc[np.asarray(row, dtype=int)].reset_index(drop=True)
    names = [n for s in made.stages[:time] for n in (s.treatment, s.outcome)]
    history = pd.DataFrame(dict(zip(names, before, strict=True)))
    one = made.at(time, pd.concat([seen, history], axis=1))
    return one.threshold, one.means.untreated, one.means.treated, *one.loadings
