"""What a process gives up for good before it meets strangers' bytes. Standard library only."""

import contextlib
import ctypes
import functools
import math
import resource
import signal
import sys
import time
from typing import Final

from validators.measurement import MEMORY_BYTES

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_CLONE_NEWNET: Final = 0x4000_0000


def limit_process(memory: int = MEMORY_BYTES) -> None:
    """Give up for good what decoding does not need, as far as the system knows how.

    Args:
        memory: bytes of address space that are left.
    """
    for name, value in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", 16),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),  # no effect for root
    ):
        if limit := getattr(resource, name, None):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(limit, (value, value))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # never outlive the parent
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.unshare(_CLONE_NEWNET)  # no network; granted to root only


def allow_cpu_seconds(seconds: int) -> None:
    """End this process by SIGXCPU after so many seconds of CPU time from now, rounded up."""
    _limit_cpu(math.ceil(time.process_time()) + seconds)


@functools.lru_cache(maxsize=1)  # limits are whole seconds, in which many clips end: one call
def _limit_cpu(soft: int) -> None:
    """Have this process ended at so many seconds of CPU time since its start."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or soft < hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
