"""The script with the `hf` command, one process per step. A parent and a range it does not take."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.hub.contract.job import TAG, read_files

HF = str(Path(sys.executable).with_name("hf"))


class CommandError(Exception):
    """`hf` ended with an error; the message is what it said."""


def hf(*arguments: str, token: bool = True) -> Any:
    """What the command says in JSON. Raises CommandError."""
    done = subprocess.run(
        [HF, *arguments, "--format", "json"],
        env={k: v for k, v in os.environ.items() if token or k != "HF_TOKEN"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(done.stderr.strip() or done.stdout.strip())
    return json.loads(done.stdout) if done.stdout.strip() else None


class Script:
    """The steps; each gives what came of it."""

    def __init__(self, job: dict[str, str]) -> None:
        self.repo = job["repo"]
        self.private = job["private"]
        self.folder = Path(job["folder"])
        self.files = read_files(self.folder)

    def run(self) -> dict[str, object]:
        outcome: dict[str, object] = {"somebody is logged in": bool(hf("auth", "whoami")["user"])}
        create = ("repos", "create", self.repo, "--type", "dataset", "--exist-ok")
        urls = {json.dumps(hf(*create)) for _ in range(2)}
        outcome["making a repository twice"] = "one repository" if len(urls) == 1 else sorted(urls)
        empty = self.head()
        self.upload()
        commit = self.head()
        outcome["commits by the upload"] = len({empty, commit}) - 1
        self.upload()
        outcome["commits by the same upload again"] = int(self.head() != commit)
        hf("repos", "tag", "create", self.repo, TAG, "--type", "dataset", "--revision", commit)
        outcome["the tag names the commit"] = self.head(TAG) == commit
        outcome["files downloaded at the tag"] = self.download(TAG)
        outcome["a file that is not there"] = self.nothing_there()
        outcome["a private repository without a token"] = self.closed()
        return outcome

    def head(self, revision: str = "main") -> str:
        return str(hf("datasets", "info", self.repo, "--revision", revision)["sha"])

    def upload(self) -> None:
        hf("upload", self.repo, str(self.folder), ".", "--type", "dataset")

    def download(self, revision: str) -> dict[str, str]:
        with TemporaryDirectory() as folder:
            hf(
                *("download", self.repo, "--type", "dataset"),
                *("--revision", revision, "--local-dir", folder),
            )
            return {
                name: hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest()
                for name in self.files
            }

    def nothing_there(self) -> str:
        try:
            hf("download", self.repo, "nothing.txt", "--type", "dataset")
        except CommandError as error:
            return "not found" if "File not found" in str(error) else str(error)
        return "found"

    def closed(self) -> str:
        hf("repos", "create", self.private, "--type", "dataset", "--private", "--exist-ok")
        try:
            hf("download", self.private, "--type", "dataset", token=False)
        except CommandError as error:
            return "refused" if "not found" in str(error) else str(error)
        return "read"

    def clean_up(self) -> None:
        for repo in (self.repo, self.private):
            hf("repos", "delete", repo, "--type", "dataset", "--missing-ok", "--yes")


def main() -> None:
    script = Script(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    try:
        print(json.dumps(script.run()))
    finally:
        script.clean_up()


if __name__ == "__main__":
    main()
