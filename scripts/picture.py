"""A picture of the bot's comment, as GitHub's renderer and a browser show it.

python -m scripts.picture docs/images/comment.png

Plays the first act of `make demo-review`, renders the comment with GitHub's own Markdown library,
and lets Chromium (Debian's package) take the picture.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import cmarkgfm
from cmarkgfm.cmark import Options

from scripts.demo_review import first_comment

_STYLE: Final = """
body { font: 14px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1f2328; margin: 24px;
       width: 880px }
article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 8px 20px 16px }
header { margin: -8px -20px 12px; padding: 8px 20px; background: #f6f8fa; color: #59636e;
         border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0 }
header b { color: #1f2328 }
code { font: 12px/1.5 "DejaVu Sans Mono", monospace; background: #eff1f3; padding: 2px 5px;
       border-radius: 6px; overflow-wrap: anywhere }
pre { background: #f6f8fa; padding: 12px; border-radius: 6px; overflow: hidden }
pre code { background: none; padding: 0 }
table { border-collapse: collapse; font-size: 13px }
td, th { border: 1px solid #d1d9e0; padding: 5px 11px }
li { margin: 6px 0 } a { color: #0969da; text-decoration: none }
"""
_CHROMIUM: Final = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--window-size=930,1240",
]  # fmt: skip


def main(target: Path) -> int:
    """Take the picture; returns 2 where there is no browser."""
    browser = shutil.which("chromium")
    if browser is None:
        print("chromium not found; install it: apt-get install chromium", file=sys.stderr)
        return 2
    body = cmarkgfm.github_flavored_markdown_to_html(
        first_comment(), options=Options.CMARK_OPT_UNSAFE
    )
    head = "<header><b>github-actions</b> bot commented</header>"
    page = f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "comment.html"
        file.write_text(f"{page}<article>{head}{body}</article>", encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        places = [f"--user-data-dir={folder}/profile", f"--screenshot={target.resolve()}"]
        subprocess.run([browser, *_CHROMIUM, *places, file.as_uri()], check=True,
                       capture_output=True)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
