"""Colours and type of the window, for a desk by day, a desk by night and a lecture hall.

Colours are after Okabe and Ito (2008), which people with colour-blindness can tell apart. They mean
the same everywhere: p grey, forward KL vermilion, reverse KL blue.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

ThemeName: TypeAlias = Literal["light", "dark", "projector"]

COMPONENT_COLORS = (
    "#E5A201",
    "#17855D",
    "#BB6791",
    "#8AA9D2",
    "#83881B",
    "#BE0193",
    "#856031",
    "#3BBD9C",
    "#FE4270",
    "#7E77D5",
)
"""The one cycle for mixture components, classes and clusters, alike in all themes.

Okabe and Ito's colours, moved apart until any two differ by a CIEDE2000 of 11 (the first six 12, the first
four 15) also for eyes without one kind of cones: red, green or blue.
"""


@dataclass(frozen=True, slots=True)
class Theme:
    """Everything that a view needs to look right; colours are ``#rrggbb``.

    Attributes
    ----------
    window, panel, plot_background : behind controls, behind text fields, behind plots.
    text, muted_text, grid : foregrounds from strong to faint; ``grid`` also draws borders.
    accent : selection, focus, links.
    warning, warning_text : the message banner.
    p_fill, p_line : the target density; fill it with ``fill_alpha`` (0 … 255).
    q_line : q where it follows neither direction (the start of both descents).
    forward, reverse : the two divergences and whatever belongs to them.
    marker, marker_outline : symbols over a heat map.
    colormap : perceptually uniform map of the landscapes.
    font_point_size, line_width : points; pixels at 96 dpi.
    least_point_size : no text is smaller, see `point_size`.
    components : the ten-colour cycle.
    """

    name: ThemeName
    is_dark: bool
    window: str
    panel: str
    plot_background: str
    text: str
    muted_text: str
    grid: str
    accent: str
    warning: str
    warning_text: str
    p_fill: str
    p_line: str
    q_line: str
    forward: str
    reverse: str
    marker: str = "#ffffff"
    marker_outline: str = "#000000"
    fill_alpha: int = 90
    colormap: str = "viridis"
    font_point_size: float = 10.0
    least_point_size: float = 7.0
    line_width: float = 1.6
    components: tuple[str, ...] = COMPONENT_COLORS

    def component(self, index: int) -> str:
        """The colour of a component, class or cluster."""
        return self.components[index % len(self.components)]

    def point_size(self, scale: float = 1.0) -> float:
        """Size of a text that is to be ``scale`` times as large as the theme's type, in points."""
        return max(scale * self.font_point_size, self.least_point_size)

    def font(self, scale: float = 1.0) -> QFont:
        """The application's font in this size."""
        font = QFont()
        font.setPointSizeF(self.point_size(scale))
        return font


LIGHT = Theme(
    name="light",
    is_dark=False,
    window="#f3f3f1",
    panel="#ffffff",
    plot_background="#ffffff",
    text="#1b1c1e",
    muted_text="#595d64",
    grid="#cfd2d6",
    accent="#2d6f68",
    warning="#fdf0c8",
    warning_text="#4d3800",
    p_fill="#8d9299",
    p_line="#5d6167",
    q_line="#1b1c1e",
    forward="#D55E00",
    reverse="#0072B2",
)

DARK = Theme(
    name="dark",
    is_dark=True,
    window="#2a2c31",
    panel="#1c1e21",
    plot_background="#17191c",
    text="#e9e9e6",
    muted_text="#a8acb3",
    grid="#454a52",
    accent="#58b5a8",
    warning="#4a3b12",
    warning_text="#ffe7a3",
    p_fill="#8d9299",
    p_line="#9aa0a8",
    q_line="#e9e9e6",
    forward="#F58A4B",
    reverse="#5DB7EE",
    fill_alpha=100,
)

PROJECTOR = Theme(
    name="projector",
    is_dark=False,
    window="#ffffff",
    panel="#ffffff",
    plot_background="#ffffff",
    text="#000000",
    muted_text="#33363b",
    grid="#a9adb3",
    accent="#005a52",
    warning="#ffe9a8",
    warning_text="#000000",
    p_fill="#7a7e85",
    p_line="#3c3f44",
    q_line="#000000",
    forward="#C24A00",
    reverse="#005C99",
    fill_alpha=110,
    font_point_size=13.0,
    least_point_size=10.0,
    line_width=3.0,
)

HALL_HEIGHT_PX = 1000
"""From this height of the window on the projector theme has its full type."""

HALL = replace(PROJECTOR, font_point_size=15.0, least_point_size=15.0)
"""The projector theme in a window of 1080 lines: no text below 15 points, 20 pixels at 96 dpi.

A lower window is shown by the projector as large: there 10 points of 720 lines are the same share.
"""

FINE_HALL_HEIGHT_PX = 1400
FINE_HALL = replace(HALL, font_point_size=20.0, least_point_size=20.0, line_width=4.0)
"""On a finer projector whose pixels nobody has scaled: at 1440 lines the same share.

At 2160 lines handles and icons would be small beside larger type: ``QT_SCALE_FACTOR=2`` enlarges all of it.
"""

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PROJECTOR)}


def fitted(theme: Theme, height_px: int) -> Theme:
    """The theme with the size of type that a window of this height has room for."""
    if theme.name != PROJECTOR.name:
        return theme
    sizes = ((FINE_HALL_HEIGHT_PX, FINE_HALL), (HALL_HEIGHT_PX, HALL))
    return next((sized for least_px, sized in sizes if height_px >= least_px), PROJECTOR)


def color(rgb: str, alpha: int = 255) -> QColor:
    """A theme colour as a QColor with the given opacity (0 … 255)."""
    result = QColor(rgb)
    result.setAlpha(alpha)
    return result


@lru_cache(maxsize=4096)
def blend(first: str, second: str, share: float) -> str:
    """``first`` with ``share`` (0 … 1) of ``second`` mixed in, as ``#rrggbb``."""
    a, b = QColor(first), QColor(second)
    mixed = QColor.fromRgbF(*(x + share * (y - x) for x, y in zip(_rgb(a), _rgb(b), strict=True)))
    return mixed.name()


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 … 21 (WCAG 2.1, section 1.4.3)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def make_palette(theme: Theme) -> QPalette:
    """The theme as Qt's own colour roles, so that stock widgets follow it."""
    role = QPalette.ColorRole
    button = blend(theme.window, theme.text, 0.05)
    roles = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.panel,
        role.AlternateBase: blend(theme.panel, theme.text, 0.04),
        role.Text: theme.text,
        role.PlaceholderText: theme.muted_text,
        role.Button: button,
        role.ButtonText: theme.text,
        role.BrightText: theme.warning_text,
        role.ToolTipBase: theme.panel,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.panel,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: blend(button, "#ffffff", 0.12 if theme.is_dark else 0.6),
        role.Midlight: blend(button, "#ffffff", 0.06 if theme.is_dark else 0.3),
        role.Mid: blend(button, "#000000", 0.25),
        role.Dark: blend(button, "#000000", 0.4),
        role.Shadow: "#000000",
    }
    palette = QPalette()
    for palette_role, rgb in roles.items():
        palette.setColor(palette_role, QColor(rgb))
    faint = color(blend(theme.window, theme.text, 0.45))
    for palette_role in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, palette_role, faint)
    palette.setColor(
        QPalette.ColorGroup.Disabled, role.Highlight, QColor(blend(theme.window, theme.text, 0.2))
    )
    return palette


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dress every stock widget of the application; plots follow by their own ``set_theme``.

    WORKAROUND(Qt 6.11): the offscreen platform ignores ``setColorScheme``, hence a palette of our own.
    """
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    palette = make_palette(theme)
    app.setPalette(palette)
    if theme.is_dark:
        # Fusion outlines a box with a darker window colour, which the dark makes invisible: fill it instead.
        boxes = QPalette(palette)
        boxes.setColor(QPalette.ColorRole.Base, color(blend(theme.window, theme.text, 0.3)))
        for name in ("QCheckBox", "QRadioButton"):
            app.setPalette(boxes, name)  # type: ignore[arg-type]  # the stubs ask for bytes, the call for str
    QToolTip.setPalette(palette)
    font = app.font()
    font.setPointSizeF(theme.font_point_size)
    app.setFont(font)


def _rgb(c: QColor) -> tuple[float, float, float]:
    return c.redF(), c.greenF(), c.blueF()


def _luminance(rgb: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.1)."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in _rgb(QColor(rgb))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
