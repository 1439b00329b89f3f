"""What the docstring under each field of a model says, read where somebody asks for it.

Pydantic can do so for every class as it is made. That takes as long as all its other work, for
words that only the JSON Schemas and a few messages show.
"""

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


@cache
def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The description of each field that has one, inherited fields included."""
    found: dict[str, str] = {}
    for of in reversed(model.__mro__):
        if issubclass(of, BaseModel) and of is not BaseModel:
            found |= _classes(of.__module__).get(of.__name__, {})
    stated = {name: field.description for name, field in model.model_fields.items()}
    return found | {name: text for name, text in stated.items() if text}


@cache
def _classes(module: str) -> dict[str, dict[str, str]]:
    """The docstrings under the fields of each class of a module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: _under_fields(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _under_fields(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, after in pairwise(node.body):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = inspect.cleandoc(text)
    return found
