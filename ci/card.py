"""The command line of the card: `python -m ci.card --manifest FILE [--to DIR]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from ci.documents import CARD_PATH, documents, texts
from schema.canonical import DATASET_REPO
from schema.manifest import Build, Manifest
from validators.render.escape import visible

DESCRIPTION = """\
Make the documents of the dataset repository from a manifest: the dataset card, eval.yaml,
croissant.json, LICENSE.md, references.bib and the plots. Nothing is sent anywhere.
"""
EPILOGUE = """\
exit codes:
  0  the documents were made
  2  the manifest cannot be read, the folder cannot be written, or bad usage

examples:
  python -m ci.card --manifest manifest.json            print the card
  python -m ci.card --manifest build/build.json --to card
"""
_MAX_BYTES = 256 << 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    manifest = _manifest(options.manifest)
    if options.to is None:
        sys.stdout.write(texts(manifest)[CARD_PATH])
        return 0
    made = documents(manifest)
    try:
        for path, content in made.items():
            file = options.to / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    except OSError as error:
        _stop(f"cannot write {error.filename}: {error.strerror}")
    print(f"wrote {len(made)} files to {visible(str(options.to))}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ci.card", description=DESCRIPTION, epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument(
        "--manifest", type=Path, required=True, metavar="FILE",
        help="a manifest.json of the dataset repository, or the build.json of a build",
    )  # fmt: skip
    parser.add_argument(
        "--to", type=Path, metavar="DIR",
        help="write all documents there; without it, the card is printed",
    )  # fmt: skip
    return parser


def _manifest(file: Path) -> Manifest:
    try:
        if file.stat().st_size > _MAX_BYTES:
            _stop(f"{file} is larger than {_MAX_BYTES >> 20} MiB")
        raw = file.read_bytes()
    except OSError as error:
        _stop(f"cannot read {file}: {error.strerror}")
    try:
        if file.name == "build.json":
            build = Build.model_validate_json(raw)
            return Manifest(
                schema_version=1, repo_id=DATASET_REPO, serial=1, instances=build.instances
            )
        return Manifest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"])) or "at its top"
        _stop(f"{file} is no manifest: {where}: {first['msg']}")


def _stop(message: str) -> NoReturn:
    """End with exit code 2."""
    print(f"error: {visible(message)}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main())
