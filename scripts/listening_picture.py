"""A picture of the page to listen to, as Chromium shows it.

python -m scripts.listening_picture docs/images/listen.png
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from scripts.browser import FLAGS, missing, path

ROOT: Final = Path(__file__).parents[1]
TASK: Final = "tasks/SpeechTextMatching"
WIDTH, HEIGHT = 1120, 640


def main(target: Path) -> int:
    """Make the page, judge its first example, take the picture; 2 where there is no browser."""
    if reason := missing():
        print(reason, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "page.html"
        command = [sys.executable, "-m", "validators.listen", TASK, "--output", str(page)]
        subprocess.run(command, cwd=ROOT, check=True)
        browser = playwright.chromium.launch(executable_path=path(), args=list(FLAGS))
        shown = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce"
        )
        shown.goto(page.as_uri())
        for key in "no554":
            shown.keyboard.press(key)
        shown.locator(".card input[type=range]").first.fill("0.6")
        shown.locator(".card").first.focus()
        shown.evaluate("document.querySelector('.card').scrollIntoView()")
        target.parent.mkdir(parents=True, exist_ok=True)
        shown.screenshot(path=target)
        browser.close()
    print(f"{target}: {target.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
