"""The table of families in the documentation, made from the registry.

`python tests/docs_families.py` writes it; a test holds it against the registry.
"""

import re
from pathlib import Path

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference.families.table import family_table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "guides" / "families.md"
START = "<!-- families: made by `python tests/docs_families.py` -->\n"


def table() -> str:
    """The table, as Markdown."""
    lines = ["| family | couplings, the default first; or why there is none |", "|---|---|"]
    for name, row in family_table().iterrows():
        couplings = ", ".join(f"`{c}`" for c in row["couplings"].split(", ") if c)
        reason = re.sub(r"\s+", " ", row["reason"]).replace("|", "\\|")
        lines.append(f"| `{name}` | {couplings or reason} |")
    return "\n".join(lines)


def page() -> str:
    """The page as it should be."""
    block = re.compile(re.escape(START) + r".*?<!-- end -->", re.DOTALL)
    text = PAGE.read_text(encoding="utf-8")
    return block.sub(lambda _: f"{START}\n{table()}\n\n<!-- end -->", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
