"""The documentation site: the Markdown of this repository, as it stands, built by `make site`."""

project = "Classbell"
copyright = "Classbell's contributors"  # noqa: A001 -- Sphinx reads this name
language = "en"

extensions = ["myst_parser"]
root_doc = "docs/site/index"
# The whole repository is the source, so that links work here as they do between its files.
include_patterns = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/**.md",
    "examples/**.md",
]
myst_heading_anchors = 4
# Code of other languages than Sphinx knows is shown plain; that is no fault of a document.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "Classbell"
# The first page lies where its source lies; this leads there from the top.
html_extra_path = ["top"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"top_of_page_buttons": []}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
