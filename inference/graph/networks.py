"""networkx, loaded when it is first used: a tenth of a second that most questions do without."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["nx"]

if TYPE_CHECKING:
    import networkx as nx
else:

    class _Later:
        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("networkx"), name)

    nx = _Later()
