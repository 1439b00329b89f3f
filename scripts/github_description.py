"""Cut GitHub's official description of its API down to the requests that the bot makes.

python -m scripts.github_description

Reads the npm package that GitHub's own clients are made from (some 400 MB unpacked), so that the
tests need not. What answers look like is left out: the stand-in's are shorter than GitHub's.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Final

PACKAGE: Final = "@octokit/openapi@23.0.2"
MEMBER: Final = "package/generated/api.github.com.deref.json"
CUT: Final = Path(__file__).parents[1] / "tests" / "github" / "description" / "requests.json"
REQUESTS: Final = {
    "/actions/runs/{run_id}/artifacts": ["get"],
    "/actions/artifacts/{artifact_id}/{archive_format}": ["get"],
    "/pulls": ["get"],
    "/pulls/{pull_number}": ["get"],
    "/pulls/{pull_number}/files": ["get"],
    "/pulls/{pull_number}/reviews": ["get"],
    "/issues/{issue_number}": ["get"],
    "/issues/{issue_number}/comments": ["get", "post"],
    "/issues/comments/{comment_id}": ["patch", "delete"],
    "/issues/{issue_number}/labels": ["post"],
    "/issues/{issue_number}/labels/{name}": ["delete"],
    "/check-runs": ["post"],
    "/check-runs/{check_run_id}": ["patch"],
}


def main() -> int:
    """Fetch the package, cut it, write the result."""
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run(
            ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True
        )
        with tarfile.open(Path(folder) / fetched.stdout.decode().strip()) as package:
            member = package.extractfile(MEMBER)
            assert member  # noqa: S101 - a regular file of the package
            whole = json.load(member)
    CUT.write_text(json.dumps(_cut(whole), indent=1) + "\n", encoding="utf-8")
    return 0


def _cut(whole: dict[str, Any]) -> dict[str, Any]:
    paths = {}
    for end, methods in REQUESTS.items():
        path = f"/repos/{{owner}}/{{repo}}{end}"
        paths[path] = {method: _request(whole["paths"][path][method]) for method in methods}
    info = {key: whole["info"][key] for key in ("title", "version", "license")}
    return {"openapi": whole["openapi"], "info": info, "paths": paths}


def _request(operation: dict[str, Any]) -> dict[str, Any]:
    answers = {"default": {"description": "any: the requests are what is described here"}}
    asked = ("operationId", "parameters", "requestBody")
    kept = {key: _without_prose(operation[key]) for key in asked if key in operation}
    return {**kept, "responses": answers}


def _without_prose(node: Any) -> Any:
    """The node without texts and examples, which make most of it and say nothing to a validator."""
    if isinstance(node, list):
        return [_without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    prose = {"description", "example", "examples", "externalDocs", "x-multi-segment"}
    return {
        key: _without_prose(value)
        for key, value in node.items()
        if key not in prose or isinstance(value, dict)  # a property may be called so
    }


if __name__ == "__main__":
    sys.exit(main())
