"""What strangers may send: named hostile inputs by class, each with the code that it ends in.

Each is made at test time in a copy of the flawless task. `code` is None where the input is harmless
by design and must pass in silence: a prose that looks like YAML, a zip behind a clip's samples.
"""

import json
import os
import pickle
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests import sounds
from tests.flawless import (
    DATA,
    INSTANCE,
    METADATA,
    TASK,
    Edit,
    all_of,
    append,
    clip_path,
    copy,
    folder,
    link,
    merge,
    remove,
    rename,
    replace,
    row,
    rows,
    sound,
    variant,
    write,
)
from tests.hostile import crafted
from tests.hostile.crafted import FLAC, MP3, OPUS, VORBIS, WAV, chunk, fmt, riff
from tests.hostile.running import Run

JSONL = f"{DATA}/metadata.jsonl"
README = "README.md"
BIB = "references.bib"


@dataclass(frozen=True)
class Hostile:
    """A hostile input: its class and name, how it is made, the code that it ends in.

    `also` are errors that the same input cannot but give too. `task` is the name of its folder.
    `slow` inputs cost a second or more, and are checked once, not in every format.
    """

    kind: str
    name: str
    edit: Edit
    code: str | None
    also: tuple[str, ...] = ()
    task: str = TASK
    slow: bool = False


CORPUS: list[Hostile] = []


def _add(kind: str) -> Callable[..., None]:
    def add(name: str, code: str | None, *edits: Edit, also: str = "", task: str = TASK,
            slow: bool = False) -> None:  # fmt: skip
        item = Hostile(kind, name, all_of(*edits), code, tuple(also.split()), task, slow)
        CORPUS.append(item)

    return add


# -- edits ----------------------------------------------------------------------------------------


def nothing(task: Path) -> None:
    """The name of the folder is the fault."""


def made(make: Callable[[Path], object], path: str = "") -> Edit:
    """Put something in the place of a path of the folder, or of the folder itself."""

    def edit(task: Path) -> None:
        place = task / path if path else task
        if place.exists() or place.is_symlink():
            remove(path)(task)
        place.parent.mkdir(parents=True, exist_ok=True)
        make(place)

    return edit


def unix_socket(path: Path) -> None:
    """A socket; its name in the system is short, the path is not."""
    here = os.open(path.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{here}/{path.name}")
    finally:
        os.close(here)


def deep(path: str, levels: int, name: str = "d") -> Edit:
    """Folders in folders, deeper than a path of the system may be long."""

    def edit(task: Path) -> None:
        (task / path).mkdir(parents=True, exist_ok=True)
        here = os.open(task / path, os.O_RDONLY)
        for _ in range(levels):
            os.mkdir(name, dir_fd=here)
            inner = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        os.close(here)

    return edit


def many(path: str, count: int, content: bytes | None = None, form: str = "{:05}") -> Edit:
    """So many folders, or files of one content."""

    def edit(task: Path) -> None:
        (task / path).mkdir(parents=True, exist_ok=True)
        first = task / path / form.format(0)
        for number in range(count):
            one = task / path / form.format(number)
            if content is None:
                one.mkdir()
            elif number == 0:
                one.write_bytes(content)
            else:
                os.link(first, one)

    return edit


def lazily(path: str, make: Callable[[], bytes]) -> Edit:
    """Write a large file, whose content is made when it is needed and not kept."""

    def edit(task: Path) -> None:
        write(path, make())(task)

    return edit


def named(path: str, name: str | bytes, content: str | bytes = b"") -> Edit:
    """A file whose name may be any bytes but / and NUL."""
    return write(f"{path}/{os.fsdecode(name)}".lstrip("/"), content)


def clip_named(name: str | bytes) -> Edit:
    """Another name for the first clip, in the folder and, where CSV can hold it, in its row."""
    return rename(clip_path(1), f"{DATA}/clips/{os.fsdecode(name)}")


def jsonl(*lines: bytes) -> Edit:
    """A metadata.jsonl of these lines in the place of metadata.csv."""
    return all_of(remove(METADATA), write(JSONL, b"".join(line + b"\n" for line in lines)))


def clip(data: bytes, extension: str = "wav") -> Edit:
    """These bytes as the first clip, under a name with this extension."""
    name = f"c01.{extension}"
    return all_of(
        remove(clip_path(1)),
        write(f"{DATA}/clips/{name}", data),
        row(1, file_name=f"clips/{name}"),
    )


def clip_made(make: Callable[[], bytes], extension: str) -> Edit:
    """`clip` of bytes that take a while to make."""

    def edit(task: Path) -> None:
        clip(make(), extension)(task)

    return edit


def rate_everywhere(rate: int) -> Edit:
    """Another rate for the first clip."""
    return clip(sounds.wav_with(WAV, rate=rate))


# -- names (T7, T8, T9) ---------------------------------------------------------------------------

names = _add("names")
ATTACKS = {
    "a line break": "a\nb",
    "a line break before a workflow command": "a\n::error::pwned",
    "a workflow command": "::error title=pwned::pwned",
    "a workflow command that sets a mask": "::add-mask::e",
    "an old workflow command": "##[error]pwned",
    "an escape sequence": "\x1b[2J\x1b[1;31mpwned",
    "a control of C1": "\x9b2Jpwned",
    "a carriage return": "passes\rtasks",
    "a bell and backspaces": "\a\b\b\b",
    "a right-to-left override": "\u202egnp.exe",
    "an isolate": "\u2066a\u2069",
    "a zero-width space": "metadata\u200b.csv",
    "bytes that are no UTF-8": b"caf\xe9",
    "bytes of a surrogate": b"\xed\xa0\x80",
    "a leading dash": "-rf",
    "a shell's command": "$(touch pwned);`touch pwned`",
    "markup": "<img src=x onerror=alert(1)>",
    "a mention and an image": "@everyone ![x](http:\\\\evil)",
    "the longest name": "a" * 255,
    "a tag character": "\U000e0041",
    "a name reserved on Windows": "NUL",
    "a stream of Windows": "task.json:evil",
    "a variable's name": "%PATH%",
    "git's own folder": ".git",
    "git's attributes": ".gitattributes",
    "git's modules": ".gitmodules",
}
for _name, _text in ATTACKS.items():
    names(f"{_name}, a file", "FLD004", named("", _text),
          also="FLD009" if _text == "NUL" else "")  # fmt: skip
CLIP_NAMES: dict[str, str | bytes] = {
    "a line break": "a\nb.wav",
    "a workflow command": "::error::.wav",
    "an escape sequence": "\x1b[2J.wav",
    "a right-to-left override": "\u202evaw.wav",
    "a zero-width joiner": "c\u200d01.wav",
    "bytes that are no UTF-8": b"caf\xe9.wav",
    "a leading dash": "-n.wav",
    "a look-alike of Cyrillic": "\u044101.wav",
    "letters and marks apart": "cafe\u0301.wav",
    "full-width letters": "\uff43\uff10\uff11.wav",
    "255 bytes": "a" * 251 + ".wav",
    "a name reserved on Windows": "NUL.wav",
    "another name reserved on Windows": "com1.wav",
}
for _name, _bytes in CLIP_NAMES.items():
    names(f"{_name}, a clip", "FLD009", clip_named(_bytes), also="DAT405 DAT406")
names("a folder that ends in a dot", "FLD009", folder(f"{DATA}/clips/more."))
names("case twins", "FLD010", copy(clip_path(1), f"{DATA}/clips/C01.wav"), also="DAT406")
names("case twins of folders", "FLD010", folder(f"{DATA}/Clips"))
names("a twin of task.json", "FLD010", copy("task.json", "Task.json"), also="FLD004")
TASK_NAMES = {
    "a look-alike of Cyrillic": "\u0410nswerDetection",
    "a line break at the end": "AnswerDetection\n",
    "a line break and a command": "A\n::error::pwned",
    "an escape sequence": "A\x1b[2J",
    "a leading dash": "-rf",
    "a right-to-left override": "A\u202eksat",
    "a shell's command": "$(id)",
    "a blank": "Answer Detection",
    "255 bytes": "A" + "a" * 254 + "\u0301"[:0],
    "a digit of another script": "Answer\u0661",
}
for _name, _text in TASK_NAMES.items():
    _code = None if _text.isascii() and _text.isalnum() else "FLD001"
    names(f"{_name}, the task", _code, nothing, task=_text)
for _name in ("Con", "Aux", "Nul", "Com1", "Lpt9"):
    names(f"{_name}, a device of Windows, the task", "FLD009", nothing, task=_name)
STEMS = {
    "a look-alike of Cyrillic": "\u0420rompts",
    "a line break at the end": "Prompts\n",
    "a workflow command": "::error::x",
    "a right-to-left override": "A\u202eB",
    "dots": "..",
    "a leading dash": "-Prompts",
}
for _name, _text in STEMS.items():
    names(f"{_name}, an instance", "FLD006", variant("hub"),
          rename(INSTANCE, f"instances/{_text}.json"))  # fmt: skip
CELL_NAMES = {
    "a path to another place": "../../../../../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a path with dots inside": "clips/../clips/c01.wav",
    "a path of Windows": "..\\..\\secrets.wav",
    "an address": "https://169.254.169.254/latest/meta-data",
    "a file's address": "file:///etc/passwd",
    "a device": "/dev/zero",
    "an empty part": "clips//c01.wav",
    "a home folder": "~/.ssh/id_rsa",
    "a variable": "$HOME/.netrc",
    "a pipe": "| id",
}
for _name, _text in CELL_NAMES.items():
    names(f"{_name}, in a row", "DAT405", row(1, file_name=_text), also="DAT406")


# -- links and special files (T9) -----------------------------------------------------------------

links = _add("links")
links("a clip that leads to /etc/passwd", "FLD005", link(clip_path(1), "/etc/passwd"),
      also="DAT405")  # fmt: skip
links("a clip that leads to another", "FLD005", link(clip_path(1), "c02.wav"), also="DAT405")
links("a clip that leads to /dev/zero", "FLD005", link(clip_path(1), "/dev/zero"), also="DAT405")
links("task.json that leads to /etc/passwd", "FLD005", link("task.json", "/etc/passwd"))
links("README.md that leads to the environment", "FLD005", link(README, "/proc/self/environ"))
links("references.bib that leads to /dev/zero", "FLD005", link(BIB, "/dev/zero"))
links("instructions.txt that leads to itself", "FLD005",
      link("instructions.txt", "instructions.txt"))  # fmt: skip
links("instructions.txt that leads nowhere", "FLD005", link("instructions.txt", "\x1b[2J"))
links("an instance that leads elsewhere", "FLD005", link(INSTANCE, "/etc/hostname"),
      also="FLD003 FLD007")  # fmt: skip
links("metadata.csv that leads elsewhere", "FLD005", link(METADATA, "/etc/passwd"), also="DAT401")
links("the data folder", "FLD005", made(lambda p: p.symlink_to("/etc"), DATA), also="PTR106")
links("the folder of all data", "FLD005", made(lambda p: p.symlink_to("/etc"), "data"),
      also="PTR106")  # fmt: skip
links("the folder of clips", "FLD005", made(lambda p: p.symlink_to("/tmp"), f"{DATA}/clips"),  # noqa: S108
      also="DAT405")  # fmt: skip
links("the instances", "FLD005", made(lambda p: p.symlink_to("."), "instances"),
      also="FLD003 FLD007")  # fmt: skip
links("a loop of two", "FLD005", link("a", "b"), link("b", "a"))
links("the folder above", "FLD005", link(f"{DATA}/up", "../.."))
links("the task itself", "FLD012", made(lambda p: p.symlink_to("/etc")))
links("the task, to itself", "FLD012", made(lambda p: p.symlink_to(p.name)))
links("the task is a pipe", "FLD012", made(os.mkfifo))
links("the task is a socket", "FLD012", made(unix_socket))
links("a pipe for metadata.csv", "FLD004", made(os.mkfifo, METADATA), also="DAT401")
links("a pipe for task.json", "FLD004", made(os.mkfifo, "task.json"), also="FLD002")
links("a pipe for an instance", "FLD004", made(os.mkfifo, INSTANCE), also="FLD003 FLD007")
links("a pipe for a clip", "FLD004", made(os.mkfifo, clip_path(1)), also="DAT405")
links("a socket for a clip", "FLD004", made(unix_socket, clip_path(1)), also="DAT405")
links("a folder named task.json", "FLD004", made(Path.mkdir, "task.json"), also="FLD002")
links("a folder named README.md", "FLD004", made(Path.mkdir, README), also="FLD002")
links("a folder named as an instance", "FLD004", made(Path.mkdir, INSTANCE),
      also="FLD003 FLD007")  # fmt: skip
links("a folder named as a clip", "DAT405", made(Path.mkdir, clip_path(1)))
links("a folder named metadata.csv", "DAT401", made(Path.mkdir, METADATA))


def hard_link(task: Path) -> None:
    """README.md as a second name of a file outside of the folder."""
    (task / README).rename(task.parent.parent / "outside")
    os.link(task.parent.parent / "outside", task / README)


links("a hard link", None, hard_link)
links("folders a thousand deep", "FLD009", deep(f"{DATA}/clips", 1_000))
links("folders with long names, deep", "FLD009", deep(f"{DATA}/clips", 40, "d" * 120))
links("folders deep in the place of instances", "FLD009", deep("instances/x", 3_000),
      also="FLD004")  # fmt: skip
links("30,000 files", "FLD011", many(f"{DATA}/clips", 30_000, b"", "x{:05}.wav"), also="DAT406",
      slow=True)  # fmt: skip
links("30,000 folders", "FLD011", many(f"{DATA}/clips", 30_000), slow=True)


# -- JSON (T10) -----------------------------------------------------------------------------------

json_ = _add("JSON")
FIRST = '"schema_version": 1,'
JSON_TEXTS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "JSN805"),
    "blanks": (b" \n" * 1_000, "JSN805"),
    "null": (b"null", "JSN813"),
    "a number": (b"7", "JSN813"),
    "a list": (b"[]", "JSN813"),
    "a text": (b'"task"', "JSN813"),
    "a quarter of a megabyte and more": (b" " * 256_001, "JSN801"),
    "five megabytes": (b'{"a": "' + b"x" * 5_000_000 + b'"}', "JSN801"),
    "100,000 keys": (json.dumps({f"k{n}": n for n in range(100_000)}).encode(), "JSN801"),
    "100,000 brackets": (b"[" * 100_000, "JSN808"),
    "100,000 objects in one another": (b'{"a":' * 40_000, "JSN808"),
    "33 levels": (b"[" * 33 + b"]" * 33, "JSN808"),
    "brackets of two kinds": (b'[{"a":' * 20_000, "JSN808"),
    "two values": (b"{} {}", "JSN805"),
    "comments": (b"// all is well\n{}", "JSN805"),
    "single quotes": (b"{'a': 1}", "JSN805"),
    "a comma at the end": (b'{"a": 1,}', "JSN805"),
    "a quote that is not closed": (b'{"a": "' + b"x" * 200_000, "JSN805"),
    "backslashes": (b'{"a": "' + b"\\" * 200_001, "JSN805"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "JSN802"),
    "UTF-32": ('{"a": 1}'.encode("utf-32"), "JSN802"),
    "UTF-7": (b"+AHs-+AH0-", "JSN805"),
    "Latin-1": ('{"title": "\xe9"}'.encode("latin-1"), "JSN802"),
    "overlong UTF-8": (b'{"a": "\xc0\xaf"}', "JSN802"),
    "a surrogate as bytes": (b'{"a": "\xed\xa0\x80"}', "JSN802"),
    "a gzip": (b"\x1f\x8b\x08" + bytes(50), "JSN802"),
    "a list of 100,000 numbers": (b"[" + b"1," * 100_000 + b"1]", "JSN813"),
    "NaN alone": (b"NaN", "JSN807"),
}
for _name, (_raw, _code) in JSON_TEXTS.items():
    json_(f"task.json is {_name}", _code, write("task.json", _raw))
JSON_PIECES = {
    "a byte order mark": ("{", "\ufeff{", "JSN802"),
    "a key twice": (FIRST, FIRST * 2, "JSN806"),
    "a key twice by an escape": (FIRST, FIRST + '"\\u0074itle": "x",', "JSN806"),
    "NaN": (FIRST, '"schema_version": NaN,', "JSN807"),
    "Infinity": (FIRST, '"schema_version": -Infinity,', "JSN807"),
    "1e999": (FIRST, '"schema_version": 1e999,', "JSN807"),
    "5,000 digits": (FIRST, f'"schema_version": {"1" * 5_000},', "JSN807"),
    "5,000 digits behind the point": (FIRST, f'"schema_version": 1.{"1" * 5_000},', "JSN813"),
    "2^53 + 1": (FIRST, '"schema_version": 9007199254740993,', "JSN807"),
    "1.0 for 1": (FIRST, '"schema_version": 1.0,', "JSN807"),
    "true for 1": (FIRST, '"schema_version": true,', "JSN813"),
    "a text for 1": (FIRST, '"schema_version": "1",', "JSN813"),
    "another version": (FIRST, '"schema_version": 2,', "JSN816"),
    "a lone surrogate": ("telephone prompt", "\\ud800", "JSN803"),
    "a NUL": ("telephone prompt", "\\u0000", "JSN803"),
    "an escape sequence": ("telephone prompt", "\\u001b[2J", "JSN803"),
    "a line break": ("telephone prompt", "\\n::error::pwned", "JSN803"),
    "a right-to-left override": ("telephone prompt", "\u202etpmorp", "JSN803"),
    "__proto__": (FIRST, FIRST + '"__proto__": {"admin": true},', "JSN812"),
    "__class__": (FIRST, FIRST + '"__class__": "os.system",', "JSN812"),
    "a key that is a pointer": (FIRST, FIRST + '"a/b~c~0~1*": 1,', "JSN812"),
    "a key that is empty": (FIRST, FIRST + '"": 1,', "JSN812"),
    "a key that is a command": (FIRST, FIRST + '"::error::x": 1,', "JSN812"),
    "a key of 100,000 letters": (FIRST, FIRST + f'"{"k" * 100_000}": 1,', "JSN812"),
}
for _name, (_old, _new, _code) in JSON_PIECES.items():
    json_(f"{_name} in task.json", _code, replace("task.json", _old, _new))
LINE = b'{"file_name": "clips/c01.wav", "label": "yes"}'
JSON_LINES = {
    "a list": (b"[1, 2]", ""),
    "brackets": (b"[" * 100_000, ""),
    "NaN": (b'{"file_name": NaN}', ""),
    "5,000 digits": (b'{"label": ' + b"9" * 5_000 + b"}", "DAT413 DAT422"),
    "a key twice": (b'{"label": "yes", "label": "no"}', "DAT413"),
    "a lone surrogate": (b'{"label": "\\ud800"}', "DAT413 DAT422"),
    "an escape sequence": (b'{"label": "\\u001b[2J"}', "DAT413 DAT422"),
    "bytes that are no UTF-8": (b'{"label": "\xff"}', ""),
    "a line of a megabyte": (b'{"label": "' + b"x" * 1_000_000 + b'"}', ""),
}
for _name, (_raw, _more) in JSON_LINES.items():
    json_(f"{_name} in metadata.jsonl", "DAT403", jsonl(LINE, _raw), also=_more)
json_("a clip's name is an object", "DAT405", jsonl(b'{"file_name": {"path": "/etc/passwd"}}'),
      also="DAT406 DAT411 DAT431")  # fmt: skip
json_("task.json is zeros", "JSN805", write("task.json", bytes(1_000)), also="JSN803")


# -- schema (T11, T19, T21) -----------------------------------------------------------------------

schema = _add("schema")
for _address in ("http://127.0.0.1:9/task.schema.json", "https://json-schema.org/draft-07/schema",
                 "file:///etc/passwd", "../../../../etc/passwd"):  # fmt: skip
    schema(f"$schema leads to {_address}", "JSN817", merge("task.json", {"$schema": _address}))
schema("$ref leads to an address", "JSN812",
       merge("task.json", {"$ref": "http://127.0.0.1:9/x.json"}))  # fmt: skip
schema("$ref in the output", "JSN812",
       merge("task.json", {"output": {"$ref": "http://127.0.0.1:9/x.json"}}))  # fmt: skip
schema(
    "$id, $defs and $dynamicRef",
    "JSN812",
    merge("task.json", {"$id": "http://127.0.0.1:9/", "$defs": {"a": {"$dynamicRef": "#a"}}}),
)
schema(
    "a slow pattern of its own",
    "JSN812",
    merge("task.json", {"pattern": "(a+)+$", "patternProperties": {"(a+)+$": {}}}),
)
LABELS = {
    "made to be slow": ["yes", "a" * 190 + "!", *(" a" * n + "," for n in range(50, 90))],
    "of blanks": ["yes", "a" + " " * 150],
    "of 100,000 letters": ["yes", "a" * 100_000],
    "that break the line": ["yes", "no\nmaybe"],
    "with braces": ["yes", "{labels}"],
}
for _name, _labels in LABELS.items():
    schema(f"labels {_name}", "JSN803" if "\n" in "".join(_labels) else "JSN814",
           merge("task.json", {"output": {"labels": _labels}}), also="DAT422")  # fmt: skip
schema(
    "1,001 labels",
    "JSN816",
    merge("task.json", {"output": {"labels": [f"answer {n:04}" for n in range(1_001)]}}),
)
schema(
    "1,000 times the same label",
    "TSK207",
    merge("task.json", {"output": {"labels": ["yes", "no", *["maybe"] * 998]}}),
)
schema("labels that are objects", "JSN813", merge("task.json", {"output": {"labels": [{}, []]}}))
schema("an output of no kind", "JSN815", merge("task.json", {"output": {"type": "__import__"}}))
schema("a metric that is a path", "JSN815", merge("task.json", {"metrics": ["os.system"]}))
schema("inputs without end", "JSN814", merge("task.json", {"inputs": ["audio" + "9" * 5_000]}))
schema(
    "a range that is turned over",
    "TSK208",
    variant("number"),
    merge("task.json", {"output": {"minimum": 9e15, "maximum": -9e15}}),
    also="DAT425",
)
for _repo in ("../../evil", "https://evil.example/x", "a/b/c", "--help/x", "a/..",
              "ada/prompts?x=1", "ada/prompts#main", "ada@evil.example/x"):  # fmt: skip
    schema(f"repo_id {_repo!r}", "PTR101", variant("hub"),
           merge(INSTANCE, {"dataset": {"repo_id": _repo}}))  # fmt: skip
for _revision in ("main", "refs/pr/1", "0" * 39, "0" * 41, "\uff10" * 40, "../" * 13 + "a"):
    schema(f"revision {_revision!r}", "PTR103", variant("hub"),
           merge(INSTANCE, {"dataset": {"revision": _revision}}))  # fmt: skip
for _path in ("../Other/data", "/etc", "data/../../x", "~/x", "C:\\x", "file:///etc"):
    schema(f"path {_path!r}", "PTR104", merge(INSTANCE, {"dataset": {"path": _path}}))
schema(
    "an address inside the network",
    None,
    replace(INSTANCE, "https://example.org/prompts", "http://169.254.169.254/latest"),
)
schema(
    "an address that is a script",
    "JSN814",
    replace(INSTANCE, "https://example.org/prompts", "javascript:alert(1)"),
)
schema(
    "a waiver of everything",
    "RUN703",
    merge("task.json", {"waivers": [{"rule": "JSN805", "reason": "because"}]}),
)
schema(
    "10,000 waivers",
    "RUN702",
    merge("task.json", {"waivers": [{"rule": "XXX999", "reason": "because"}] * 4_000}),
)
schema("a repo_id that ends in a line break", "JSN803", variant("hub"),
       merge(INSTANCE, {"dataset": {"repo_id": "ada/prompts\n"}}))  # fmt: skip
schema(
    "a seed beyond all numbers",
    "JSN807",
    merge(INSTANCE, {"sampling": {"description": "Drawn at random.", "seed": 10**400}}),
    also="SRC915",
)
schema(
    "minutes without end",
    "JSN816",
    merge(INSTANCE, {"sampling": {"description": "Drawn at random.", "minutes": 1e300}}),
    also="SRC915",
)
schema(
    "a column renamed to a path",
    "DAT411",
    merge(INSTANCE, {"columns": {"label": "../../etc/passwd"}}),
)


# -- what looks like YAML, Markdown and BibTeX (T5, T6, T12) --------------------------------------

prose = _add("YAML-like")
ALIAS_BOMB = "---\na: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
) + "---\n\n"  # fmt: skip
prose("an alias bomb before README.md", None, replace(README, "# Answer", ALIAS_BOMB + "# Answer"))
prose(
    "a Python tag in README.md",
    None,
    replace(README, "# Answer", '---\nx: !!python/object/apply:os.system ["id"]\n---\n\n# Answer'),
)
prose(
    "a Python tag in the description",
    None,
    merge(
        "task.json", {"description": "!!python/object/apply:os.system ['id'] hears the speaker."}
    ),
)
prose("task.yaml", "FLD004", write("task.yaml", ALIAS_BOMB))
prose("metadata.yaml", "FLD004", write(f"{DATA}/metadata.yaml", ALIAS_BOMB))
prose("a dataset card", "FLD004", write(f"{DATA}/README.md", "---\nconfigs: *a\n---\n"))
MARKUP = {
    "a script": "<script>fetch('//evil.example')</script>",
    "an image that tells": "![x](http://evil.example/x.png)",
    "a marker of the bot": "<!-- dynamic-superb: sticky -->",
    "a mention": "@everyone fixes #1 and closes #2",
    "a workflow command": "::error::pwned\n::set-output name=x::y\n##[group]",
}
for _name, _text in MARKUP.items():
    prose(f"{_name} in README.md", None,
          replace(README, "## Limitations\n", f"## Limitations\n\n{_text}\n"))  # fmt: skip
prose(
    "an open fence in README.md",
    "DOC602",
    replace(README, "## Limitations\n", "## Limitations\n\n```````\n</details>\n"),
)
prose("an escape sequence in README.md", "JSN803", append(README, "\x1b]0;pwned\x07"))
prose("a right-to-left override in README.md", "JSN803", append(README, "\u202e"))
for _name, _text in {
    "quotes": ">" * 200_000, "brackets": "[" * 200_000, "emphasis": "*a_" * 80_000,
    "links": "[a](" * 60_000, "lists": "- " * 100_000, "references": "[a]: b\n" * 30_000,
    "entities": "&#" * 100_000, "angles": "<" * 200_000, "tables": "|a" * 100_000,
}.items():  # fmt: skip
    prose(f"a bomb of {_name} in README.md", "DOC601", write(README, _text), slow=True)
bibtex = "@misc{example2024prompts, author = {Example, Ada}, title = "
prose("strings of BibTeX that double", None, write(BIB,
      '@string{a0 = "aaaaaaaaaa"}\n' + "".join(f"@string{{a{n} = a{n - 1} # a{n - 1}}}\n"
      for n in range(1, 60)) + bibtex + "a59, year = {2024}}\n"))  # fmt: skip
prose("a preamble of TeX", None, append(BIB, '\n@preamble{"\\input{/etc/passwd}\\write18{id}"}\n'))
prose("a field of TeX", None, replace(BIB, "Forty prompts", "\\input{/etc/passwd} prompts"))
prose("braces without end", "DOC611", append(BIB, "\n@misc{a, title = " + "{" * 100_000))
prose("10,000 entries begun", "DOC611", write(BIB, "@misc{a, title = {b}\n" * 10_000), slow=True,
      also="SRC905")  # fmt: skip
prose("a formula in a cell", "DAT422", row(1, label="=cmd|' /C calc'!A0"))
prose("a workflow command as a label", None,
      merge("task.json", {"output": {"labels": ["yes", "no", "::error::pwned"]}}),
      row(1, label="::error::pwned"))  # fmt: skip
prose("markup as a label", None,
      merge("task.json", {"output": {"labels": ["yes", "no", "<img src=x> | `a` @all"]}}),
      row(1, label="<img src=x> | `a` @all"))  # fmt: skip
prose("an escape sequence as a label", "DAT402", row(1, label="\x1b[2J"), also="DAT422")
prose("a right-to-left override as a label", "DAT402", row(1, label="\u202esey"), also="DAT422")
prose("a NUL in metadata.csv", "DAT402", append(METADATA, "\0\n"), also="DAT403")


# -- bombs: metadata (T10, T22) -------------------------------------------------------------------

bombs = _add("bombs")
BIG = 4_900_000


def filled(piece: bytes, size: int = BIG) -> bytes:
    """A piece over and over."""
    return piece * (size // len(piece))


HEADER = b"file_name,label\n"


def instances(count: int, size: int) -> Edit:
    """Copies of the first instance, each with as many bytes of short rows."""

    def edit(task: Path) -> None:
        for name in (f"D{number:02}" for number in range(count)):
            copy(INSTANCE, f"instances/{name}.json")(task)
            merge(f"instances/{name}.json", {"dataset": {"path": f"data/{name}"}})(task)
            write(f"data/{name}/metadata.csv", HEADER + filled(b"a,b\n", size))(task)

    return edit


for _name, _make, _code, _also in (
    ("more than five megabytes", lambda: filled(b"a,b\n", 5_000_004), "DAT402", ""),
    ("empty lines", lambda: HEADER + filled(b"\n"), "DAT402", "DAT412 INS301"),
    ("short rows", lambda: HEADER + filled(b"a,b\n"), "DAT402", "DAT405 DAT416 DAT422 INS301"),
    ("rows of no cell", lambda: b"label\n" + filled(b'""\n'), "DAT402", "DAT411 DAT412 INS301"),
    ("rows of one cell", lambda: b"label\n" + filled(b"a\n"), "DAT402", "DAT411 DAT422 INS301"),
    ("rows of too few cells", lambda: HEADER + filled(b"a\n"), "DAT402", "DAT403"),
    ("one row of commas", lambda: HEADER + filled(b","), "DAT403", ""),
    ("a header of commas", lambda: filled(b","), "DAT402", ""),
    ("rows of 200 columns", lambda: b",".join(b"c%d" % n for n in range(200)) + b"\n"
     + filled(b"a," * 199 + b"a\n"), "DAT411", "INS301"),
    ("a quote that is not closed", lambda: HEADER + b'"' + filled(b"a\n"), "DAT402", ""),
    ("a cell of a megabyte", lambda: HEADER + b'"' + b"a" * 1_000_000 + b'",yes\n', "DAT402", ""),
    ("semicolons", lambda: HEADER.replace(b",", b";") + filled(b"a;b\n"), "DAT402", ""),
    ("zeros", lambda: bytes(BIG), "DAT402", ""),
):  # fmt: skip
    bombs(f"metadata.csv is {_name}", _code, lazily(METADATA, _make), also=_also, slow=True)
for _name, _make, _code, _also in (
    ("empty lines", lambda: filled(b"\n"), "DAT402", ""),
    ("empty objects", lambda: filled(b"{}\n"), "DAT402", ""),
    ("lists", lambda: filled(b"[]\n"), "DAT402", "DAT403"),
    ("a new column in every row", lambda: b"".join(b'{"k%d":1}\n' % n for n in range(300_000)),
     "DAT402", "DAT411"),
    ("one row of 400,000 columns", lambda: b"{" + filled(b'"k":1,') + b'"l":1}\n', "DAT403", ""),
    ("long lists", lambda: b'{"label":[' + b"1," * 100_000 + b"1]}\n", "DAT411", "DAT423 DAT431"),
    ("long lists of lists", lambda: b'{"label":[' + b"[]," * 80_000 + b"1]}\n", "DAT411",
     "DAT423 DAT431"),
):  # fmt: skip
    bombs(f"metadata.jsonl is {_name}", _code, remove(METADATA), lazily(JSONL, _make), also=_also,
          slow=True)  # fmt: skip
bombs(
    "long lists of lawful labels",
    "DAT424",
    variant("multilabel"),
    rows(lambda table: [r | {"label": json.dumps(["echo"] * 10_000)} for r in table]),
    slow=True,
)
bombs("a label of brackets", "DAT423", variant("multilabel"), row(1, label="[" * 100_000))
bombs("a label of NaN", "DAT422", variant("multilabel"), row(1, label="[NaN, Infinity]"))
bombs("a label of 5,000 digits", "DAT423", variant("number"), row(1, label="9" * 5_000))
bombs("a label of 1e308 times ten", "DAT423", variant("number"), row(1, label="1e309"))
bombs("10 MB and a byte", "FLD008", append(clip_path(1), chunk(b"JUNK", bytes(10_000_000))))
bombs("2,000 instances", "FLD014", many("instances", 2_000, b"{}", "D{:04}.json"), remove(INSTANCE),
      also="FLD007 JSN811", slow=True)  # fmt: skip
bombs("40 instances of a megabyte of metadata", "FLD008", instances(40, 1_000_000), slow=True,
      also="DAT402 DAT405 DAT416 DAT422 INS301")  # fmt: skip
bombs("40 instances of 20,000 rows", "DAT402", instances(40, 200_000), slow=True,
      also="DAT405 DAT416 DAT422 INS301")  # fmt: skip


# -- audio (T13, T14, T16) ------------------------------------------------------------------------

audio = _add("audio headers")
audio("no bytes", "AUD502", clip(b""))
audio("no samples", "AUD502", clip(riff(fmt(), chunk(b"data", b""))))
audio("FLAC of 132 bytes that claims 30 days", "AUD505",
      clip(sounds.flac_with_total(FLAC[:132], crafted.THIRTY_DAYS), "flac"))  # fmt: skip
audio("FLAC that claims 2^36 frames", "AUD505",
      clip(sounds.flac_with_total(FLAC, 2**36 - 1), "flac"))  # fmt: skip
audio("FLAC that claims more than it holds", "AUD506",
      clip(sounds.flac_with_total(FLAC, 20_000), "flac"))  # fmt: skip
audio("WAV that claims 4 GB", "AUD506", clip(sounds.wav_with(WAV, data=0xFFFF_FFF0)))
audio("WAV that claims nothing", "AUD502", clip(sounds.wav_with(WAV, data=0)))
audio("FLAC that claims less than it holds", "AUD506",
      clip(sounds.flac_with_total(FLAC, 5_000), "flac"))  # fmt: skip
audio("WAV that claims less than it holds", "AUD506", clip(sounds.wav_with(WAV, data=5_000)))
audio("MP3 that claims less than it holds", "AUD506", clip(crafted.mp3_with_frames(MP3, 10), "mp3"))
audio("Ogg that claims less than it holds", "AUD506",
      clip(crafted.ogg_with_position(crafted.LONG_VORBIS, 5_000), "ogg"))  # fmt: skip
audio("Opus that claims less than it holds", "AUD506",
      clip(crafted.ogg_with_position(crafted.LONG_OPUS, 15_000), "opus"))  # fmt: skip
for _extension, _raw in (crafted.BY_FORMAT | {"opus": crafted.LONG_OPUS}).items():
    # libsndfile reads no WAV file with another RIFF behind it.
    _code = "AUD501" if _extension == "wav" else "AUD506"
    audio(f"two files of {_extension} joined", _code, clip(_raw * 2, _extension))
    audio(f"{_extension} with what imitates it behind", "AUD506",
          clip(_raw + crafted.imitations(_extension), _extension))  # fmt: skip
for _extension, _raw in crafted.BY_FORMAT.items():
    audio(f"{_extension} with a page of 2 MB behind", "AUD506" if _extension == "wav" else None,
          clip(_raw + b"<p>" * 700_000, _extension))  # fmt: skip
# libsndfile holds an Ogg page's position to what is there, so that it lies to no one who asks us.
audio("Ogg that claims 2^62 frames", None,
      clip(crafted.ogg_with_position(VORBIS, 2**62 - 1), "ogg"))  # fmt: skip
audio("Opus that claims 30 days", "AUD501",
      clip(crafted.ogg_with_position(OPUS, 30 * 24 * 3600 * 48_000), "opus"))  # fmt: skip
audio("Ogg that claims less than nothing", None,
      clip(crafted.ogg_with_position(VORBIS, -5), "ogg"))  # fmt: skip
audio("0 channels", "AUD501", clip(sounds.wav_with(WAV, channels=0)))
audio("65,535 channels", "AUD501", clip(sounds.wav_with(WAV, channels=65_535)))
audio("9 channels", "AUD505", clip(sounds.wav_with(WAV, channels=9)))
audio("3 channels", "AUD509", sound(clip_path(1), sounds.speech(0.3, channels=3)))
audio("0 Hz", "AUD501", rate_everywhere(0))
audio("1 Hz", "AUD505", rate_everywhere(1))
audio("2^32 - 1 Hz", "AUD501", rate_everywhere(2**32 - 1))
audio("384 kHz", "AUD505", rate_everywhere(384_000))
audio("192 kHz", "AUD508", rate_everywhere(192_000))
audio("bits that are none", "AUD501", clip(riff(fmt(bits=0), crafted.DATA)))
audio("a sample format that is none", "AUD501", clip(riff(fmt(tag=0xBEEF), crafted.DATA)))
audio("a block of 0 bytes", None, clip(riff(fmt(align=0, bits=3), crafted.DATA)))
audio("samples before their format", "AUD501", clip(riff(crafted.DATA, fmt())))
audio("no format", "AUD501", clip(riff(crafted.DATA)))
audio("two formats", "AUD501", clip(riff(fmt(), fmt(channels=2, rate=48_000), crafted.DATA)))
audio("RIFF alone", "AUD503", clip(b"RIFF"))
audio("a RIFF of 0 bytes", "AUD503", clip(riff(claim=0)[:8]))
audio("100,000 chunks", "AUD501", clip(riff(fmt(), chunk(b"JUNK", b"") * 100_000, crafted.DATA)))
audio("a chunk of 4 GB before the samples", "AUD501",
      clip(riff(fmt(), chunk(b"JUNK", b"", 0xFFFF_FFF0), crafted.DATA)))  # fmt: skip
audio("NaN", "AUD515", sound(clip_path(1), np.full(3_000, np.nan), encoding="wav-float"),
      also="AUD513")  # fmt: skip
audio("infinite samples", "AUD515",
      sound(clip_path(1), np.full(3_000, np.inf), encoding="wav-float"), also="AUD513")  # fmt: skip
audio("samples of 1e38", "AUD512", sound(clip_path(1), np.full(3_000, 1e38), encoding="wav-float"))
for _extension, _raw in crafted.BY_FORMAT.items():
    _code = {"wav": "AUD506", "flac": "AUD501", "mp3": "AUD506"}.get(_extension, "AUD501")
    audio(f"{_extension} cut in the middle", _code, clip(_raw[: len(_raw) // 2 | 1], _extension))
    audio(f"{_extension} of 40 bytes", "AUD501", clip(_raw[:40], _extension))
    audio(f"{_extension} that goes on in noise", "AUD506" if _extension == "wav" else "AUD501",
          clip(_raw[: len(_raw) // 2] + bytes(range(256)) * 40, _extension))  # fmt: skip
audio(
    "an ID3 tag that claims 256 MB", "AUD503", clip(b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + MP3, "mp3")
)
audio("an ID3 tag within an ID3 tag", "AUD503", clip(sounds.id3_tag(100) * 50 + MP3, "mp3"))
audio(
    "an APE tag", None, clip(MP3 + b"APETAGEX" + struct.pack("<IIII8x", 2000, 2**31, 1, 0), "mp3")
)
audio("MP3 of one frame header", "AUD513", clip(MP3[:4] * 1_000, "mp3"))
audio(
    "a thousand streams in an Ogg file",
    "AUD501",
    clip(b"".join(crafted.ogg_page(n, crafted.opus_head()) for n in range(1_000)), "opus"),
)
audio("Opus of 255 channels", "AUD501", clip(crafted.ogg_page(1, crafted.opus_head(255)), "opus"))
audio(
    "an Ogg page that claims 64 kB",
    "AUD501",
    clip(crafted.ogg_page(1, crafted.opus_head())[:26] + b"\xff" * 256 + b"OpusHead" * 3, "opus"),
)
for _kind, _name in ((1, "padding"), (2, "an application"), (3, "a seek table"), (4, "comments"),
                     (5, "a cue sheet"), (6, "a picture"), (126, "nothing known")):  # fmt: skip
    audio(f"FLAC with 16 MB of {_name} claimed", "AUD502" if _kind == 3 else "AUD501",
          clip(crafted.flac_block(_kind, 0xFF_FFFF, bytes(100)), "flac"),
          also="AUD506" if _kind == 3 else "")  # fmt: skip
audio(
    "FLAC with comments of 4 GB claimed",
    "AUD501",
    clip(crafted.flac_block(4, 8, b"\xff\xff\xff\xff\xff\xff\xff\xff") + FLAC[42:], "flac"),
)
audio("FLAC without frames", "AUD502", clip(FLAC[:4] + b"\x80" + FLAC[5:42], "flac"),
      also="AUD506")  # fmt: skip
audio("MP3 named wav", "AUD504", clip(MP3, "wav"))
audio("WAV named flac", "AUD504", clip(WAV, "flac"))
audio("Opus named mp3", "AUD504", clip(OPUS, "mp3"))

bombs("FLAC of 500 kB that holds 4 GB", "AUD505",
      clip_made(lambda: crafted.silent_flac(600 * 96_000), "flac"))  # fmt: skip
bombs("FLAC of 30 kB that holds 4 GB", "AUD505",
      clip_made(lambda: crafted.silent_flac(600 * 96_000, block=32_768), "flac"))  # fmt: skip
bombs("FLAC that holds 4 GB and does not say so", "AUD505",
      clip_made(lambda: crafted.silent_flac(600 * 96_000, total=0), "flac"), slow=True)  # fmt: skip
# Only the second that is claimed is decoded, which is silence in eight channels.
bombs(
    "FLAC that holds 4 GB and claims a second",
    "AUD506",
    clip_made(lambda: crafted.silent_flac(600 * 96_000, total=96_000), "flac"),
    also="AUD508 AUD509 AUD513",
)


# -- playlists and foreign formats (T15) ----------------------------------------------------------

foreign = _add("foreign formats")
for _name, _raw in crafted.FOREIGN.items():
    foreign(f"{_name} named wav", "AUD503", clip(_raw))
for _name in ("html", "m3u8", "aiff", "zip", "elf", "parquet", "pickle"):
    for _extension in ("flac", "mp3", "ogg", "opus"):
        foreign(f"{_name} named {_extension}", "AUD503",
                clip(crafted.FOREIGN[_name], _extension))  # fmt: skip


# -- archives (T17), parquet and scripts (T16, T18) -----------------------------------------------

archives = _add("archives")
for _name, _raw in {
    "clips.zip": crafted.zip_file(____x=b"slip"), "bomb.zip": crafted.zip_file(a=bytes(10_000_000)),
    "clips.tar": crafted.tar_file("c01.wav", "/etc/passwd"),
    "clips.tar.gz": crafted.FOREIGN["gzip"], "clips.7z": crafted.FOREIGN["7z"],
    "metadata.csv.gz": crafted.FOREIGN["gzip"],
    "00000.tar": crafted.tar_file("../../x", "../../y"),
}.items():  # fmt: skip
    archives(_name, "FLD004", write(f"{DATA}/{_name}", _raw))
archives("a zip behind the samples of a clip", None, append(clip_path(1), crafted.zip_file(a=b"a")))
archives(
    "a zip in a chunk of a clip",
    None,
    append(clip_path(1), chunk(b"JUNK", crafted.zip_file(a=bytes(1_000)))),
)
archives("a page behind the samples of a clip", None, append(clip_path(1), b"<script>x</script>"))

parquet = _add("parquet and scripts")
for _name, _raw in {
    "test-00000-of-00001.parquet": crafted.PARQUET, "metadata.parquet": crafted.PARQUET,
    "data.arrow": crafted.FOREIGN["arrow"], "labels.pkl": crafted.FOREIGN["pickle"],
    "labels.npy": crafted.FOREIGN["numpy"], "data.h5": crafted.FOREIGN["hdf5"],
    "data.sqlite": crafted.FOREIGN["sqlite"], "Prompts.py": b"import os; os.system('id')\n",
    "dataset_infos.json": b"{}", "state.json": b"{}", "conftest.py": b"raise SystemExit(0)\n",
    "model.pt": pickle.dumps({"a": 1}), "notebook.ipynb": b"{}",
}.items():  # fmt: skip
    parquet(_name, "FLD004", write(f"{DATA}/{_name}", _raw))
for _name in ("setup.py", "conftest.py", "sitecustomize.py", "Makefile", ".github/workflows/x.yml",
              "validators/check.py", "pyproject.toml", ".pre-commit-config.yaml"):  # fmt: skip
    parquet(f"{_name} in the task", "FLD004", write(_name, "raise SystemExit(0)\n"))


def by_kind() -> Iterator[tuple[str, list[Hostile]]]:
    """The classes in order, each with its inputs."""
    for kind in dict.fromkeys(item.kind for item in CORPUS):
        yield kind, [item for item in CORPUS if item.kind == kind]


def judge(item: Hostile, run: Run) -> None:
    """Exactly the expected errors; or none, and the expected warning."""
    wanted = {item.code, *item.also} - {None}
    if item.code in run.others:
        wanted -= {item.code}
    assert run.errors == wanted, run.out.decode()[:3_000]
    assert run.code == (1 if wanted else 0)
