"""networkx is there when a graph is made, and not before."""

import subprocess
import sys

CODE = """
import sys
from ifonly.inference import CausalGraph
assert "networkx" not in sys.modules
assert CausalGraph.of_edges([("t", "y")]).dag.number_of_edges() == 1
assert "networkx" in sys.modules
"""


def test_it_is_loaded_with_the_first_graph() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True)
