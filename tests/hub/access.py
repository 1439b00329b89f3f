"""May this request see, read or change that repository? Each no is what the Hub answers."""

from tests.hub.messages import HubError, Request
from tests.hub.repository import Commit, MissingError, Repository


def seen(request: Request, repo_id: str) -> Repository:
    """A repository whose existence and listing this client may know.

    Raises HubError: 307 to its new name, 403 if disabled, else what hides a private repository and
    a missing one alike: 401 without a token, 404 with one.
    """
    account = request.account
    try:
        repo = request.hub.store.repository(repo_id)
    except MissingError:
        raise _hidden(request) from None
    settings = repo.settings
    if settings.moved_to:
        location = request.target.replace(repo_id, settings.moved_to, 1)
        raise HubError(307, "Moved", headers={"Location": location})
    if settings.private and not (account and account.at_home(repo_id)):
        raise _hidden(request)
    if settings.disabled:
        raise HubError(403, "Access to this resource is disabled.")
    return repo


def read(request: Request, repo_id: str) -> Repository:
    """A repository whose files this client may read. Raises HubError also where one has to ask."""
    repo = seen(request, repo_id)
    settings, account = repo.settings, request.account
    if settings.gated:
        gate = f"Access to dataset {repo_id} is restricted"
        if account is None:
            raise HubError(
                401, f"{gate}. You must have access to it and be authenticated", "GatedRepo"
            )
        if not (account.at_home(repo_id) or account.user in settings.allowed):
            raise HubError(403, f"{gate} and you are not in the authorized list", "GatedRepo")
    return repo


def written(request: Request, repo_id: str) -> Repository:
    """A repository that this client may change. Raises HubError: 401 without a token, 403."""
    if request.account is None:
        raise HubError(401, "Invalid username or password.")
    repo = seen(request, repo_id)
    may_write(request, repo_id)
    return repo


def may_write(request: Request, repo_id: str) -> str:
    """The user who asks, if the repository is theirs to change. Raises HubError 401, 403."""
    account = request.account
    if account is None:
        raise HubError(401, "Invalid username or password.")
    if not account.may_write(repo_id):
        raise HubError(403, f"You don't have the rights to write to {repo_id}")
    return account.user


def commit_at(repo: Repository, revision: str) -> Commit:
    """The commit of a revision. Raises HubError 404 RevisionNotFound."""
    try:
        return repo.commit_at(revision)
    except MissingError as error:
        raise HubError(404, str(error), "RevisionNotFound") from None


def branch_ref(repo: Repository, revision: str) -> str:
    """The ref of a branch. Raises HubError 404 RevisionNotFound."""
    try:
        return repo.branch_ref(revision)
    except MissingError as error:
        raise HubError(404, str(error), "RevisionNotFound") from None


def entry_not_found(commit: Commit, path: str) -> HubError:
    """Tells with the commit, so that clients may remember that the file is not there."""
    return HubError(
        404,
        f"{path} does not exist on {commit.oid}",
        "EntryNotFound",
        {"X-Repo-Commit": commit.oid},
    )


def _hidden(request: Request) -> HubError:
    if request.account is None:
        return HubError(401, "Invalid username or password.", "RepoNotFound")
    return HubError(404, "Repository not found", "RepoNotFound")
