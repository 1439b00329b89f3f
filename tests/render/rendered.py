"""Markdown as GitHub's own library renders it, taken apart."""

from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options


class Page(HTMLParser):
    """The elements, links and texts of a rendered comment."""

    OURS = frozenset(
        {"p", "strong", "code", "pre", "br", "ul", "li", "details", "summary", "a"}
        | {"table", "thead", "tbody", "tr", "th", "td"}
    )

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.code: list[str] = []
        self.prose = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()

    @property
    def tags(self) -> set[str]:
        """The names of the elements; comments and declarations count."""
        return set(self.elements)

    def count(self, tag: str) -> int:
        """How many such elements there are."""
        return self.elements.count(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", ""))
        if tag == "code":
            self.code.append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "a" in self._open:
            href, label = self.links[-1]
            self.links[-1] = (href, label + data)
        if "code" in self._open:
            self.code[-1] += data
        else:
            self.prose += data

    def handle_comment(self, data: str) -> None:
        self.elements.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.elements.append(f"<!{decl}")

    def unknown_decl(self, data: str) -> None:
        self.elements.append(f"<![{data}")

    def handle_pi(self, data: str) -> None:
        self.elements.append(f"<?{data}")


def page(markdown: str) -> Page:
    """Render without the filter of raw HTML, so that whatever got through can be seen."""
    html = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
    return Page(html)
