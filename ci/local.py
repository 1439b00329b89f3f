"""The dataset repository as a folder: the same bytes that a first publish would send."""

import shutil
from pathlib import Path

from ci.hub import Refs
from ci.publishing import Editor, succeeding
from ci.receipt import empty
from ci.state import Documents, State, expected


class TargetError(Exception):
    """The folder is not one to write to."""


def write_repository(to: Path, repo_id: str, editor: Editor, documents: Documents) -> None:
    """Write data, card and manifest of a first publish below `to`.

    Raises:
        TargetError: if the folder is there and not empty.
        OSError: if it cannot be written.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise TargetError(f"{to} is there and not empty; name an empty folder or a new one")
    nothing = State(Refs("", {}), {}, empty(repo_id), None, tagged=True, drift=())
    edit = editor(nothing)
    manifest = succeeding(nothing.manifest, edit)
    for path, content in sorted(expected(manifest, documents(manifest)).items()):
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content.source, bytes):
            (to / path).write_bytes(content.source)
        else:
            shutil.copyfile(edit.sources[path], to / path)
