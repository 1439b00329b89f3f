"""The server itself, as clients of every kind meet it."""

from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, hf_hub_download
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

from tests.hub.accounts import STRANGER
from tests.hub.server import Hub

DATASET = {"repo_id": "org/data", "repo_type": "dataset"}


def test_what_was_put_is_what_a_client_downloads(hub: Hub, tmp_path: Path) -> None:
    files = {"README.md": b"# Data\n", "data/a.parquet": b"PAR1" * 9}
    commit = hub.put("org/data", files, tag="v1")
    for name, content in files.items():
        path = hf_hub_download(
            **DATASET, filename=name, revision="v1", endpoint=hub.endpoint, token=False
        )
        assert Path(path).read_bytes() == content
        assert commit in path
    assert hub.tokens_seen() == {None}


def test_a_commit_on_a_stale_parent_is_refused_with_412(hub: Hub) -> None:
    first = hub.put("org/data", {"a.txt": b"1"})
    hub.put("org/data", {"a.txt": b"2"})
    with pytest.raises(HfHubHTTPError) as refused:
        hub.api().create_commit(
            **DATASET,
            operations=[CommitOperationAdd("a.txt", b"3")],
            commit_message="three",
            parent_commit=first,
        )
    assert refused.value.response.status_code == 412
    assert hub.read("org/data", "a.txt") == b"2"


def test_private_and_gated_repositories_are_closed_to_strangers(hub: Hub) -> None:
    hub.put("org/private", {"a.txt": b""}, private=True)
    hub.put("org/gated", {"a.txt": b""}, gated="manual")
    for token in (False, STRANGER):
        with pytest.raises(RepositoryNotFoundError):
            hub.api(token).dataset_info("org/private")
        with pytest.raises(GatedRepoError):
            hf_hub_download(
                "org/gated", "a.txt", repo_type="dataset", endpoint=hub.endpoint, token=token
            )
    assert hub.api().dataset_info("org/private").private
