"""How the documentation is built: `make docs`."""

import os
from importlib.metadata import version as version_of

import ifonly

project = "ifonly"
author = "The ifonly authors"
copyright = "the ifonly authors. Apache-2.0"
release = version = version_of("ifonly")

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sidebars = {"compare": []}
html_extra_path = ["llms.txt"]  # for programs that read documentation
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    # Code is wide: the table of contents of a page stands beside the reference alone.
    "secondary_sidebar_items": {
        "api/**": ["page-toc"],
        "gallery/*": [],
        "guides/*": [],
        "compare": [],
        "index": [],
    },
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# Kernels have no widgets, and need none.
os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"

# Pages are notebooks in Markdown. A cell that fails, or that warns, ends the build.
myst_enable_extensions = ["amsmath", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "auto"
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_execution_show_tb = True
nb_output_stderr = "remove-warn"
nb_merge_streams = True

# The reference is made from the docstrings, one page a public name.
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
add_module_names = False

assert ifonly.__all__  # what is documented is what is installed
