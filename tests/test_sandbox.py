"""How much processor time a process is allowed before it is ended."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AFTER_EACH_SECOND = """
import math, resource, time
from validators.sandbox import allow_cpu_seconds

def left(seconds):
    allow_cpu_seconds(seconds)
    return resource.getrlimit(resource.RLIMIT_CPU)[0] - math.ceil(time.process_time())

found = [left(10), left(10), left(40), left(10)]
second = math.ceil(time.process_time())
while time.process_time() <= second:
    pass
print(*found, left(10), left(10))
"""
SPIN = """
from validators.sandbox import allow_cpu_seconds

for _ in range(1_000):
    allow_cpu_seconds(1)
while True:
    pass
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_each_clip_has_all_its_seconds_whatever_the_ones_before_took():
    done = run(AFTER_EACH_SECOND)
    assert (done.stdout.split(), done.stderr) == (["10", "10", "40", "10", "10", "10"], "")


def test_a_process_that_spins_is_ended_however_often_it_was_allowed_to_go_on():
    done = run(SPIN)
    assert done.returncode < 0  # by a signal
