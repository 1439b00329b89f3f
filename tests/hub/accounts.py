"""Who asks: tokens, the users behind them, what they may do."""

from dataclasses import dataclass, field

WRITE = "hf_write"
READ = "hf_read"
STRANGER = "hf_stranger"
EXPIRED = "hf_expired"


@dataclass(frozen=True)
class Account:
    """The user behind a token. `namespaces` of None means: at home everywhere."""

    user: str
    role: str = "write"
    namespaces: frozenset[str] | None = frozenset()
    expired: bool = False

    def at_home(self, namespace: str) -> bool:
        """Whether private repositories of that namespace are this user's to see."""
        return self.namespaces is None or namespace in {self.user, *self.namespaces}

    def may_write(self, namespace: str) -> bool:
        return self.role == "write" and self.at_home(namespace)


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
