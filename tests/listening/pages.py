"""Pages for tests: the flawless task, what strangers may do to it, and what is made of it."""

from html.parser import HTMLParser
from pathlib import Path

from tests.flawless import INSTANCE, Edit, all_of, append, merge, row, write
from validators.engine import Measurer
from validators.listening.page import page
from validators.listening.view import TaskView, Wish, view_task

ATTACKS = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=1</script>",
    "</style><img src=x onerror=window.hacked=1>",
    "<img src=//attacker.example/a.png>",
    '"><svg onload=window.hacked=1>',
    "' onfocus='window.hacked=1' autofocus='",
    "<!--<script>--><script>window.hacked=1//",
    "]]><b>",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "&#60;img src=x&#62;",
    "<a href=javascript:window.hacked=1>here</a>",
    "[here](javascript:alert(1)) ![x](//attacker.example/b.png)",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<meta http-equiv=refresh content='0;url=//attacker.example'>",
    "<base href=//attacker.example/>",
    "<link rel=stylesheet href=//attacker.example/c.css>",
    "<form action=//attacker.example><button>Export my verdicts</button></form>",
    "<style>@import '//attacker.example/d.css'</style>",
    "<audio autoplay src=//attacker.example/e.mp3>",
    "<template><script>window.hacked=1</script></template>",
    "${window.hacked=1}{{window.hacked=1}}",
    "\u202egnp.exe\u2066 \u200b\ufeff",
    "\x00\x1b[31m\x07",
    "\u2028window.hacked=1\u2029",
    "<math><mtext></form><form><mglyph><style></math><img src=x onerror=window.hacked=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.hacked=1>'>",
    "<object data=//attacker.example/f></object><embed src=//attacker.example/g>",
    "<plaintext>",
    "<title>other</title>",
    "\ud800 lone",
)
"""What strangers might write so that a page does more than show it."""


def hostile() -> Edit:
    """Put every attack wherever a stranger may write a text."""
    text = " ".join(one for one in ATTACKS if "\x00" not in one and "\ud800" not in one)
    cell = text.replace("\u2028", " ").replace("\u2029", " ")
    return all_of(
        merge(
            "task.json",
            {
                "title": "<b>x</b><script>hacked=1</script>",
                "description": text[:900],
                "keywords": [text[:100]],
                "output": {"labels": ["<script>window.hacked=1</script>", "\"'><svg onload=x>"]},
                "contributors": [{"name": text[:150]}],
            },
        ),
        merge(
            INSTANCE,
            {"sources": [{"name": text[:150], "url": "https://example.org", "license": "MIT",
                          "cite": None}],
             "groups": ["speaker"],
             "label_map": {"yes": "<script>window.hacked=1</script>", "no": "\"'><svg onload=x>"}},
        ),
        append("README.md", f"\n\n## Objective\n\n{text}\n"),
        append("instructions.txt", f"{text} {{labels}}\n" * 30),
        row(1, file=text[:64], speaker=cell),
        *(row(number, speaker=cell, file=f"f{number}") for number in range(2, 41)),
        write("data/Prompts/clips/<img src=x onerror=hacked=1>.wav", b"RIFF"),
    )  # fmt: skip


def view_of(root: Path, measure: Measurer, *, clips: int = 24, offline: bool = True) -> TaskView:
    """What a page shows of the one task below `root`."""
    (task,) = (root / "tasks").iterdir()
    wish = Wish(clips=clips, seed=0, jobs=1, offline=offline)
    return view_task(root, f"tasks/{task.name}", wish, measure, lambda _: None)


def page_of(root: Path, measure: Measurer, *, clips: int = 24, offline: bool = True) -> str:
    """The page of the one task below `root`."""
    return page(view_of(root, measure, clips=clips, offline=offline))


class Outline(HTMLParser):
    """What a browser would make of a page: its elements and their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] not in (["script"], ["style"]):
            self.text.append(data)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """The attributes of all elements with this tag and these attributes."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [found for name, found in self.elements if name == tag
                and wanted.items() <= found.items()]  # fmt: skip

    @property
    def words(self) -> str:
        """All text that is shown."""
        return " ".join("".join(self.text).split())
