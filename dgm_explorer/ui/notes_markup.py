r"""The markup of the notes: a few marks of Markdown, and formulas.

``# title``, ``## heading``, ``- item``, paragraphs parted by blank lines; ``**bold**``, ``*italic*``,
``$inline formula$``, and ``$$display formula$$`` as a block of its own. ``{forward}`` or ``{reverse}`` at
the end of a heading or after a display formula gives it the colour of that divergence; ``{struck}`` crosses
a formula out.
"""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

BlockKind: TypeAlias = Literal["title", "heading", "paragraph", "item", "formula"]
SpanKind: TypeAlias = Literal["text", "bold", "italic", "formula", "link"]
Ink: TypeAlias = Literal["", "forward", "reverse", "struck"]

_INK = re.compile(r"\s*\{(forward|reverse|struck)\}$")
_SPAN = re.compile(r"\$(?P<formula>[^$]+)\$|\*\*(?P<bold>[^*]+)\*\*|\*(?P<italic>[^*]+)\*")
_BLOCK_MARKS: tuple[tuple[str, BlockKind], ...] = (("## ", "heading"), ("# ", "title"), ("- ", "item"))


@dataclass(frozen=True, slots=True)
class Span:
    """A run of one kind; TeX where ``kind`` is ``formula``. A ``link`` is what can be clicked."""

    kind: SpanKind
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph-like unit; a display formula has exactly one span."""

    kind: BlockKind
    spans: tuple[Span, ...]
    ink: Ink = ""


def parse_notes(source: str) -> tuple[Block, ...]:
    """Cut notes into blocks."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", source.strip()):
        lines = chunk.splitlines()
        starts = [i for i, line in enumerate(lines) if i == 0 or line.startswith("- ")]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            blocks.append(_parse_block(" ".join(line.strip() for line in lines[start:end])))
    return tuple(blocks)


def parse_spans(text: str) -> tuple[Span, ...]:
    """Cut a line into runs of one kind."""
    spans: list[Span] = []
    position = 0
    for match in _SPAN.finditer(text):
        if match.start() > position:
            spans.append(Span("text", text[position : match.start()]))
        kind = cast(SpanKind, match.lastgroup)
        spans.append(Span(kind, match[kind]))
        position = match.end()
    if position < len(text):
        spans.append(Span("text", text[position:]))
    return tuple(spans)


def _parse_block(text: str) -> Block:
    ink: Ink = ""
    if (match := _INK.search(text)) is not None:
        ink = cast(Ink, match[1])
        text = text[: match.start()]
    if text.startswith("$$") and text.endswith("$$"):
        return Block("formula", (Span("formula", text[2:-2].strip()),), ink)
    for mark, kind in _BLOCK_MARKS:
        if text.startswith(mark):
            return Block(kind, parse_spans(text[len(mark) :]), ink)
    return Block("paragraph", parse_spans(text), ink)
