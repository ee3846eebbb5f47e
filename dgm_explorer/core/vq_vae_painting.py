"""An image painted with codes, as a value: what lies beneath, and what was laid and exchanged since."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias

from dgm_explorer.core.checks import require_int
from dgm_explorer.core.errors import InputError

BaseKind: TypeAlias = Literal["example", "code", "modal"]
RemapKind: TypeAlias = Literal["swap", "merge"]

MOST_EDITS: Final = 4096
"""Cells painted by hand: all of a grid of 64 × 64."""
MOST_REMAPS: Final = 64
GREATEST_CODE: Final = 65_535
GREATEST_CELL: Final = 4095
"""Row or column."""
GREATEST_EXAMPLE: Final = 9_999_999


class CellEdit(NamedTuple):
    """A code laid on one cell."""

    row: int
    column: int
    code: int


class Remap(NamedTuple):
    """Two codes exchanged wherever they stand: ``swap`` a ↔ b, ``merge`` a → b."""

    kind: RemapKind
    a: int
    b: int

    def map(self, code: int) -> int:
        """What stands in place of ``code`` afterwards."""
        if code == self.a:
            return self.b
        return self.a if code == self.b and self.kind == "swap" else code


@dataclass(frozen=True, slots=True)
class Painting:
    """A code grid without its numbers: how it comes from an image of whatever run is on the screen.

    Attributes
    ----------
    base : what lies beneath: the grid of an ``example``, one ``code`` everywhere, or the ``modal`` grid,
        the commonest code of each cell.
    base_index : row of the data set for ``example``, the code for ``code``; without effect for ``modal``.
    edits : laid over it after all remaps, at most one for each cell.
    remaps : exchanged in the base, in this order.
    """

    base: BaseKind = "example"
    base_index: int = 0
    edits: tuple[CellEdit, ...] = ()
    remaps: tuple[Remap, ...] = ()

    def __post_init__(self) -> None:
        most = GREATEST_CODE if self.base == "code" else GREATEST_EXAMPLE
        require_int("painting: base_index", self.base_index, 0, most)
        if len(self.edits) > MOST_EDITS:
            raise InputError(f"painting: more than {MOST_EDITS} cells are painted; reset it to its base.")
        if len(self.remaps) > MOST_REMAPS:
            raise InputError(f"painting: more than {MOST_REMAPS} exchanges of codes; take them back first.")
        for edit in self.edits:
            _check_edit(edit)
        if len({edit[:2] for edit in self.edits}) < len(self.edits):
            raise InputError("painting: a cell is painted twice; leave one of its edits out.")
        for remap in self.remaps:
            require_int("painting: code to exchange", remap.a, 0, GREATEST_CODE)
            require_int("painting: code to exchange", remap.b, 0, GREATEST_CODE)

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but its base."""
        return not self.edits and not self.remaps

    def with_base(self, base: BaseKind, base_index: int = 0) -> "Painting":
        """Another image beneath: what was painted on the old one goes, exchanges stay."""
        return replace(self, base=base, base_index=base_index, edits=())

    def with_cells(self, cells: Iterable[tuple[int, int]], code: int) -> "Painting":
        """``code`` laid on cells (row, column).

        Raises
        ------
        InputError
            If there would be too many painted cells.
        """
        laid = {edit[:2]: edit for edit in self.edits}
        laid.update((cell, CellEdit(*cell, code)) for cell in cells)
        return replace(self, edits=tuple(laid.values()))

    def without_cells(self, cells: Iterable[tuple[int, int]]) -> "Painting":
        """What was laid on cells (row, column) taken back."""
        gone = set(cells)
        return replace(self, edits=tuple(edit for edit in self.edits if edit[:2] not in gone))

    def with_remap(self, kind: RemapKind, a: int, b: int) -> "Painting":
        """Codes exchanged in everything there is by now; what is painted later stays as it is painted.

        Raises
        ------
        InputError
            If there would be too many exchanges.
        """
        if a == b:
            return self
        remap = Remap(kind, a, b)
        edits = tuple(CellEdit(edit.row, edit.column, remap.map(edit.code)) for edit in self.edits)
        return replace(self, edits=edits, remaps=(*self.remaps, remap))

    def without_remaps(self) -> "Painting":
        """As if nothing had been exchanged in the base; cells painted by hand stay as they look."""
        return replace(self, remaps=())

    def reset(self) -> "Painting":
        """The base alone."""
        return replace(self, edits=(), remaps=())


def _check_edit(edit: CellEdit) -> None:
    if not (0 <= edit.row <= GREATEST_CELL and 0 <= edit.column <= GREATEST_CELL):
        raise InputError(
            f"painting: cell ({edit.row}, {edit.column}) must lie between 0 and {GREATEST_CELL}."
        )
    if not 0 <= edit.code <= GREATEST_CODE:
        raise InputError(f"painting: code {edit.code} must lie between 0 and {GREATEST_CODE}.")
