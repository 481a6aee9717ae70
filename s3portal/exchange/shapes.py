"""The shape of the format: which fields there are, how each is read, and where in the file it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from s3portal.common.errors import Refusal
from s3portal.exchange.reading import Reader
from s3portal.exchange.tree import Problem


@dataclass(frozen=True)
class Value:
    """One text, read by ``read``."""

    read: Reader


@dataclass(frozen=True)
class Many:
    """A list."""

    of: "Value | Group"


@dataclass(frozen=True)
class Field:
    """``key`` in the file, ``name`` in the code. What is left out becomes ``default``."""

    key: str
    name: str
    shape: "Value | Many | Group"
    required: bool = False
    default: Any = None


@dataclass(frozen=True)
class Group:
    """A mapping with these fields and no others."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Item:
    """A mapping that has been read: its values by name, and the line of each."""

    values: Mapping[str, Any]
    line: int
    lines: Mapping[str, int]
    keys: Mapping[str, str]

    def problem(self, path: str, refusal: Refusal) -> Problem:
        """Where a service's refusal belongs in the file."""
        item = self
        for rows, place in refusal.part:
            path = f"{path}, {item.keys[rows]} {place + 1}"
            item = item.values[rows][place]
        name = refusal.field or ""
        key = item.keys.get(name, "")
        return Problem(item.lines.get(name, item.line), f"{path}, {key}" if key else path, refusal.message)


@dataclass
class Reading:
    """One walk through the tree, which gathers every problem on its way."""

    problems: list[Problem] = field(default_factory=list)

    def group(self, node: yaml.Node, shape: Group, path: str) -> Item:
        fields = {wanted.key: wanted for wanted in shape.fields}
        values: dict[str, Any] = {wanted.name: wanted.default for wanted in shape.fields}
        lines: dict[str, int] = {}
        seen: set[str] = set()
        for key, child in self._pairs(node, path):
            wanted = fields.get(key.value)
            where = f"{path}, {key.value}" if path else str(key.value)
            if wanted is None:
                self._wrong(
                    key, path, f"Fältet ”{key.value}” finns inte. Det här finns: {', '.join(fields)}."
                )
            elif key.value in seen:
                self._wrong(key, where, "Fältet står två gånger.")
            else:
                seen.add(key.value)
                lines[wanted.name] = _line(child)
                if not _is_empty(child):
                    values[wanted.name] = self._read(child, wanted.shape, where)
                elif wanted.required:
                    self._wrong(key, where, "Fyll i fältet.")
        for wanted in shape.fields:
            if wanted.required and wanted.key not in seen and isinstance(node, yaml.MappingNode):
                self._wrong(node, path, f"Fältet ”{wanted.key}” saknas.")
        return Item(values, _line(node), lines, {wanted.name: wanted.key for wanted in shape.fields})

    def _pairs(self, node: yaml.Node, path: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, path, "Här ska det stå fält med värden: namn: värde.")
            return
        for key, child in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key, child
            else:
                self._wrong(key, path, "Ett fältnamn ska vara en text.")

    def _read(self, node: yaml.Node, shape: Value | Many | Group, path: str) -> Any:
        if isinstance(shape, Group):
            return self.group(node, shape, path)
        if isinstance(shape, Many):
            return self._many(node, shape, path)
        if not isinstance(node, yaml.ScalarNode):
            self._wrong(node, path, "Här ska det stå ett enda värde.")
            return None
        try:
            return shape.read(node.value.strip())
        except Refusal as refusal:
            self._wrong(node, path, refusal.message)
            return None

    def _many(self, node: yaml.Node, shape: Many, path: str) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode):
            self._wrong(node, path, "Här ska det stå en lista, med ett streck före varje del.")
            return []
        found = []
        for number, child in enumerate(node.value, start=1):
            where = f"{path} {number}"
            if _is_empty(child):
                self._wrong(child, where, "Fyll i raden eller ta bort den.")
            else:
                found.append(self._read(child, shape.of, where))
        return found

    def _wrong(self, node: yaml.Node, path: str, message: str) -> None:
        self.problems.append(Problem(_line(node), path, message))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _is_empty(node: yaml.Node) -> bool:
    """Nothing, or YAML's own word for nothing when it is not quoted."""
    if not isinstance(node, yaml.ScalarNode):
        return False
    return not node.value.strip() or (node.style is None and node.value in ("null", "~"))
