"""python -m tests.hub.contract: the contract against the Hub that HF_ENDPOINT names."""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hub.contract.run import CLIENTS, ClientError, run

REAL_HUB = "https://huggingface.co"


def main() -> int:
    """Print what each step came to; 0 if every client found what it must, 1 if not, 2 if unable."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.hub.contract",
        description="Run the clients' contract against the Hub at HF_ENDPOINT (the real one unless "
        "set), with the token in HF_TOKEN. Each client makes two dataset repositories, "
        "hub-contract-CLIENT and hub-contract-CLIENT-private, and deletes them at the end.",
    )
    parser.add_argument("namespace", help="user or organisation to make the repositories in")
    parser.add_argument("--client", action="append", choices=CLIENTS, help="default: all of them")
    arguments = parser.parse_args()
    if not os.environ.get("HF_TOKEN"):
        print("HF_TOKEN is not set; give it a token that may write there", file=sys.stderr)
        return 2
    kept = True
    for client in arguments.client or CLIENTS:
        print(f"== {client}", flush=True)
        try:
            kept &= _report(client, arguments.namespace)
        except ClientError as error:
            print(error, file=sys.stderr)
            kept = False
    return int(not kept)


def _report(client: str, namespace: str) -> bool:
    with TemporaryDirectory(prefix="contract-") as scratch:
        environment = {"HF_ENDPOINT": REAL_HUB, **os.environ, "HF_HOME": f"{scratch}/hf_home"}
        steps = run(client, f"{namespace}/hub-contract-{client}", environment, Path(scratch))
    for step in steps:
        print(f"  {'kept  ' if step.kept else 'BROKEN'}  {step.name}")
        if not step.kept:
            print(f"          required: {step.expected}\n          found:    {step.found}")
    return all(step.kept for step in steps)


if __name__ == "__main__":
    sys.exit(main())
