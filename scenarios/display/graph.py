"""The causal graph of a model, read from the model itself and drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import networkx as nx

from ifonly.inference.errors import ModelError
from ifonly.inference.scm.equations import Equations

if TYPE_CHECKING:
    import pymc as pm
    from matplotlib.figure import Figure

__all__ = ["causal_graph", "draw_graph"]


def causal_graph(
    model: pm.Model,
    *,
    deterministics: bool | Collection[str] = False,
    parameters: bool = False,
    latent: Iterable[str] = (),
    unit: str = "unit",
) -> nx.DiGraph:
    """Return the graph of a model's variables, an edge from each cause to its effect.

    Parameters
    ----------
    model : pm.Model
    deterministics : bool or collection of str
        Whether Deterministics are nodes, or which of them; else edges pass through them.
    parameters : bool
        Whether variables without the unit dimension are nodes.
    latent : iterable of str
        Mechanisms that nobody sees. Where some variables of the model are observed, the other
        mechanisms are latent anyway.
    unit : str
        Name of the unit dimension.

    Returns
    -------
    networkx.DiGraph
        Each node has a ``kind``: mechanism, latent, data, deterministic or parameter.

    Raises
    ------
    ModelError
        If the model has no unit dimension, or `latent` names no mechanism of it.
    """
    equations = Equations(model, unit)
    observed = {v.name for v in model.observed_RVs}
    unseen = set(latent)
    for name in unseen:
        equations.require(name, "the latents name", ModelError)
    if observed:
        unseen |= set(equations.mechanisms) - observed
    if isinstance(deterministics, bool):
        deterministics = equations if deterministics else ()
    kinds: dict[str, str] = {}
    for name, equation in equations.items():
        with_units = equations.has_units(name)
        if equation.kind == "deterministic" and with_units and name in deterministics:
            kinds[name] = "deterministic"
        elif equation.kind in ("random", "data") and with_units:
            plain = "data" if equation.kind == "data" else "mechanism"
            kinds[name] = "latent" if name in unseen else plain
        elif equation.kind in ("random", "data") and parameters:
            kinds[name] = "data" if equation.kind == "data" else "parameter"
    graph = nx.DiGraph()
    for name in model.named_vars:
        if name in kinds:
            graph.add_node(name, kind=kinds[name])
    graph.add_edges_from((c, name) for name in kinds for c in sorted(equations.causes(name, kinds)))
    return graph


def draw_graph(
    model: pm.Model,
    fixed: Iterable[str] = (),
    unit: str = "unit",
    *,
    latent: Iterable[str] = (),
    deterministics: bool = False,
    parameters: bool = False,
    notes: Mapping[str, str] | None = None,
) -> Figure:
    """Return a drawing of the causal graph: causes above, effects below.

    Parameters
    ----------
    model : pm.Model
    fixed : iterable of str
        Variables that an intervention sets; drawn grey, as ``pm.Data`` is (what ``pm.do`` leaves
        of a variable).
    unit : str
        Name of the unit dimension.
    latent : iterable of str
        Mechanisms that nobody sees; drawn dashed.
    deterministics : bool
        Whether to show Deterministics, smaller; else only those that have a note.
    parameters : bool
        Whether to show variables without the unit dimension, smaller.
    notes : mapping of str to str, optional
        A second line for some nodes, such as their role.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ModelError
        If the model has no unit dimension, or `fixed` or `latent` names no variable of it.

    Examples
    --------
    >>> from ifonly.models.linear_walkthrough import linear_walkthrough
    >>> figure = draw_graph(linear_walkthrough(), fixed=["b"])
    >>> sorted(text.get_text() for text in figure.axes[0].texts)
    ['a', 'b', 'c', 'set by do', 'y']
    """
    from .drawing import draw

    shown = deterministics or set(notes or {})
    graph = causal_graph(
        model, deterministics=shown, parameters=parameters, latent=latent, unit=unit
    )
    fixed = set(fixed)
    for name in fixed:
        Equations(model, unit).require(name, "the fixed variables name", ModelError)
    for name, data in graph.nodes(data=True):
        data["fixed"] = name in fixed or data["kind"] == "data"
        data["note"] = (notes or {}).get(name, "")
    return draw(graph)
