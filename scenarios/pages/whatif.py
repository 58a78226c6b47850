"""The page to play with: one file with its levers, its numbers and what draws them."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ..reports.provenance import versions
from .contents import contents, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ifonly.inference import Posterior, World

__all__ = ["rendered", "whatif_page"]


def whatif_page(
    posterior: Posterior,
    outcome: str | None = None,
    levers: Sequence[str] = (),
    *,
    world: World | None = None,
    backend: str | None = None,
) -> str:
    """Return a page whose levers move the outcome: one HTML file that needs no server.

    Parameters
    ----------
    posterior : Posterior
    outcome : str, optional
        By default the mechanism that most others lead to.
    levers : sequence of str
        Causes of the outcome with one number for each unit; by default up to three.
    world : World, optional
        Where the truth is known: it is drawn beside the posterior.
    backend : {"numba", "jax"}, optional
        By default as the engine chooses.

    Returns
    -------
    str
        Where the effect is a polynomial in the levers, exact for all of their settings; elsewhere
        computed on a grid, with the error between said on the page.

    Raises
    ------
    QueryError
        If there is no such outcome or lever.
    ModelError
        If the model has something that the engine cannot compute.
    """
    return rendered(contents(page_of(posterior, outcome, levers, world=world, backend=backend)))


def rendered(page: dict[str, Any], token: str | None = None) -> str:
    """Return the page that carries these contents.

    Parameters
    ----------
    page : dict
        What `contents` returns.
    token : str, optional
        Where a server answers: what it asks to be told.
    """
    page = {**page, "token": token}
    environment = Environment(
        loader=FunctionLoader(_file), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("whatif.html").render(
        page=page,
        style=Markup(_file("whatif.css")),
        script=Markup(_file("whatif.js")),
        # No tag may begin inside the numbers.
        data=Markup(json.dumps(page, allow_nan=False).replace("<", "\\u003c")),
        connect=Markup("'none'" if token is None else "'self'"),
        foot=", ".join(f"{n} {v}" for n, v in versions().items()),
    )


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
