"""A task folder with its files read strictly. Nothing in it is executed."""

from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel

from schema.instance import Instance
from schema.task import Task
from validators.document import Document
from validators.finding import Location
from validators.instructions import distinct, effective_number
from validators.prose import Section, read_sections
from validators.strict_json import JsonReading, TextReading, read_text
from validators.tree import Tree

if TYPE_CHECKING:
    from validators.bibliography import Bibliography

TEXT_CAP = 256_000
"""Bytes of a text file: task.json, instances, instructions, README, references."""
METADATA_CAP = 5_000_000
"""Bytes of a metadata.csv or metadata.jsonl."""
DATA_CAP = 10_000_000
"""Bytes of all that stands under data/."""

MAX_INSTANCES = 200
"""Instance files of a task that are read; the languages of the largest speech corpora are 102."""


class Part:
    """What every subject of a rule has: the task, and the instance if it belongs to one."""

    def __init__(self, task: str, instance: str | None = None) -> None:
        self.task = task
        self.instance = instance


class WrittenFile(Part):
    """A file that a contributor wrote by hand, whatever its format."""

    path: str
    reading: TextReading | JsonReading


class TextFile(WrittenFile):
    """A text file that is not JSON: instructions.txt, README.md, references.bib."""

    reading: TextReading

    def __init__(self, task: str, path: str, raw: bytes) -> None:
        super().__init__(task)
        self.path = path
        self.reading = read_text(raw, cap=TEXT_CAP)

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; a final line end makes no empty line."""
        text = self.reading.text or ""
        return text.removesuffix("\n").split("\n") if text else []

    def at(self, line: int = 1, column: int = 1) -> Location:
        """A place in the file."""
        return Location(self.path, line, column)


class JsonFile(Document, WrittenFile):
    """A JSON file of a task folder."""

    reading: JsonReading

    def __init__(
        self, task: str, path: str, raw: bytes, model: type[BaseModel], instance: str | None = None
    ) -> None:
        Part.__init__(self, task, instance)
        Document.__init__(self, path, raw, model, TEXT_CAP)


class TaskFile(JsonFile):
    """task.json."""

    def __init__(self, task: str, path: str, raw: bytes) -> None:
        super().__init__(task, path, raw, Task)

    @property
    def inputs(self) -> list[str]:
        """The input columns that fit the schema, in order."""
        return [located.value for located in self.find("/inputs/*")]

    @property
    def knows_inputs(self) -> bool:
        """False where a fault leaves open which inputs there are."""
        declared = self.value("/inputs")
        return declared is not None and len(self.inputs) == len(declared)

    @property
    def output(self) -> str | None:
        """The output's type."""
        value = self.value("/output/type")
        return str(value) if value else None

    @property
    def labels(self) -> list[str]:
        """The task's labels; empty where there are none or they are left open."""
        return [located.value for located in self.find("/output/labels/*")]


class Instructions(TextFile):
    """instructions.txt: one instruction a line."""

    def __init__(self, task: str, path: str, raw: bytes, task_file: TaskFile | None) -> None:
        super().__init__(task, path, raw)
        self.task_file = task_file

    @cached_property
    def distinct(self) -> int:
        """How many lines differ in more than case, blanks and punctuation."""
        return distinct(self.lines)

    @cached_property
    def effective_number(self) -> float | None:
        """How many truly different lines there are; None without any."""
        return effective_number(self.lines)


class Readme(TextFile):
    """README.md: prose for people."""

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The headings with the prose below them."""
        return read_sections(self.reading.text or "")


class References(TextFile):
    """references.bib."""

    @cached_property
    def bibliography(self) -> "Bibliography":
        """The parsed entries and what could not be parsed."""
        from validators.bibliography import Bibliography  # noqa: PLC0415 - loads a library

        return Bibliography.parse(self.reading.text or "")


class InstanceFile(JsonFile):
    """instances/<stem>.json, with the files of its task that it speaks of."""

    def __init__(self, stem: str, path: str, raw: bytes, folder: "TaskFolder") -> None:
        super().__init__(folder.task, path, raw, Instance, f"{folder.task}_{stem}")
        self.stem = stem
        self.folder = folder

    @property
    def task_file(self) -> TaskFile | None:
        """task.json of the same folder, if it is there."""
        return self.folder.task_file

    @property
    def labels(self) -> list[str]:
        """The label set of this instance: its own, else the task's."""
        own = [located.value for located in self.find("/labels/*")]
        return own or (self.task_file.labels if self.task_file else [])

    @property
    def sampling(self) -> dict[str, object]:
        """The numbers of the declared draw; empty where the whole split is taken."""
        names = ("examples", "minutes", "stratify_by", "seed")
        values = {name: self.value(f"/sampling/{name}") for name in names}
        return {name: value for name, value in values.items() if value is not None}


class TaskFolder(Tree):
    """A task folder with its files read strictly."""

    instance = None

    @classmethod
    def of(cls, tree: Tree) -> "TaskFolder":
        """The folder of a tree that has been scanned and hashed already."""
        folder = cls.__new__(cls)
        folder.__dict__.update(tree.__dict__)
        return folder

    def at(self, path: str) -> Location:
        """The place of an entry as a whole."""
        return Location(f"{self.path}/{path}" if path else self.path)

    @cached_property
    def task_file(self) -> TaskFile | None:
        """task.json."""
        raw = self._raw("task.json")
        return None if raw is None else TaskFile(self.task, f"{self.path}/task.json", raw)

    @cached_property
    def instructions(self) -> Instructions | None:
        """instructions.txt."""
        raw = self._raw("instructions.txt")
        path = f"{self.path}/instructions.txt"
        return None if raw is None else Instructions(self.task, path, raw, self.task_file)

    @cached_property
    def readme(self) -> Readme | None:
        """README.md."""
        raw = self._raw("README.md")
        return None if raw is None else Readme(self.task, f"{self.path}/README.md", raw)

    @cached_property
    def references(self) -> References | None:
        """references.bib."""
        raw = self._raw("references.bib")
        return None if raw is None else References(self.task, f"{self.path}/references.bib", raw)

    @cached_property
    def stems(self) -> list[str]:
        """The stems of all instance files, sorted."""
        return sorted(
            path.removeprefix("instances/").removesuffix(".json")
            for path in self.files
            if path.startswith("instances/") and path.endswith(".json") and path.count("/") == 1
        )

    @cached_property
    def instances(self) -> tuple[InstanceFile, ...]:
        """The first `MAX_INSTANCES` instance files, sorted by path."""
        return tuple(
            InstanceFile(stem, f"{self.path}/{path}", raw, self)
            for stem in self.stems[:MAX_INSTANCES]
            if (raw := self._raw(path := f"instances/{stem}.json")) is not None
        )

    def _raw(self, path: str) -> bytes | None:
        try:
            return self.read(path, TEXT_CAP) if path in self.files else None
        except OSError:
            return None  # vanished or unreadable: the folder's rules report what is missing
