"""LaTeX formulas as sharp images in the colour of the text around them."""

import functools
import html
import re
import warnings
from collections import OrderedDict
from threading import Lock
from types import ModuleType

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

PIXEL_RATIO = 2.0
"""Formulas are painted for the finest usual screen; Qt scales them down on a coarser one."""

TYPESET_PX = 100.0
TYPESET_RGB = "#123457"
"""No colour that anybody chooses."""

VIEW_BOX = re.compile(r'viewBox="([^"]*)"')

N_PAINTED = 64
"""Painted formulas kept for whoever asks next: a page has fifty, and each theme and size paints its own."""

N_KEPT = 1024
"""Typeset formulas, 9 kB each: twice as many as all lectures, notes, claims and cards have together."""


class FormulaImage:
    """A typeset formula at a size and in a colour, painted when somebody first sees it.

    Attributes
    ----------
    width, height : size on the screen, in logical pixels.
    ascent : from the top to the baseline.
    """

    def __init__(self, svg: str, size_px: float, rgb: str) -> None:
        self._svg, self._size_px, self._rgb = svg, size_px, rgb
        self._box = _box_at(_view_box(svg), size_px / TYPESET_PX)
        self.width, self.height, self.ascent = self._box.width(), self._box.height(), -self._box.y()

    @functools.cached_property
    def image(self) -> QImage:
        """Premultiplied ARGB on transparent ground, `PIXEL_RATIO` device pixels per pixel."""
        renderer = QSvgRenderer(QByteArray(self._svg.replace(TYPESET_RGB, self._rgb).encode()))
        image = QImage(
            max(1, round(self.width * PIXEL_RATIO)),
            max(1, round(self.height * PIXEL_RATIO)),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.setViewBox(_scaled(self._box, TYPESET_PX / self._size_px))
        renderer.render(painter, QRectF(image.rect()))
        painter.end()
        image.setDevicePixelRatio(PIXEL_RATIO)
        return image


@functools.lru_cache(maxsize=N_PAINTED)
def render_formula(tex: str, size_px: float, rgb: str, is_display: bool = False) -> FormulaImage:
    """``tex`` (no dollar signs) at a type size of ``size_px`` in ``#rrggbb``.

    Raises
    ------
    ValueError
        If ziamath cannot read the formula.
    """
    return FormulaImage(typeset(tex, is_display), size_px, rgb)


def _view_box(svg: str) -> QRectF:
    """Of a typeset formula: all that is needed of it before it is painted."""
    found = VIEW_BOX.search(svg)
    if found is None:
        raise ValueError(f"typeset formula without a view box: {svg[:80]}")
    x, y, width, height = (float(number) for number in found[1].split())
    return QRectF(x, y, width, height)


def _box_at(typeset: QRectF, scale: float) -> QRectF:
    """The box of a formula at another size: its margin stays one pixel wide."""
    return _scaled(typeset.adjusted(1, 1, -1, -1), scale).adjusted(-1, -1, 1, 1)


def _scaled(box: QRectF, scale: float) -> QRectF:
    return QRectF(scale * box.x(), scale * box.y(), scale * box.width(), scale * box.height())


def formula_html(tex: str, size_px: float, rgb: str) -> str:
    """``tex`` as an ``<img>`` that carries its picture with it, for tool tips and labels."""
    formula = render_formula(tex, size_px, rgb, is_display=True)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    formula.image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs lack QIODevice here
    data = buffer.data().toBase64().data()
    return (
        f'<img src="data:image/png;base64,{bytes(data).decode()}" alt="{html.escape(tex)}" '
        f'width="{formula.width:.0f}" height="{formula.height:.0f}">'
    )


class TypesetFormulas:
    """What was typeset, the newest in use of it; from any thread, none of which waits for typesetting."""

    def __init__(self, n_kept: int) -> None:
        self._n_kept = n_kept
        self._svgs: OrderedDict[tuple[str, bool], str] = OrderedDict()
        self._lock = Lock()

    def find(self, tex: str, is_display: bool) -> str | None:
        """The SVG, if it is there."""
        key = (tex, is_display)
        with self._lock:
            if key in self._svgs:
                self._svgs.move_to_end(key)
            return self._svgs.get(key)

    def keep(self, tex: str, is_display: bool, svg: str) -> None:
        """Put one there; the one that was longest of no use goes."""
        with self._lock:
            self._svgs[tex, is_display] = svg
            while len(self._svgs) > self._n_kept:
                self._svgs.popitem(last=False)


_typeset = TypesetFormulas(N_KEPT)


def is_typeset(tex: str, is_display: bool) -> bool:
    """Whether it can be painted without delay; from any thread."""
    return _typeset.find(tex, is_display) is not None


def typeset(tex: str, is_display: bool) -> str:
    """The formula as SVG at `TYPESET_PX` in `TYPESET_RGB`; its view box puts the baseline at y = 0.

    That takes some ten times as long as painting (10 to 50 ms), so it is done once for all sizes and
    colours. May be called from any thread.

    Raises
    ------
    ValueError
        If ziamath cannot read the formula.
    """
    found = _typeset.find(tex, is_display)
    if found is not None:
        return found
    ziamath = _import_ziamath()
    try:
        formula = ziamath.Latex(tex, size=TYPESET_PX, color=TYPESET_RGB, inline=not is_display)
        svg = str(formula.svg())
    except Exception as error:  # ziamath and latex2mathml raise whatever their parsers ran into
        raise ValueError(f"formula {tex!r} cannot be typeset: {error}") from error
    _typeset.keep(tex, is_display, svg)
    return svg


@functools.cache
def _import_ziamath() -> ModuleType:
    """Import when first needed: it takes a quarter of a second that the first paint does not have."""
    with warnings.catch_warnings():
        # WORKAROUND(ziamath 0.13): it finds its font by importlib.resources.path, deprecated in Python 3.11.
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath
        from ziamath.config import config
    # WORKAROUND(Qt 6.11): QSvgRenderer does not draw SVG 2's href, only xlink:href.
    config.svg2 = False
    return ziamath
