"""GitHub's and the Hub's parts in giving a trusted publisher a token, on the test Hub."""

from tests.hub.messages import HubError, Request, Response, answer, route
from tests.hub.server import Hub as HubServer

REQUEST_TOKEN = "ghs_canaryOfTheRunner"  # noqa: S105 - of nobody
ID_TOKEN = "eyJcanary.OfGitHubs.SignedWord"  # noqa: S105
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class Trust:
    """For which repository the test Hub exchanges GitHub's word, for which token."""

    def __init__(self, server: HubServer, resource: str, token: str, seconds: int = 3600) -> None:
        self.resource = resource
        self.token = token
        self.seconds = seconds
        _trusted[server.endpoint] = self

    @staticmethod
    def environment(server: HubServer) -> dict[str, str]:
        """What a job with `id-token: write` finds in its environment."""
        return {
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{server.endpoint}/github/id-token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }


_trusted: dict[str, Trust] = {}


@route("GET", "/github/id-token")
def id_token(request: Request) -> Response:
    """GitHub's signed word, for one audience."""
    if request.token != REQUEST_TOKEN:
        raise HubError(401, "who are you?")
    if request.query.get("audience") != [request.hub.endpoint]:
        raise HubError(400, "for whom?")
    return answer({"value": ID_TOKEN})


@route("POST", "/oauth/token")
def exchange(request: Request) -> Response:
    """RFC 8693, as the Hub answers it."""
    trust = _trusted.get(request.hub.endpoint)
    asked = request.json
    if asked.get("grant_type") != EXCHANGE or asked.get("subject_token") != ID_TOKEN:
        return answer({"error": "invalid_request"}, 400)
    if trust is None or asked.get("resource") != trust.resource:
        return answer({"error": "invalid_grant"}, 400)
    return answer(
        {"access_token": trust.token, "token_type": "bearer", "expires_in": trust.seconds}
    )
