"""What stands for a posterior where its answers are known, so that nothing is sampled."""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ifonly.inference import Query, World

# What each draw is off by: two chains of three draws, whose mean is 0.
OFF = xr.DataArray([[-0.01, 0.0, 0.01], [0.01, -0.01, 0.0]], dims=("chain", "draw"))


class Standin:
    """A posterior whose answers are those of the true world, each draw off by as much as `OFF`.

    Its parameters are the true ones in all draws, or what is given in their place.
    """

    def __init__(self, world: World, **parameters: Any) -> None:
        self.world, self.state, self.model = world, world.state, world.model
        draws = {n: np.broadcast_to(v, (2, 3, *np.shape(v))) for n, v in world.parameters.items()}
        columns = {n: (_dims(n, v), v) for n, v in (draws | parameters).items()}
        self.idata = xr.DataTree.from_dict({"posterior": xr.Dataset(columns)})
        self.facts = {"method": "nuts", "sampler": "stand-in"}

    def ask(self, query: Query, backend: str | None = None) -> xr.DataArray:
        truth = self.world.ask(query, backend)
        # Fresh units of another seed are off in other draws.
        off = OFF.roll(draw=query.seed or 0)
        return (truth + off).transpose("chain", "draw", ...).assign_attrs(truth.attrs)


def _dims(name: str, draws: NDArray[np.float64]) -> tuple[str, ...]:
    return ("chain", "draw", *(f"{name}_{k}" for k in range(draws.ndim - 2)))
