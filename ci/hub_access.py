"""How the publisher comes to the Hub: with a client that ends in time, and the right token.

The library would look for tokens in files that a login left behind, and would tell the Hub what
drives it; in a session it does neither.
"""

import ctypes
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.errors import OIDCError

# Public, though the package has no __all__ that says so.
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)
from huggingface_hub.utils import logging as hub_logging
from huggingface_hub.utils._http import default_client_factory

from ci.http_client import StrictClient
from ci.hub import KIND, Token, classed
from ci.trouble import Patience, Refused


@contextmanager
def session(patience: Patience | None = None) -> Iterator[None]:
    """Let huggingface_hub use our client, and no token but those that it is handed."""
    limits = patience or Patience()
    bars_were_off = are_progress_bars_disabled()
    verbosity = hub_logging.get_verbosity()
    before = {name: getattr(constants, name) for name in _SETTINGS}
    for name, value in _SETTINGS.items():
        setattr(constants, name, value)
    hub_logging.set_verbosity(logging.ERROR)
    if not sys.stderr.isatty():
        disable_progress_bars()
    huggingface_hub.set_client_factory(lambda: StrictClient(limits))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="huggingface_hub|httpx2")
            yield
    finally:
        huggingface_hub.set_client_factory(default_client_factory)
        for name, value in before.items():
            setattr(constants, name, value)
        hub_logging.set_verbosity(verbosity)
        if not bars_were_off:
            enable_progress_bars()


_SETTINGS = {
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": True,
    "HF_HUB_DISABLE_TELEMETRY": True,  # it asks the Hub which programs drive it, and tells it
    "HF_DEBUG": False,  # it prints requests with what they carry
}


_SECRET = re.compile(
    "TOKEN|SECRET|PASSW|CREDENTIAL|AUTH|_KEY$|^HF_OIDC|^ACTIONS_(ID|RUNTIME|RESULTS|CACHE)",
    re.IGNORECASE,
)


def environment_for_child() -> dict[str, str]:
    """This process' environment without whatever is a token, or buys one."""
    return {name: value for name, value in os.environ.items() if not _SECRET.search(name)}


def hide() -> None:
    """Let no other process of this user read this one's environment or memory (Linux).

    A child that decodes sound could otherwise take the token from /proc. root still can.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


_PR_SET_DUMPABLE = 4  # linux/prctl.h


def reading_token() -> str | None:
    """The token of those who only read: none, unless HF_TOKEN opens a private repository."""
    return os.environ.get("HF_TOKEN", "").strip() or None


def token_for(repo_id: str, patience: Patience) -> Token:
    """Where the token to write comes from: a trusted publisher first, HF_TOKEN where there is none.

    In a job of GitHub Actions with `id-token: write`, each call gives a token that GitHub's signed
    word was exchanged for: for this repository, for an hour, and exchanged again before it ends
    (huggingface.co/docs/hub/trusted-publishers). Otherwise HF_TOKEN. A file that a login left
    behind is never looked at.

    Raises:
        Refused: if there is neither.
    """
    if os.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN") or os.environ.get("HF_OIDC_ID_TOKEN"):
        os.environ["HF_OIDC_RESOURCE"] = f"{constants.REPO_TYPES_URL_PREFIXES[KIND]}{repo_id}"

        def exchanged() -> str | None:
            try:
                with classed():
                    return huggingface_hub.get_token()
            except (OIDCError, Refused):
                raise Refused(
                    "the trusted publisher was refused a token: compare its repository, branch, "
                    "workflow and environment with the run's (docs/publishing.md)"
                ) from None

        return lambda: patience.keep_trying(exchanged)
    if secret := os.environ.get("HF_TOKEN", "").strip():
        return lambda: secret
    raise Refused(
        "there is no token to write with: run this in a job with `id-token: write`, or set "
        "HF_TOKEN (docs/publishing.md)"
    )
