"""How Sphinx builds the site from the pages that `generate.py` writes. Nothing is fetched."""

from pathlib import Path

import testbed

HERE = Path(__file__).parent

project = "scoring-testbed"
author = "The scoring-testbed authors"
copyright = author
version = release = testbed.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_parser"]
templates_path = [str(HERE / "templates")]
highlight_language = "text"  # commands; code in Python says so
default_role = "literal"  # docstrings write `name` for code

autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say types in words
numpydoc_show_class_members = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "pydata_sphinx_theme"
html_title = "scoring-testbed"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_prev_next": False,
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "back_to_top_button": False,
}
