"""What the publisher says, for people and for programs."""

import json
import shutil

from ci.content import Difference
from ci.folders import to_build
from ci.plan import Change, Edit, Kind, Plan
from ci.publishing import Published
from ci.receipt import publish_tag
from ci.verify import Proof
from validators.render.escape import json_text, visible
from validators.render.words import counted

_WORDS = {
    "added": "was added by hand",
    "removed": "was removed by hand",
    "changed": "was changed by hand",
}


def plan_text(plan: Plan) -> str:
    """A plan as a table, with what else would be done below it."""
    lines = [f"{plan.repo_id} at {plan.head[:12]}, publish {plan.serial}"]
    lines += _table(plan.changes)
    if plan.unfinished:
        lines.append(f"{publish_tag(plan.serial)} was broken off before its tag, which comes first")
    lines += [f"{visible(path)}: the card is made anew" for path in plan.documents]
    lines += drift_lines(plan.drift)
    wanted = to_build(Edit((), plan.changes))
    if wanted:
        lines.append(f"to build: {counted(len(wanted), 'task')}: {', '.join(wanted)}")
    if plan.commits:
        lines.append(f"one commit, then the tag {publish_tag(plan.serial + 1)}")
    elif not wanted and not plan.unfinished:
        lines.append("nothing to do")
    return "\n".join(lines) + "\n"


def _table(changes: tuple[Change, ...]) -> list[str]:
    if not changes:
        return []
    width = shutil.get_terminal_size((100, 24)).columns
    name = max(len(change.instance) for change in changes)
    kind = max(len(change.kind) for change in changes)
    rows = (
        f"  {change.instance:<{name}}  {change.kind:<{kind}}  {visible(change.why)}"
        for change in changes
    )
    return [row if len(row) <= max(width, 80) else f"{row[: max(width, 80) - 1]}…" for row in rows]


def drift_lines(drift: tuple[Difference, ...]) -> list[str]:
    """What was done by hand, a line for each file."""
    return [f"drift: {visible(found.path)} {_WORDS[found.what]}" for found in drift]


def plan_json(plan: Plan) -> str:
    """A plan for programs."""
    return json_text(
        json.dumps(
            {
                "schema_version": 1,
                "repo_id": plan.repo_id,
                "head": plan.head,
                "serial": plan.serial,
                "commits": plan.commits,
                "unfinished": plan.unfinished,
                "instances": [
                    {"instance": change.instance, "change": change.kind.value, "why": change.why}
                    for change in plan.changes
                ],
                "build": to_build(Edit((), plan.changes)),
                "documents": list(plan.documents),
                "drift": [{"path": found.path, "what": found.what} for found in plan.drift],
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def published_text(done: Published, repo_id: str) -> str:
    """What a publish came to."""
    quiet = {Kind.NOTHING, Kind.KEPT}
    lines = _table(tuple(change for change in done.plan.changes if change.kind not in quiet))
    if done.commit is None:
        lines.append(f"{repo_id} holds all of it already; nothing was written")
    elif done.plan.commits:
        lines.append(f"published: {repo_id} at {done.commit}, tag {done.tag}")
    else:
        lines.append(f"finished an earlier publish: {repo_id} at {done.commit}, tag {done.tag}")
    return "\n".join(lines) + "\n"


def proof_text(proof: Proof, repo_id: str) -> str:
    """What a verification came to."""
    lines = [f"fault: {visible(fault)}" for fault in proof.faults]
    lines += [f"note: {visible(note)}" for note in proof.notes]
    if proof.faults or proof.manifest is None:
        lines.append(f"{repo_id} at {proof.commit}: {counted(len(proof.faults), 'fault')}")
    else:
        entries = proof.manifest.instances
        live = sum(entry.status == "published" for entry in entries)
        lines.append(
            f"{repo_id} at {proof.commit}: publish {proof.manifest.serial}, "
            f"{counted(live, 'instance')} and {counted(proof.files, 'file')} as they should be"
        )
    return "\n".join(lines) + "\n"
