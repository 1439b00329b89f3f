"""Imports run one way: schema <- validators <- ci, schema <- evaluation. The sources prove it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "schema": set(),
    "validators": {"schema"},
    "ci": {"schema", "validators"},
    "evaluation": {"schema"},
    "scripts": {"schema", "validators", "evaluation", "ci", "tests"},  # demos play on its servers
}
ONLY_IMPORTERS = {
    "github3": {"ci/github.py"},
    "matplotlib": {"ci/documents/plots.py"},
    "mlcroissant": {"ci/documents/croissant.py"},
    "yaml": {"ci/documents/yaml_text.py", "validators/front_matter.py"},
    "bibtexparser": {"validators/bibliography.py"},
    "markdown_it": {"validators/prose.py"},
    "tree_sitter": {"validators/strict_json.py"},
    "tree_sitter_json": {"validators/strict_json.py"},
    "langcodes": {"validators/languages.py"},
    "huggingface_hub": {
        "ci/hub.py",
        "ci/hub_access.py",
        "validators/hub_client.py",
        "evaluation/data.py",
    },
    "httpx2": {"ci/http_client.py", "validators/http_client.py", "validators/hub_client.py"},
    "soundfile": {
        *(f"validators/{name}_child.py" for name in ("decode", "encode", "preview")),
        "evaluation/clips.py",
    },
    "numpy": {
        *(f"validators/{name}_child.py" for name in ("decode", "encode", "preview")),
        "validators/meter.py",
        "ci/agreement.py",
        "evaluation/clips.py",
    },
    "agreement": {"ci/agreement.py"},
    "krippendorff": {"ci/agreement.py"},
    "pyarrow": {"validators/parquet_child.py", "ci/parquet.py", "evaluation/data.py"},
    "jsonschema": set(),  # it fetches what a schema refers to; the tests keep it from that
}
"""Libraries that talk to the outside, or that we may want to exchange, and where they may be."""
SCHEMA_MAY_USE = {"pydantic", "pydantic_core"}


def imports(path: Path) -> set[str]:
    """Top-level names of all modules that a source file imports, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package: str) -> None:
    ours = set(MAY_IMPORT) | {"tests", "tasks", "results"}
    for path in sources(package):
        forbidden = imports(path) & (ours - MAY_IMPORT[package] - {package})
        assert not forbidden, f"{path.relative_to(ROOT)} imports {forbidden}"


def test_schema_imports_pydantic_only() -> None:
    for path in sources("schema"):
        outside = imports(path) - set(sys.stdlib_module_names) - {"schema"}
        assert outside <= SCHEMA_MAY_USE, path.name


def test_libraries_are_imported_in_one_place() -> None:
    for package in ("schema", "validators", "ci", "evaluation"):
        for path in sources(package):
            name = path.relative_to(ROOT).as_posix()
            for library in imports(path) & set(ONLY_IMPORTERS):
                assert name in ONLY_IMPORTERS[library], f"{name} imports {library}"


def test_nothing_but_data_stands_under_tasks() -> None:
    assert not list((ROOT / "tasks").rglob("*.py"))


def test_the_repository_is_not_a_distribution() -> None:
    """`validators` and `schema` are also names of packages on PyPI.

    Used from the repository's root (`python -m validators.check`), ours come first on the path.
    Built as a distribution, they would overwrite somebody else's. So there are no packages to
    build and no console scripts.
    """
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "packages = []" in text
    assert "[project.scripts]" not in text
    assert "[build-system]" not in text


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--static", "--format", "json", "tasks/SpokenDigitRecognition"]]
)
def test_the_quick_path_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom validators.check import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print(*sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    heavy = {"datasets", "pyarrow", "numpy", "librosa", "torch", "soundfile", "jsonschema"}
    heavy |= {"huggingface_hub", "httpx2", "yaml"}
    assert not heavy & set(run.stderr.split())
