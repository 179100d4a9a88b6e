"""Markdown of people as HTML that is safe to print: no markup of their own, no images, no headings, no scripts."""

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

# Headings would break the outline of the page that the words stand on.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["heading", "lheading", "image"])
_TAGS = set("p em strong code pre ul ol li a blockquote hr br table thead tbody tr th td".split())


def render_markdown(text: str) -> SafeString:
    """`text` as HTML, whatever it holds."""
    html = nh3.clean(
        _MARKDOWN.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return SafeString(html)
