"""Reports: one HTML file that holds all it shows and fetches nothing."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from ..display.wording import number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..scenario import Section

__all__ = ["Chapter", "render"]

# A drawing larger than this many bytes (a cloud of points) is smaller as pixels.
LARGEST_SVG = 250_000
# Inches; beside words a picture has some seven.
WIDEST_BESIDE = 10.0
PIXELS_PER_INCH = 160
NUMBER = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?%?|–")
SHORT = 24
# Longer tables show this many rows at the top.
MOST_ROWS = 40


@dataclass(frozen=True, eq=False)
class Chapter:
    """A heading and what stands under it.

    Attributes
    ----------
    title : str
    sections : sequence of Section
        A section whose title is empty, or the chapter's, has no heading of its own.
    folded : bool
        Whether it is opened by a click.
    open_parts : int, optional
        How many of its sections are open; the others are opened by a click. By default all.
    """

    title: str
    sections: Sequence[Section]
    folded: bool = False
    open_parts: int | None = None


def render(
    title: str, question: str, chapters: Iterable[Chapter], versions: Mapping[str, str]
) -> str:
    """Return a report as one HTML page.

    Parameters
    ----------
    title : str
    question : str
        What is asked, in a few sentences.
    chapters : iterable of Chapter
    versions : mapping of str to str
        What it was made with; shown at the foot.

    Returns
    -------
    str

    Examples
    --------
    >>> from ifonly.scenarios import Section
    >>> page = render("A title", "Why?", [Chapter("One", [Section("", "Because.")])], {})
    >>> "<h1>A title</h1>" in page, "<p>Because.</p>" in page
    (True, True)
    """
    environment = Environment(
        loader=FunctionLoader(_file), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {"words": _words, "paragraphs": _paragraphs}
    used: set[str] = set()
    return environment.get_template("page.html").render(
        title=title,
        style=Markup(_file("page.css")),
        question=question,
        chapters=[_chapter(chapter, used) for chapter in chapters],
        foot=", ".join(f"{n} {v}" for n, v in versions.items()),
    )


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _chapter(chapter: Chapter, used: set[str]) -> dict[str, Any]:
    """Return what the template shows of a chapter."""
    anchor = _anchor(chapter.title, used)
    parts = []
    for place, section in enumerate(chapter.sections):
        heading = section.title if section.title not in ("", chapter.title) else ""
        parts.append(
            {
                "heading": heading,
                "folded": chapter.open_parts is not None and place >= chapter.open_parts,
                "anchor": _anchor(f"{chapter.title} {heading}", used) if heading else "",
                "text": section.text,
                "paired": _is_paired(section),
                "picture": _picture(section) if section.figure is not None else None,
                "table": _table(section.table) if section.table is not None else None,
            }
        )
    return {"title": chapter.title, "anchor": anchor, "parts": parts, "folded": chapter.folded}


def _paragraphs(text: str) -> Iterator[dict[str, Any]]:
    """Yield paragraphs; lines that begin with two spaces are code."""
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.split("\n")
        if not part.strip():
            continue
        is_code = all(line.startswith("  ") for line in lines if line.strip())
        yield {"is_code": is_code, "text": dedent(part) if is_code else " ".join(part.split())}


def _words(text: str) -> Markup:
    """Return text for HTML, with what stands between backticks set as code."""
    return Markup(re.sub(r"`+([^`]+)`+", r"<code>\1</code>", str(escape(text))))


def _anchor(text: str, used: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"
    name, k = base, 2
    while name in used:
        name, k = f"{base}-{k}", k + 1
    used.add(name)
    return name


def _is_paired(section: Section) -> bool:
    """Return whether words stand beside the picture; a wide one needs the whole width."""
    if section.figure is None or not section.text or section.table is not None:
        return False
    return bool(section.figure.get_size_inches()[0] <= WIDEST_BESIDE)


def _picture(section: Section) -> dict[str, Any]:
    """Return a figure inside the page: as a drawing, or as pixels where that is smaller."""
    figure = section.figure
    assert figure is not None
    data, kind = _saved(figure, "svg"), "svg+xml"
    if len(data) > LARGEST_SVG:
        data, kind = _saved(figure, "png"), "png"
    return {
        "width": f"{figure.get_size_inches()[0] * 96:.0f}",
        "name": section.title.replace("`", ""),
        "source": f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}",
    }


def _saved(figure: Figure, kind: str) -> bytes:
    from matplotlib import rc_context
    from matplotlib.text import Text

    for text in figure.findobj(Text):  # names are no formulas, whatever dollars are in them
        text.set_parse_math(False)
    file = BytesIO()
    # No date and no random names inside: equal figures give equal files.
    options: dict[str, Any] = {"metadata": {"Date": None}} if kind == "svg" else {}
    with rc_context({"svg.hashsalt": "ifonly", "svg.fonttype": "path", "text.parse_math": False}):
        figure.savefig(
            file, format=kind, dpi=PIXELS_PER_INCH, bbox_inches="tight", transparent=True, **options
        )
    return file.getvalue()


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the cells of a table, each with its text and its class."""
    import pandas as pd

    from ifonly.inference.inputs.label_texts import readable

    default = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    shown = frame.head(MOST_ROWS)
    flat = shown if default else shown.reset_index(names=_index_names(frame))
    columns = [flat.iloc[:, k] for k in range(flat.shape[1])]
    in_text = [_is_text(column) for column in columns]
    head = [
        {"text": _name(name), "kind": "" if text else "number"}
        for name, text in zip(flat.columns, in_text, strict=True)
    ]
    values = [list(readable(column.array)) for column in columns]
    rows = [
        [_cell(value, text) for value, text in zip(row, in_text, strict=True)]
        for row in zip(*values, strict=True)
    ]
    cut = len(frame) > MOST_ROWS
    note = f"The first {MOST_ROWS} of {len(frame)} rows." if cut else ""
    return {"head": head, "rows": rows, "note": note}


def _index_names(frame: pd.DataFrame) -> list[str]:
    return [str(n) if n is not None else "" for n in frame.index.names]


def _name(column: Any) -> str:
    return " ".join(str(c) for c in column) if isinstance(column, tuple) else str(column)


def _is_text(column: Any) -> bool:
    words = [v for v in column if isinstance(v, str)]
    text = bool(words) and not all(NUMBER.fullmatch(v) for v in words)
    return text or column.dtype.kind == "b"


def _cell(value: Any, in_text: bool) -> dict[str, str]:
    words = number(value)
    if NUMBER.fullmatch(words) and not in_text:
        return {"text": _signed(words), "kind": "number"}
    # Short words stay on one line; a long name may be broken.
    return {"text": _signed(words), "kind": "short" if len(words) <= SHORT else ""}


def _signed(words: str) -> str:
    """Return numbers with the sign that typography has for them."""
    return re.sub(r"(?<![\w.)-])-(?=[\d.])", "−", words)
