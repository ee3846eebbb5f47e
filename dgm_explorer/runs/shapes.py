"""Whether the arrays of a file fit together."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dgm_explorer.core.errors import InputError


class ShapeChecker:
    """Remembers what each letter of a shape stood for, and where it was first met.

    Parameters
    ----------
    path : the file, for the message.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, tuple[int, str]] = {}

    def check(self, name: str, array: NDArray[Any], letters: tuple[str, ...]) -> None:
        """Compare the shape of an array with its letters.

        Parameters
        ----------
        name : of the array.
        array : any.
        letters : of each axis: a number, or a letter that means one number in all arrays; with ``?``
            it may also be 0.

        Raises
        ------
        InputError
            If the shape does not fit; the message names the file, the array and what it was held against.
        """
        if array.ndim != len(letters):
            raise self._error(name, array, f"({', '.join(letters)}) was expected")
        for size, letter in zip(array.shape, letters, strict=True):
            self._check_axis(name, array, size, letter)

    def size_of(self, letter: str) -> int:
        """What a letter that was met stands for."""
        return self._known[letter][0]

    def _check_axis(self, name: str, array: NDArray[Any], size: int, letter: str) -> None:
        if letter.endswith("?") and size == 0:
            return
        letter = letter.rstrip("?")
        if letter.isdigit():
            if size != int(letter):
                raise self._error(name, array, f"{letter} was expected")
            return
        expected, where = self._known.setdefault(letter, (size, name))
        if size != expected:
            raise self._error(name, array, f"{letter} = {expected} by the array {where!r}")
        if size == 0:
            raise self._error(name, array, "nothing is in it")

    def _error(self, name: str, array: NDArray[Any], why: str) -> InputError:
        return InputError(
            f"{self._path}: the array {name!r} has the shape {array.shape} that does not fit ({why}); "
            "choose another step."
        )
