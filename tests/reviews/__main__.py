"""Print what becomes of the requests of reviewers: python -m tests.reviews."""

import json
from collections import Counter
from pathlib import Path

from tests.reviews.outcomes import Accepted, Found, FoundInPull, Hub, Human, Impossible, Waits
from tests.reviews.table import TABLE

LABELS = {
    Found: "found by a rule",
    FoundInPull: "found by a rule on pull requests",
    Impossible: "impossible in this format",
    Accepted: "accepted as it is",
    Waits: "about a proposal alone",
    Hub: "found on the Hub",
    Human: "for people",
}


def main() -> None:
    """Totals, the rules by how often they are asked for, and what is not found."""
    requests = [json.loads(text) for text in Path(__file__).with_name("requests.jsonl").open()]
    kinds = Counter(type(request.outcome) for request in TABLE)
    catchable = sum(kinds[kind] for kind in (Found, FoundInPull, Impossible, Accepted, Waits))
    settled = catchable - kinds[Waits]
    print(f"{len(TABLE)} requests, {catchable} of them static, data or repo: {settled} settled")
    for kind, label in LABELS.items():
        print(f"{kinds[kind]:5}  {label}")
    rules = Counter(r.outcome.code for r in TABLE if isinstance(r.outcome, Found | FoundInPull))
    print(f"\nby {len(rules)} rules:", ", ".join(f"{c} {n}" for c, n in rules.most_common()))
    for kind in (Waits, Impossible, Accepted):
        print(f"\n{LABELS[kind]}:")
        for request, line in zip(TABLE, requests, strict=True):
            if isinstance(request.outcome, kind):
                print(f"  {request.line:3} #{request.pr} {line['request']}")
                print(f"      {request.outcome.reason}")


if __name__ == "__main__":
    main()
