"""What is learnt and asked: structural form, worlds, conditioning, queries, comparison.

The public names are loaded when first used: what only reads a table, or refuses a typo, does not
wait for PyMC.

Examples
--------
>>> import ifonly.inference
>>> ifonly.inference.ATE is ifonly.inference.queries.ATE
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if not __name__.startswith("ifonly."):
    raise ImportError("import ifonly.inference, not inference: a second copy would be loaded")

if TYPE_CHECKING:
    from .public import *  # noqa: F403


def __getattr__(name: str) -> Any:
    if name == "__all__" or not name.startswith("_"):
        public = import_module(f"{__name__}.public")
        if name == "__all__" or name in public.__all__:
            return getattr(public, name)
        if name in globals():  # a package that is loaded by now
            return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__getattr__("__all__"), *globals()]
