"""A population of given rows whose treatment and outcome share a latent confounder."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import ArrayLike, NDArray
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.replace import _vectorize_node
from pytensor.link.numba.dispatch.basic import generate_fallback_impl, numba_funcify

__all__ = ["sandbox", "sandbox_times"]

Array = NDArray[Any]


def sandbox(
    *,
    columns: Mapping[str, ArrayLike],
    threshold: ArrayLike,
    means: Sequence[ArrayLike],
    loadings: Sequence[ArrayLike],
    law: str,
    strength: float,
    scale: float = 1.0,
    treatment: str = "T",
    outcome: str = "Y",
    row: str = "row",
    latent: str | None = "U",
) -> pm.Model:
    r"""Return a fresh model of a sandbox: units are rows of a population.

    With :math:`h(x)` the normal quantile of the propensity, :math:`\mu_t(x)` the mean of Y(t) and
    :math:`l_t(x)` how the latent U loads on it:

    .. math::

        \text{row} &\sim \text{Uniform}\{0, \dots, n - 1\}, \qquad U \sim N(0, 1) \\
        T &\sim \text{Bernoulli}\left(
            \Phi\left((h + \lambda U) / \sqrt{1 - \lambda^2} + \alpha_T\right)\right) \\
        Y &\sim F\left(\mu_T, l_T U\right),

    where the location of Y also has :math:`\alpha_Y + T \beta`. It is in the outcome's unit for a
    normal law, a normal quantile for a binary one, and a logarithm for the others. The three
    parameters say how far a world is from the sandbox: there, all are 0.

    Parameters
    ----------
    columns : mapping of str to array of shape (row,)
        Numbers that a unit shows of its row.
    threshold : array of shape (row,)
        h.
    means, loadings : two arrays of shape (row,)
        Of Y(0) and of Y(1).
    law : {"normal", "bernoulli", "negative_binomial", "lognormal"}
        Of the outcome.
    strength : float
        :math:`\lambda`.
    scale : float
        Standard deviation of Y(t), or of its logarithm; of a count the size of its negative
        binomial law, infinite for a Poisson law.
    treatment, outcome : str
        How their variables are called.
    row, latent : str
        How the number of a unit's row and U are called. Without a U (None) the model is that of an
        analyst who thinks all confounders are seen: the propensity is the same, and U's part of Y
        is noise.

    Returns
    -------
    pymc.Model
        Mechanisms `row`, each of `columns`, `latent`, the treatment and the outcome, with dims
        ``unit``, which has length 1. Parameters ``T_intercept``, ``Y_intercept`` and ``Y_on_T``,
        under the names of treatment and outcome.

    Examples
    --------
    >>> zero = [0.0, 0.0]
    >>> model = sandbox(
    ...     columns={"age": [20.0, 30.0]}, threshold=zero, means=(zero, zero),
    ...     loadings=(zero, zero), law="normal", strength=0.5,
    ... )
    >>> sorted(v.name for v in model.free_RVs)
    ['T', 'T_intercept', 'U', 'Y', 'Y_intercept', 'Y_on_T', 'age', 'row']
    """
    h = np.asarray(threshold, dtype=float)
    with pm.Model(coords={"unit": range(1)}) as model:
        at = pm.DiscreteUniform(row, 0, len(h) - 1, dims="unit")
        for name, values in columns.items():
            pm.DiracDelta(name, _of(at, values), dims="unit")
        given = [_of(at, v) for v in (h, *_located(law, means), *loadings)]
        _time(given, law, scale, strength, treatment, outcome, latent)
    return model


def sandbox_times(
    *,
    columns: Mapping[str, ArrayLike],
    rows: int,
    times: Sequence[Mapping[str, Any]],
    row: str = "row",
) -> pm.Model:
    """Return a fresh model of a sandbox with a treatment and an outcome at each of several times.

    Each time is as in `sandbox`, with a latent and parameters of its own; what is known of it
    depends on the row, and on the treatments and outcomes of the times before.

    Parameters
    ----------
    columns : mapping of str to array of shape (row,)
        Numbers that a unit shows of its row.
    rows : int
        Of the population.
    times : sequence of mapping
        Each with ``law``, ``scale``, ``strength``, ``treatment``, ``outcome`` and ``latent`` as
        in `sandbox`; and ``given``, a function of the rows' numbers and of what was before, all of
        shape (unit,). It returns the threshold, the two means and the two loadings of each unit;
        and ``key``, a text by which two such functions are told apart.
    row : str
        How the number of a unit's row is called.

    Returns
    -------
    pymc.Model
        Mechanisms as in `sandbox`, those of each time.

    Examples
    --------
    >>> def given(row, *before):
    ...     return tuple(0.0 * row for _ in range(5))
    >>> one = {"law": "normal", "scale": 1.0, "strength": 0.5, "given": given, "key": "0"}
    >>> times = [
    ...     one | {"treatment": f"T{k}", "outcome": f"Y{k}", "latent": f"U{k}"} for k in (1, 2)
    ... ]
    >>> model = sandbox_times(columns={"age": [20.0, 30.0]}, rows=2, times=times)
    >>> [v.name for v in model.free_RVs if not v.name.endswith(("intercept", "1"))]
    ['row', 'age', 'U2', 'T2', 'Y2_on_T2', 'Y2']
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        at = pm.DiscreteUniform(row, 0, rows - 1, dims="unit")
        for name, values in columns.items():
            pm.DiracDelta(name, _of(at, values), dims="unit")
        before: list[pt.TensorVariable] = []
        for time in times:
            own = {n: v for n, v in time.items() if n not in ("given", "key")}
            op = Given(time["given"], own["law"], time["key"])
            # The first time's is of the rows alone, so that it is known now.
            given = op(at, *before) if before else [_of(at, v) for v in op.values(np.arange(rows))]
            before += _time(given, **own)
    return model


class Given(Op):
    """What is known of a time, given the rows and what was before: a function of NumPy arrays.

    Parameters
    ----------
    function : callable
        As `sandbox_times` has it.
    law : str
        Of the outcome; the means are returned as its locations.
    key : str
        Two of one key are one function.
    """

    __props__ = ("law", "key")

    def __init__(self, function: Callable[..., Sequence[ArrayLike]], law: str, key: str) -> None:
        self.function, self.law, self.key = function, law, key
        self.last: tuple[list[Array], list[Array]] | None = None

    def values(self, *inputs: ArrayLike) -> list[Array]:
        """Return threshold, two locations and two loadings, of the shape of the inputs."""
        arrays = [np.array(a) for a in np.broadcast_arrays(*inputs)]
        # A sampler asks for the same units, whose histories are data, again and again.
        if self.last is not None and all(map(np.array_equal, arrays, self.last[0])):
            return [v.copy() for v in self.last[1]]
        threshold, low, high, *loadings = self.function(*(a.ravel() for a in arrays))
        found = (threshold, *_located(self.law, (low, high)), *loadings)
        values = [np.asarray(v, dtype=float).reshape(arrays[0].shape) for v in found]
        self.last = arrays, values
        return [v.copy() for v in values]

    def make_node(self, *inputs: Any) -> Apply:
        """Return the node of symbolic inputs."""
        inputs = tuple(pt.as_tensor_variable(v) for v in inputs)
        shape = (None,) * max(v.ndim for v in inputs)
        return Apply(
            self, list(inputs), [pt.tensor(dtype="float64", shape=shape) for _ in range(5)]
        )

    def infer_shape(self, node: Any, shapes: Any) -> list[tuple[Any, ...]]:
        """Return the shape of the inputs together, five times."""
        return [pt.broadcast_shape(*shapes, arrays_are_shapes=True)] * 5

    def perform(self, node: Any, inputs: Any, outputs: Any) -> None:
        """Write the values at `inputs` into `outputs`."""
        for output, values in zip(outputs, self.values(*inputs), strict=True):
            output[0] = values


@numba_funcify.register(Given)
def _on_numba(op: Given, node: Apply, **options: Any) -> Any:
    """Return the function called from compiled code; that it is called, not compiled, is meant."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Numba will use object mode")
        return generate_fallback_impl(op, node, **options)


@_vectorize_node.register(Given)
def _of_many(op: Given, node: Apply, *inputs: pt.TensorVariable) -> Apply:
    """Return the node of inputs with more dimensions: units stand for themselves."""
    return op.make_node(*inputs)


def _time(
    given: Sequence[pt.TensorVariable],
    law: str,
    scale: float,
    strength: float,
    treatment: str,
    outcome: str,
    latent: str | None,
) -> tuple[pt.TensorVariable, pt.TensorVariable]:
    """Add a treatment and an outcome; what is given of them is as `Given.values` has it."""
    quantile, low, high, load_0, load_1 = given
    u: Any = 0.0
    if latent is not None:
        u = pm.Normal(latent, 0.0, 1.0, dims="unit")
        quantile = (quantile + strength * u) / np.sqrt(1.0 - strength**2)
    shift = pm.Normal(f"{treatment}_intercept", 0.0, 0.5)
    treated = pm.Bernoulli(treatment, p=_normal(quantile + shift), dims="unit")
    moved = pm.Normal(f"{outcome}_intercept", 0.0, _unit(law, scale)) + treated * pm.Normal(
        f"{outcome}_on_{treatment}", 0.0, _unit(law, scale)
    )
    location = pt.switch(pt.eq(treated, 1), high, low)
    loading = 0.0 if latent is None else pt.switch(pt.eq(treated, 1), load_1, load_0)
    return treated, _outcome(outcome, law, location + moved, loading, u, scale)


def _of(at: pt.TensorVariable, values: ArrayLike) -> pt.TensorVariable:
    return pt.constant(np.asarray(values))[at]


def _normal(quantile: pt.TensorVariable) -> pt.TensorVariable:
    return 0.5 * pt.erfc(-quantile / np.sqrt(2.0))


def _unit(law: str, scale: float) -> float:
    """Return the prior's standard deviation of what moves the location."""
    return scale if law == "normal" else 0.5


def _located(law: str, means: Sequence[ArrayLike]) -> list[Any]:
    from scipy.special import ndtri

    to = {"normal": np.asarray, "bernoulli": ndtri}.get(law, np.log)
    return [to(np.asarray(m, dtype=float)) for m in means]


def _outcome(
    name: str,
    law: str,
    location: pt.TensorVariable,
    loading: Any,
    u: Any,
    scale: float,
) -> pt.TensorVariable:
    rest = pt.sqrt(1.0 - loading**2)
    if law == "normal":
        return pm.Normal(name, location + scale * loading * u, scale * rest, dims="unit")
    if law == "bernoulli":
        return pm.Bernoulli(name, p=_normal((location + loading * u) / rest), dims="unit")
    if law == "lognormal":
        return pm.LogNormal(
            name, location - scale**2 / 2.0 + scale * loading * u, scale * rest, dims="unit"
        )
    mean = pt.exp(location + loading * u - loading**2 / 2.0)
    if np.isinf(scale):
        return pm.Poisson(name, mean, dims="unit")
    return pm.NegativeBinomial(name, mu=mean, alpha=scale, dims="unit")
