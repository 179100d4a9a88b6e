"""Markdown of people as HTML that is safe to print: no markup of their own, no images, no headings, no scripts."""

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

# Headings would break the outline of the page that the words stand on.
_PLAIN = MarkdownIt("commonmark", {"html": False}).disable(["heading", "lheading", "image"])
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["heading", "lheading", "image"])
# Cells that a row leaves out are filled up: some kilobytes of bars would become a megabyte of table.
_MOST_CELLS = 5_000
_TAGS = set("p em strong code pre ul ol li a blockquote hr br table thead tbody tr th td".split())


def render_markdown(text: str) -> SafeString:
    """`text` as HTML, whatever it holds; what would be a table of more than 5,000 cells stays text."""
    lines = text.splitlines()
    cells = len(lines) * max((line.count("|") for line in lines), default=0)
    html = nh3.clean(
        (_MARKDOWN if cells <= _MOST_CELLS else _PLAIN).render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return SafeString(html)
