"""Who may do what: private, gated, renamed, disabled and deleted repositories; tokens."""

import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    RepositoryNotFoundError,
)

from tests.hub.accounts import EXPIRED, READ, STRANGER, WRITE
from tests.hub.raw import ask, commit_body, download
from tests.hub.server import Hub

API = "/api/datasets/org/data"
COMMIT = f"{API}/commit/main"


def test_private_and_missing_repositories_cannot_be_told_apart(hub: Hub) -> None:
    hub.put("org/private", {"a.txt": b""}, private=True)
    for token, status in ((None, 401), (STRANGER, 404)):
        private, missing = (
            ask(hub.endpoint, "GET", f"/api/datasets/org/{name}", token=token)
            for name in ("private", "missing")
        )
        assert (private.status, private.body) == (missing.status, missing.body)
        assert (private.status, private.headers["X-Error-Code"]) == (status, "RepoNotFound")
    assert hub.api(READ).dataset_info("org/private").private


def test_a_gated_repository_shows_its_files_and_keeps_them(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"kept"}, gated="manual")
    assert hub.api(False).dataset_info("org/data").gated == "manual"
    assert hub.api(False).list_repo_files("org/data", repo_type="dataset")
    for token in (False, STRANGER):
        with pytest.raises(GatedRepoError):
            download(hub, "a.txt", token)
    hub.store.change("org/data", allowed=["stranger"])
    assert download(hub, "a.txt", STRANGER) == b"kept"


def test_a_renamed_repository_is_found_under_its_old_name(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b"a", "b.wav": b"b"})
    hub.api().move_repo("org/data", "org/moved", repo_type="dataset")
    assert hub.api().dataset_info("org/data").id == "org/moved"
    assert (download(hub, "a.txt"), download(hub, "b.wav")) == (b"a", b"b")
    redirect = ask(hub.endpoint, "GET", f"{API}/tree/main?recursive=true")
    assert (redirect.status, redirect.headers["Location"]) == (
        307,
        "/api/datasets/org/moved/tree/main?recursive=true",
    )


def test_the_owner_changes_who_may_see_a_repository(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b""})
    hub.api().update_repo_settings("org/data", private=True, repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        hub.api(False).dataset_info("org/data")
    hub.api().update_repo_settings("org/data", private=False, gated="auto", repo_type="dataset")
    assert hub.api(False).dataset_info("org/data").gated == "auto"


def test_a_disabled_repository_says_so(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b""}, disabled=True)
    with pytest.raises(DisabledRepoError):
        hub.api().dataset_info("org/data")


def test_a_deleted_repository_is_gone_and_its_name_free(hub: Hub) -> None:
    hub.put("org/data", {"a.txt": b""})
    hub.api().delete_repo("org/data", repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        hub.api().dataset_info("org/data")
    hub.api().create_repo("org/data", repo_type="dataset")
    assert list(hub.head("org/data").tree) == [".gitattributes"]


@pytest.mark.parametrize(
    ("token", "status"),
    [(None, 401), ("hf_unknown", 401), (EXPIRED, 401), (READ, 403), (STRANGER, 403), (WRITE, 200)],
)
def test_only_a_token_that_may_write_writes(token: str | None, status: int, hub: Hub) -> None:
    before = hub.put("org/data", {})
    calls = {
        COMMIT: commit_body(None, **{"a.txt": "x"}),
        f"{API}/tag/main": {"tag": "v1"},
        f"{API}/branch/b": {},
        f"{API}/preupload/main": {"files": []},
        "/datasets/org/data.git/info/lfs/objects/batch": {"operation": "upload", "objects": []},
        "/api/repos/create": {"type": "dataset", "name": "other", "organization": "org"},
    }
    for path, body in calls.items():
        assert ask(hub.endpoint, "POST", path, token=token, body=body).status == status, path
    assert (hub.head("org/data").oid == before) is (status != 200)


def test_a_new_token_is_known_at_once_and_every_use_is_recorded(hub: Hub) -> None:
    hub.accounts.add("hf_canary", "canary", namespaces=frozenset({"org"}))
    assert hub.api("hf_canary").whoami()["orgs"][0]["name"] == "org"
    hub.put("org/data", {"a.txt": b""}, private=True)
    download(hub, "a.txt", "hf_canary")
    assert hub.tokens_seen() == {"hf_canary"}


def test_a_trusted_publisher_gets_a_token_for_its_repository_only(hub: Hub, tmp_path: Path) -> None:
    hub.put("org/data", {})
    hub.put("org/other", {})
    job = hub.trust("org/data")
    code = (
        "from huggingface_hub import HfApi, CommitOperationAdd as Add; import sys;"
        "HfApi().create_commit(sys.argv[1], [Add('a.txt', b'a')], commit_message='x',"
        " repo_type='dataset')"
    )
    environment = hub.environment(tmp_path) | job
    for repo, code_expected in (("org/data", 0), ("org/other", 1)):
        done = subprocess.run([sys.executable, "-c", code, repo], env=environment, check=False)
        assert done.returncode == code_expected
    assert hub.read("org/data", "a.txt") == b"a"
    assert len(hub.history("org/other")) == 2


def test_a_job_of_another_branch_is_not_the_trusted_publisher(hub: Hub) -> None:
    hub.put("org/data", {})
    job = hub.trust("org/data", ref="refs/heads/main")
    hub.workflow_claims["ref"] = "refs/heads/attack"
    url = f"{job['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={hub.endpoint}"
    token = job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    asked = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "subject_token": ask(hub.endpoint, "GET", url, token=token).json["value"],
        "resource": "datasets/org/data",
    }
    assert ask(hub.endpoint, "POST", "/oauth/token", body=asked).status == 403
    hub.workflow_claims["ref"] = "refs/heads/main"
    asked["subject_token"] = ask(hub.endpoint, "GET", url, token=token).json["value"]
    assert ask(hub.endpoint, "POST", "/oauth/token", body=asked).status == 200
    asked["subject_token"] = asked["subject_token"][:-1] + "-"
    assert ask(hub.endpoint, "POST", "/oauth/token", body=asked).status == 401
