"""Who asks: tokens, the users behind them, what they may do."""

from dataclasses import dataclass, field

WRITE = "hf_write"
READ = "hf_read"
STRANGER = "hf_stranger"
EXPIRED = "hf_expired"


@dataclass(frozen=True)
class Account:
    """The user behind a token, and where it is at home: `namespaces` of None means everywhere.

    With `repo` the token is good for that repository only, whatever the namespaces.
    """

    user: str
    role: str = "write"
    namespaces: frozenset[str] | None = frozenset()
    expired: bool = False
    repo: str | None = None

    def at_home(self, repo_id: str) -> bool:
        """Whether this token may see that repository if it is private."""
        if self.repo is not None:
            return repo_id == self.repo
        return self.namespaces is None or repo_id.partition("/")[0] in {self.user, *self.namespaces}

    def may_write(self, repo_id: str) -> bool:
        return self.role == "write" and self.at_home(repo_id)


@dataclass
class Accounts:
    """The tokens that a server knows. The JavaScript client demands that each begins with `hf_`."""

    by_token: dict[str, Account] = field(
        default_factory=lambda: {
            WRITE: Account("owner", "write", None),
            READ: Account("member", "read", None),
            STRANGER: Account("stranger", "write"),
            EXPIRED: Account("owner", "write", None, expired=True),
        }
    )

    def add(
        self, token: str, user: str, role: str = "write", namespaces: frozenset[str] | None = None
    ) -> None:
        """Know one token more."""
        self.by_token[token] = Account(user, role, namespaces)
