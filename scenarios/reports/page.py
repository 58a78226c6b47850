"""Reports: one HTML file that holds all it shows and fetches nothing."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from io import BytesIO
from string import Template
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from ..display.wording import number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..scenario import Section

__all__ = ["Chapter", "render"]

# A drawing larger than this many bytes (a cloud of points) is smaller as pixels.
LARGEST_SVG = 250_000
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
    """

    title: str
    sections: Sequence[Section]


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
    home = files(__package__)
    body, contents = [], []
    used: set[str] = set()
    for chapter in chapters:
        anchor = _anchor(chapter.title, used)
        parts, entries = [], []
        for section in chapter.sections:
            heading = section.title if section.title not in ("", chapter.title) else ""
            inner = _anchor(f"{chapter.title} {heading}", used) if heading else ""
            parts.append(_section(section, heading, inner))
            if heading:
                entries.append(f'<li><a href="#{inner}">{_words(heading)}</a></li>')
        body.append(
            f'<section id="{anchor}"><h2>{_words(chapter.title)}</h2>{"".join(parts)}</section>'
        )
        below = f"<ul>{''.join(entries)}</ul>" if len(entries) > 1 else ""
        contents.append(f'<li><a href="#{anchor}">{_words(chapter.title)}</a>{below}</li>')
    page = Template(home.joinpath("page.html").read_text(encoding="utf-8"))
    return page.substitute(
        title=_plain(title),
        heading=_words(title),
        style=home.joinpath("page.css").read_text(encoding="utf-8"),
        question=_paragraphs(question),
        contents="".join(contents),
        body="".join(body),
        foot=escape(", ".join(f"{n} {v}" for n, v in versions.items())),
    )


def _section(section: Section, heading: str, anchor: str) -> str:
    parts = [f'<h3 id="{anchor}">{_words(heading)}</h3>'] if heading else []
    parts.append(_paragraphs(section.text))
    if section.figure is not None:
        parts.append(_picture(section.figure, section.title))
    if section.table is not None:
        parts.append(_table(section.table))
    return f"<article>{''.join(parts)}</article>"


def _paragraphs(text: str) -> str:
    """Return paragraphs; lines that begin with two spaces are set as code."""
    found = []
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.split("\n")
        if all(line.startswith("  ") for line in lines if line.strip()) and part.strip():
            found.append(f"<pre><code>{escape(dedent(part))}</code></pre>")
        elif part.strip():
            found.append(f"<p>{_words(' '.join(part.split()))}</p>")
    return "".join(found)


def _words(text: str) -> str:
    """Return text for HTML, with what stands between backticks set as code."""
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text))


def _plain(text: str) -> str:
    return escape(text.replace("`", ""))


def _anchor(text: str, used: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"
    name, k = base, 2
    while name in used:
        name, k = f"{base}-{k}", k + 1
    used.add(name)
    return name


def _picture(figure: Figure, name: str) -> str:
    """Return a figure inside the page: as a drawing, or as pixels where that is smaller."""
    width = figure.get_size_inches()[0]
    data, kind = _saved(figure, "svg"), "svg+xml"
    if len(data) > LARGEST_SVG:
        data, kind = _saved(figure, "png"), "png"
    code = base64.b64encode(data).decode("ascii")
    return (
        f'<figure><img style="width:{width * 96:.0f}px" alt="{_plain(name)}" '
        f'src="data:image/{kind};base64,{code}"></figure>'
    )


def _saved(figure: Figure, kind: str) -> bytes:
    from matplotlib import rc_context

    file = BytesIO()
    # No date and no random names inside: equal figures give equal files.
    options: dict[str, Any] = {"metadata": {"Date": None}} if kind == "svg" else {}
    with rc_context({"svg.hashsalt": "ifonly", "svg.fonttype": "path"}):
        figure.savefig(
            file, format=kind, dpi=PIXELS_PER_INCH, bbox_inches="tight", transparent=True, **options
        )
    return file.getvalue()


def _table(frame: pd.DataFrame) -> str:
    """Return a table that scrolls by itself where the window is narrower."""
    import pandas as pd

    default = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    shown = frame.head(MOST_ROWS)
    flat = shown if default else shown.reset_index(names=_index_names(frame))
    head = "".join(f"<th{_side(flat[c])}>{_words(_name(c))}</th>" for c in flat.columns)
    texts = [not _side(flat[c]) for c in flat.columns]
    rows = "".join(
        f"<tr>{''.join(_cell(v, text) for v, text in zip(row, texts, strict=True))}</tr>"
        for row in flat.itertuples(index=False)
    )
    note = ""
    if len(frame) > MOST_ROWS:
        note = f'<p class="note">The first {MOST_ROWS} of {len(frame)} rows.</p>'
    return (
        f'<div class="table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{note}"
    )


def _index_names(frame: pd.DataFrame) -> list[str]:
    return [str(n) if n is not None else "" for n in frame.index.names]


def _name(column: Any) -> str:
    return " ".join(str(c) for c in column) if isinstance(column, tuple) else str(column)


def _side(column: Any) -> str:
    words = [v for v in column if isinstance(v, str)]
    text = bool(words) and not all(NUMBER.fullmatch(v) for v in words)
    return "" if text or column.dtype.kind == "b" else ' class="number"'


def _cell(value: Any, in_text: bool) -> str:
    words = number(value)
    if NUMBER.fullmatch(words) and not in_text:
        return f'<td class="number">{_signed(words)}</td>'
    # Short words stay on one line; a long name may be broken.
    side = ' class="short"' if len(words) <= SHORT else ""
    return f"<td{side}>{_signed(_words(words))}</td>"


def _signed(words: str) -> str:
    """Return numbers with the sign that typography has for them."""
    return re.sub(r"(?<![\w.)-])-(?=[\d.])", "−", words)
