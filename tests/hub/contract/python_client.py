"""The script with huggingface_hub: LFS or Xet, as HF_HUB_DISABLE_XET says."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from huggingface_hub import CommitInfo, CommitOperationAdd, HfApi, HfFileSystem
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
)

from tests.hub.contract.job import TAG, read_files


class Script:
    """The steps; each gives what came of it."""

    def __init__(self, job: dict[str, str]) -> None:
        self.api = HfApi()
        self.where = {"repo_id": job["repo"], "repo_type": "dataset"}
        self.private = job["private"]
        self.files = read_files(Path(job["folder"]))

    def run(self) -> dict[str, object]:
        outcome: dict[str, object] = {"somebody is logged in": bool(self.api.whoami()["name"])}
        urls = {str(self.api.create_repo(**self.where, exist_ok=True)) for _ in range(2)}
        outcome["making a repository twice"] = "one repository" if len(urls) == 1 else urls
        before = self.commits()
        done = self.upload(before[0])
        outcome["commits by the upload"] = len(self.commits()) - len(before)
        outcome["a stale parent"] = self.stale_parent(before[0])
        self.upload(None)
        again = len(self.commits()) - len(before) - 1
        outcome["commits by the same upload again"] = again
        self.api.create_tag(**self.where, tag=TAG, revision=done.oid)
        tags = self.api.list_repo_refs(**self.where).tags
        named = {tag.name: tag.target_commit for tag in tags}
        outcome["the tag names the commit"] = named == {TAG: done.oid}
        return outcome | self.reading() | self.refusals()

    def reading(self) -> dict[str, object]:
        tree = self.api.list_repo_tree(**self.where, recursive=True, revision=TAG)
        listed = {entry.path: entry for entry in tree if entry.path in self.files}
        path = f"datasets/{self.where['repo_id']}@{TAG}/spoken_words/test-00000-of-00001.parquet"
        with HfFileSystem().open(path, "rb", block_size=64) as file:
            file.seek(-8, 2)
            tail = file.read()
        return {
            "files listed": {name: entry.size for name, entry in listed.items()},
            "hashes listed": {n: e.lfs.sha256 for n, e in listed.items() if e.lfs},
            "files downloaded at the tag": {name: self.download(name) for name in self.files},
            "the last eight bytes": tail.hex(),
        }

    def refusals(self) -> dict[str, object]:
        outcome: dict[str, object] = {"a file that is not there": "found"}
        try:
            self.download("nothing.txt")
        except EntryNotFoundError:
            outcome["a file that is not there"] = "not found"
        self.api.create_repo(self.private, repo_type="dataset", private=True, exist_ok=True)
        stranger = HfApi(token=False)
        outcome["a private repository without a token"] = "read"
        try:
            stranger.dataset_info(self.private)
        except RepositoryNotFoundError:
            outcome["a private repository without a token"] = "refused"
        return outcome

    def clean_up(self) -> None:
        for repo in (self.where["repo_id"], self.private):
            self.api.delete_repo(repo, repo_type="dataset", missing_ok=True)

    def commits(self) -> list[str]:
        return [commit.commit_id for commit in self.api.list_repo_commits(**self.where)]

    def upload(self, parent: str | None) -> CommitInfo:
        operations = [CommitOperationAdd(name, data) for name, data in self.files.items()]
        return self.api.create_commit(
            **self.where, operations=operations, commit_message="Upload", parent_commit=parent
        )

    def stale_parent(self, parent: str) -> Any:
        change = [CommitOperationAdd("notes/late.txt", b"too late\n")]
        try:
            self.api.create_commit(
                **self.where, operations=change, commit_message="Late", parent_commit=parent
            )
        except HfHubHTTPError as refused:
            return refused.response.status_code
        return "accepted"

    def download(self, name: str) -> str:
        path = self.api.hf_hub_download(**self.where, filename=name, revision=TAG)
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def main() -> None:
    script = Script(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    try:
        print(json.dumps(script.run()))
    finally:
        script.clean_up()


if __name__ == "__main__":
    main()
