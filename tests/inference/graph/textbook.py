"""The graph of the confounded world, and how short graphs are written in tests."""

from ifonly.inference import CausalGraph


def drawn(text: str, latents: str = "", nodes: str = "") -> CausalGraph:
    """A graph from lines such as ``u > t y, t > y``."""
    edges = [
        (cause.strip(), effect)
        for line in text.split(",")
        for cause, _, effects in [line.partition(">")]
        for effect in effects.split()
    ]
    return CausalGraph.of_edges(edges, latents=latents.split(), nodes=nodes.split())


EXPERIMENT = (
    "activity > pre_metric E T exposure Y, age > pre_metric Y, segment > Y, u > pre_metric T C Y,"
    "Z > T, E > T exposure, T > exposure C Y, exposure > Y"
)


def experiment() -> CausalGraph:
    return drawn(EXPERIMENT, latents="u", nodes="signup_month")
