"""A laid-out graph as a figure, in inches: boxes as wide as their words, edges around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ifonly.inference.validation.plots import names_as_text

from .layout import Bend, Layout, lay_out

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw"]

# Inches.
MARGIN, GAP, LINE = 0.15, 0.32, 0.18
PAD_X, PAD_Y, SPACE = 0.13, 0.09, 0.56
# Between the ends of two edges on one side of a box.
PORT = 0.22
NARROWEST = 2.2
INK, EDGE, FIXED, PLAIN = "#1f2933", "#5b6673", "#d5d9de", "#ffffff"
SMALL = ("deterministic", "parameter")
LEGEND = {
    "fixed": "set by do",
    "data": "given",
    "latent": "latent",
    "deterministic": "computed",
    "parameter": "parameter",
}


@dataclass(frozen=True)
class _Box:
    """A node's words and their size in inches."""

    lines: tuple[tuple[str, float, str], ...]
    width: float
    height: float


@names_as_text()
def draw(graph: nx.DiGraph) -> Figure:
    """Return the figure of a graph whose nodes have ``kind``, ``fixed`` and ``note``."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(dpi=120, facecolor="white")
    FigureCanvasAgg(figure)
    ends = {name: max(graph.in_degree(name), graph.out_degree(name)) for name in graph}
    boxes = {name: _box(figure, name, data, ends[name]) for name, data in graph.nodes(data=True)}
    layout = lay_out(graph, {n: b.width for n, b in boxes.items()}, GAP)
    tops, bottom = _rows(layout, boxes)
    x = dict(layout.x)
    left = min((x[n] - b.width / 2 for n, b in boxes.items()), default=0.0)
    left = min([left, *(v - GAP / 2 for p, v in x.items() if isinstance(p, Bend))])
    right = max((x[n] + b.width / 2 for n, b in boxes.items()), default=1.0)
    right = max([right, *(v + GAP / 2 for p, v in x.items() if isinstance(p, Bend))])
    words = _legend(graph)
    least = max(NARROWEST, sum(_width(figure, LEGEND[w], 8.0) + 0.42 for w in words))
    spare = max(0.0, least - (right - left)) / 2
    left, right = left - spare - MARGIN, right + spare + MARGIN
    floor = bottom - (0.34 if words else 0.0) - MARGIN
    figure.set_size_inches(right - left, MARGIN - floor)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(left, right), ylim=(floor, MARGIN))
    ax.set_axis_off()
    for edge in graph.edges:
        _edge(ax, edge, layout, boxes, tops)
    for name, box in boxes.items():
        _node(ax, graph.nodes[name], box, (x[name], tops[name]))
    _write_legend(figure, ax, words, (left + MARGIN, bottom - 0.24))
    return figure


def _box(figure: Figure, name: str, data: dict[str, Any], ends: int) -> _Box:
    """Return a box that its words fit, and the ends of its edges beside each other."""
    size = 8.5 if data["kind"] in SMALL else 10.0
    lines = [(name, size, INK)]
    if data["note"]:
        lines.append((data["note"], 8.0, EDGE))
    width = max(_width(figure, text, size) for text, size, _ in lines) + 2 * PAD_X
    width = max(width, 0.5, PORT * (ends - 1) + 2 * PAD_X)
    return _Box(tuple(lines), width, len(lines) * LINE + 2 * PAD_Y)


def _width(figure: Figure, text: str, size: float) -> float:
    from matplotlib.font_manager import FontProperties

    renderer: Any = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    width, _, _ = renderer.get_text_width_height_descent(text, FontProperties(size=size), False)
    return float(width) / figure.dpi


def _rows(layout: Layout, boxes: dict[str, _Box]) -> tuple[dict[Any, float], float]:
    """Return the top of each place, and the bottom of the last layer; y falls from 0."""
    tops: dict[Any, float] = {}
    y = 0.0
    for k, row in enumerate(layout.layers):
        tall = max((boxes[p].height for p in row if isinstance(p, str)), default=0.0)
        for place in row:
            tops[place] = y - (tall - boxes[place].height) / 2 if isinstance(place, str) else y
        tops[k] = tall
        y -= tall + SPACE
    return tops, y + SPACE


def _edge(
    ax: Axes,
    edge: tuple[str, str],
    layout: Layout,
    boxes: dict[str, _Box],
    tops: dict[Any, float],
) -> None:
    """Draw one edge: straight past the layers between, curved in the space between layers."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    cause, effect = edge
    chain = layout.chains[edge]
    start = (_port(layout, boxes, edge, cause), tops[cause] - boxes[cause].height)
    points, codes = [start], [Path.MOVETO]
    here = start
    for place in chain[1:]:
        there = layout.x[place] if isinstance(place, Bend) else _port(layout, boxes, edge, effect)
        top = tops[place] + (0.0 if isinstance(place, Bend) else 0.015)
        half = (here[1] - top) / 2
        points += [(here[0], here[1] - half), (there, top + half), (there, top)]
        codes += [Path.CURVE4] * 3
        here = (there, top)
        if isinstance(place, Bend):
            here = (there, top - tops[place.layer])
            points.append(here)
            codes.append(Path.LINETO)
    arrow = FancyArrowPatch(
        path=Path(points, codes),
        arrowstyle="-|>,head_length=4.5,head_width=2.4",
        color=EDGE,
        lw=1.1,
        shrinkA=0,
        shrinkB=0,
        zorder=1,
        joinstyle="miter",
        capstyle="butt",
    )
    ax.add_patch(arrow)


def _port(layout: Layout, boxes: dict[str, _Box], edge: tuple[str, str], node: str) -> float:
    """Return where on the side of `node` the edge ends: side by side, in the order they come."""
    out = node == edge[0]
    same = [e for e in layout.chains if e[0 if out else 1] == node]
    step = 1 if out else -2
    same.sort(key=lambda e: layout.x[layout.chains[e][step]])
    room = PORT * (len(same) - 1)
    share = same.index(edge) / (len(same) - 1) - 0.5 if len(same) > 1 else 0.0
    return layout.x[node] + share * room


def _node(ax: Axes, data: dict[str, Any], box: _Box, at: tuple[float, float]) -> None:
    from matplotlib.patches import FancyBboxPatch

    small = data["kind"] in SMALL
    radius = box.height / 2 if data["kind"] == "parameter" else 0.07
    x, top = at
    ax.add_patch(
        FancyBboxPatch(
            (x - box.width / 2, top - box.height),
            box.width,
            box.height,
            boxstyle=f"round,pad=0,rounding_size={radius}",
            facecolor=FIXED if data["fixed"] else PLAIN,
            edgecolor=EDGE if small else INK,
            lw=0.7 if small else 1.2,
            ls="--" if data["kind"] == "latent" else "-",
            zorder=2,
        )
    )
    for k, (text, size, color) in enumerate(box.lines):
        y = top - PAD_Y - (k + 0.5) * LINE
        ax.text(x, y, text, ha="center", va="center", size=size, color=color, zorder=3)


def _legend(graph: nx.DiGraph) -> list[str]:
    """Return the kinds of node that need a word."""
    nodes = [data for _, data in graph.nodes(data=True)]
    kinds = {d["kind"] for d in nodes if d["kind"] != "mechanism" and not d["fixed"]}
    if any(d["fixed"] for d in nodes):
        kinds.add("fixed")
    return [kind for kind in LEGEND if kind in kinds]


def _write_legend(figure: Figure, ax: Axes, kinds: list[str], at: tuple[float, float]) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y = at
    for kind in kinds:
        ax.add_patch(
            FancyBboxPatch(
                (x, y - 0.05),
                0.16,
                0.1,
                boxstyle=f"round,pad=0,rounding_size={0.05 if kind == 'parameter' else 0.02}",
                facecolor=FIXED if kind == "fixed" else PLAIN,
                edgecolor=EDGE,
                lw=0.7 if kind in SMALL else 1.0,
                ls="--" if kind == "latent" else "-",
            )
        )
        ax.text(x + 0.22, y, LEGEND[kind], ha="left", va="center", size=8, color=EDGE)
        x += 0.22 + _width(figure, LEGEND[kind], 8.0) + 0.2
