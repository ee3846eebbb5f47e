"""One hostile input: the files of a small folder and the words of a command line, kept as JSON."""

import base64
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

HERE = "{here}"
"""Stands in arguments and links for the folder that the case was laid out in."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True, slots=True)
class Odd:
    """What is neither file nor link: a ``folder`` without anything in it, or a ``pipe``."""

    kind: str


Node: TypeAlias = bytes | Link | Odd
NO_FILES: tuple[Node, ...] = (Odd("pipe"), Odd("folder"), Link("nowhere"), Link("."), Link("/dev/zero"))
"""What stands where a file should be."""


@dataclass(frozen=True, slots=True)
class Case:
    """What one target is given.

    Attributes
    ----------
    files : by path inside the case's folder.
    arguments : what the target is told besides; `HERE` in them stands for that folder.
    """

    files: Mapping[str, Node] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files and words."""
        contents = (len(node) for node in self.files.values() if isinstance(node, bytes))
        return sum(contents) + sum(map(len, self.arguments))

    def lay_out(self, folder: Path) -> tuple[str, ...]:
        """Make the files in an empty folder; the arguments as they are meant there."""
        for name, node in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(node, bytes):
                path.write_bytes(node)
            elif isinstance(node, Link):
                path.symlink_to(node.target.replace(HERE, str(folder)))
            elif node.kind == "folder":
                path.mkdir(exist_ok=True)
            else:
                os.mkfifo(path)
        return tuple(argument.replace(HERE, str(folder)) for argument in self.arguments)


def to_text(target: str, what: str, case: Case) -> str:
    """A file that `from_text` makes the case of; ``what`` says what was wrong with it."""
    files = {name: _node_fields(node) for name, node in case.files.items()}
    fields = {"target": target, "what": what, "arguments": list(case.arguments), "files": files}
    return json.dumps(fields, indent=1) + "\n"


def from_text(text: str) -> tuple[str, str, Case]:
    """Target, what was wrong, and the case."""
    fields = json.loads(text)
    files = {name: _node(node) for name, node in fields["files"].items()}
    return fields["target"], fields["what"], Case(files, tuple(fields["arguments"]))


def _node_fields(node: Node) -> dict[str, str]:
    if isinstance(node, Link):
        return {"link": node.target}
    if isinstance(node, Odd):
        return {"odd": node.kind}
    if node.isascii() and len(node) < 4000 and node.decode().isprintable():
        return {"text": node.decode()}
    return {"zlib": base64.b64encode(zlib.compress(node, 9)).decode()}


def _node(fields: dict[str, Any]) -> Node:
    if "link" in fields:
        return Link(fields["link"])
    if "odd" in fields:
        return Odd(fields["odd"])
    if "text" in fields:
        return str(fields["text"]).encode()
    return zlib.decompress(base64.b64decode(fields["zlib"]))
