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


def modules_of_a_run(*arguments: str) -> set[str]:
    """All modules that a run of the check has loaded at its end."""
    program = (
        "import sys\nfrom validators.check import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(run.stderr.split())


STATIC = ("--static", "--no-cache", "--format", "json", "tasks/SpokenDigitRecognition")


@pytest.mark.parametrize("arguments", [("--help",), STATIC])
def test_the_quick_path_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    heavy = {"datasets", "pyarrow", "numpy", "librosa", "torch", "soundfile", "jsonschema"}
    heavy |= {"huggingface_hub", "httpx2", "yaml", "rich", "sqlite3"}
    heavy |= {"validators.audio", "validators.render.inert"}
    assert not heavy & modules_of_a_run(*arguments)


def test_help_and_what_starts_the_decoders_load_no_model() -> None:
    assert not {"pydantic", "validators.checking"} & modules_of_a_run("--help")


DECODERS_FIRST = """
import sys
from validators.audio import Decoders
loaded = []
start = Decoders._start
Decoders._start = lambda self: loaded.append("pydantic" in sys.modules) or start(self)
from validators.check import main
main(sys.argv[1:])
print(loaded)
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--no-cache"], "[False]"),
        (["--no-cache", "--select", "AUD"], "[True]"),  # loaded to know which rules there are
        (["--no-cache", "--static"], "[]"),
    ],
)
def test_decoders_start_before_all_else_where_they_are_needed(
    options: list[str], expected: str
) -> None:
    arguments = ["--jobs", "1", "--offline", "tasks/SpokenDigitRecognition", *options]
    run = subprocess.run(
        [sys.executable, "-c", DECODERS_FIRST, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.splitlines()[-1] == expected


def test_help_reads_no_model_of_a_task_and_no_rule() -> None:
    for_tasks = {"schema.task", "validators.task_check", "validators.rules"}
    for_tasks |= {"markdown_it", "bibtexparser", "tree_sitter", "importlib.metadata"}
    assert not for_tasks & modules_of_a_run("--help")
    assert for_tasks <= modules_of_a_run(*STATIC)


def test_a_plugin_of_pydantic_has_no_say_in_a_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "meddler-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: meddler\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[pydantic]\nmeddler = meddler:plugin\n")
    (tmp_path / "meddler.py").write_text("print('meddling')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv("PYDANTIC_DISABLE_PLUGINS", raising=False)
    program = "from pydantic import BaseModel\nclass Model(BaseModel): field: int"
    other = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True
    )
    assert other.stdout == "meddling\n"  # it is there, and anybody else would be given it
    assert "meddler" not in modules_of_a_run(*STATIC)


def test_what_is_registered_for_the_end_of_a_command_still_runs() -> None:
    """`gc.freeze` at the end spares a search for circles, and nothing else."""
    program = (
        "import atexit, sys, tempfile, weakref, validators\n"
        "class Held: pass\n"
        "held = Held(); held.self = held\n"
        "weakref.finalize(held, print, 'finalised')\n"
        "folder = tempfile.TemporaryDirectory(); print(folder.name)\n"
        "atexit.register(print, 'registered')\n"
        "sys.stdout.write('unflushed')"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    folder, rest = run.stdout.split("\n", 1)
    assert not Path(folder).exists()
    assert rest == "unflushedregistered\nfinalised\n"
    assert run.stderr.count("\n") <= 1  # of the folder, which nobody closed
