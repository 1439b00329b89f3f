"""A trusted publisher's way to a token: GitHub Actions vouches for the job, the Hub gives a token.

Both ends are here: the service of GitHub Actions that mints id tokens, and the Hub's exchange of
one (RFC 8693) for a token that is good for one repository and an hour. The signature of an id token
is this server's own; what its claims say is checked as the Hub does it: audience and repository.
"""

import base64
import json
from typing import Any

from tests.hub import lfs
from tests.hub.accounts import Account
from tests.hub.messages import HubError, Request, Response, answer, route

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 (a name out of the RFC)
REQUEST_TOKEN = "actions-request-token"  # noqa: S105 (opens this server only)
WORKFLOW = {
    "repository": "org/tasks",
    "ref": "refs/heads/main",
    "workflow_ref": "org/tasks/.github/workflows/publish.yml@refs/heads/main",
}
"""Claims of the job that asks, unless `hub.workflow_claims` says otherwise."""


def environment(endpoint: str, repo_id: str) -> dict[str, str]:
    """What a job with `id-token: write` finds in its environment, for a client to publish there."""
    return {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{endpoint}/actions/id-token?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        "HF_OIDC_RESOURCE": f"datasets/{repo_id}",
    }


@route("GET", "/actions/id-token")
def mint(request: Request) -> Response:
    """GitHub's part: an id token for the audience that the job names."""
    if request.token != REQUEST_TOKEN:
        raise HubError(401, "not a job with id-token: write")
    claims = {"aud": request.query["audience"][0], **request.hub.workflow_claims}
    payload = base64.urlsafe_b64encode(json.dumps(claims, sort_keys=True).encode()).decode()
    return answer({"value": f"id.{payload}.{lfs.signature(request.hub, payload)}"})


@route("POST", "/oauth/token")
def exchange(request: Request) -> Response:
    """The Hub's part: a token for the repository whose trusted publisher this job is."""
    asked = request.json
    if (asked.get("grant_type"), asked.get("subject_token_type")) != (EXCHANGE, ID_TOKEN):
        raise HubError(400, "unsupported_grant_type")
    claims = _claims(request, asked.get("subject_token", ""))
    if claims.get("aud") != request.hub.endpoint:
        raise HubError(400, "invalid_grant: the id token is meant for somebody else")
    repo = asked.get("resource", "").removeprefix("datasets/")
    trusted = request.hub.trusted_publishers.get(repo)
    if trusted is None or any(claims.get(name) != value for name, value in trusted.items()):
        raise HubError(403, f"no trusted publisher of {repo} has these claims")
    token = f"hf_jwt_{lfs.signature(request.hub, repo)}"
    request.hub.accounts.by_token[token] = Account("trusted-publisher", "write", repo=repo)
    return answer({"access_token": token, "token_type": "bearer", "expires_in": 3600})


def _claims(request: Request, id_token: str) -> dict[str, Any]:
    _, _, rest = id_token.partition(".")
    payload, _, signature = rest.partition(".")
    if signature != lfs.signature(request.hub, payload):
        raise HubError(401, "invalid_grant: the id token is not signed")
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload))
    return claims
