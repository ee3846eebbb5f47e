"""The circles and ellipses as they are painted hold 39.3 % and 86.5 % of the points, counted from pixels."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from scipy import ndimage

from dgm_explorer.ui.plots.plot import Plot
from dgm_explorer.ui.tabs.reparam.map_knobs import MapKnobs
from dgm_explorer.ui.tabs.reparam.reparam_tab import ReparamTab
from tests.ui.plots.conftest import Hand
from tests.ui.tabs.reparam.conftest import MakeTab

N = 100_000
SHARES = (1 - math.exp(-0.5), 1 - math.exp(-2.0))
HALF_A_LINE = 0.003
"""What a tenth of a pixel more or less of the radius would change, and no dot can tell."""
ANYWHERE = np.ones((3, 3))
SHAPES: tuple[dict[str, object], ...] = (
    {"mean": (0.0, 0.0), "raw_diagonal": (0.4, 0.1)},
    {"mean": (0.3, -0.4), "raw_diagonal": (0.3, -0.9), "off_diagonal": -0.8, "handles": "axes"},
    {"mean": (-0.5, 0.2), "form": "full", "full": (0.2, -1.3, 1.5, 0.4)},
)


@dataclass(frozen=True)
class PaintedCurves:
    """What of a picture lies within its two closed curves, on them, and outside."""

    regions: NDArray[Any]
    ink: NDArray[Any]

    @classmethod
    def of(cls, image: QImage) -> "PaintedCurves":
        grey = np.array(
            [
                [image.pixelColor(x, y).lightness() for x in range(image.width())]
                for y in range(image.height())
            ]
        )
        is_ground = grey > 235
        regions, ink = ndimage.label(is_ground)[0], ndimage.label(~is_ground, ANYWHERE)[0]
        curves = PaintedCurves(regions, ink)
        assert len(curves.large(regions)) == 3, "outside, between and within"
        assert len(curves.large(ink)) == 2
        return curves

    @staticmethod
    def large(labels: NDArray[Any]) -> list[int]:
        """Labels that more than a few stray pixels carry, the widest first."""
        boxes = ndimage.find_objects(labels)
        widths = {i + 1: box[1].stop - box[1].start for i, box in enumerate(boxes) if box is not None}
        return sorted((i for i, width in widths.items() if width > 15), key=lambda i: -widths[i])

    def shares(self, dots: NDArray[np.int64]) -> tuple[float, float]:
        """Of dots (n, 2), in pixels, within the inner and within the outer curve; on a curve half counts."""
        _, between, within = self.large(self.regions)
        outer, inner = self.large(self.ink)
        region, ink = (labels[dots[:, 1], dots[:, 0]] for labels in (self.regions, self.ink))
        in_small = (region == within).mean() + 0.5 * (ink == inner).mean()
        in_large = ((region == within) | (ink == inner) | (region == between)).mean()
        return float(in_small), float(in_large + 0.5 * (ink == outer).mean())


def painted_shares(plot: Plot, dots: np.ndarray) -> tuple[float, float]:
    """The shares of dots (n, 2) within the two curves that a plot shows, nothing else being painted."""
    box = plot.view_box.mapRectToScene(QRectF(plot.view_box.rect())).toAlignedRect().adjusted(3, 3, -3, -3)
    picture = Hand(plot).picture().copy(box)
    origin, unit = plot.view_to_viewport(0.0, 0.0), plot.view_to_viewport(1.0, 1.0)
    scale = np.array([unit.x() - origin.x(), unit.y() - origin.y()])
    pixels = np.floor(dots * scale + origin.toTuple()).astype(int) - (box.x(), box.y())
    is_seen = ((pixels >= 0) & (pixels < (box.width(), box.height()))).all(axis=1)
    small, large = PaintedCurves.of(picture).shares(pixels[is_seen])
    return small * float(is_seen.mean()), large * float(is_seen.mean())


def hide_all_but_curves(tab: ReparamTab, monkeypatch: pytest.MonkeyPatch) -> None:
    noise, image = tab.scene.planes.noise, tab.scene.planes.image
    tab.scene.planes.twins.hide()
    for part in (noise._grid, noise._dots._raster, noise._units, image._grid, image._dots._raster):
        part.hide()
    for name in ("_draw_knobs", "_draw_center", "_write_mu"):
        monkeypatch.setattr(MapKnobs, name, lambda *_: 0.0)
    noise.caption.set_text("")
    image.caption.set_text("")
    image._knobs.update()


def check(found: tuple[float, float]) -> None:
    for share, expected in zip(found, SHARES, strict=True):
        error = math.sqrt(expected * (1 - expected) / N)
        assert share == pytest.approx(expected, abs=4 * error + HALF_A_LINE)


@pytest.mark.parametrize("fields", SHAPES)
def test_the_painted_ellipses_hold_their_shares_of_z(
    make_tab: MakeTab, monkeypatch: pytest.MonkeyPatch, fields: dict[str, object]
) -> None:
    tab = make_tab(n_points=N, **fields)
    hide_all_but_curves(tab, monkeypatch)
    check(painted_shares(tab.scene.planes.image, tab.scene.frame.z))


def test_the_painted_circles_hold_their_shares_of_epsilon(
    make_tab: MakeTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = make_tab(n_points=N)
    hide_all_but_curves(tab, monkeypatch)
    check(painted_shares(tab.scene.planes.noise, tab.scene.frame.epsilon))


@pytest.mark.parametrize("wrong", [0.95, 1.05])
def test_an_ellipse_five_percent_off_would_be_seen(
    make_tab: MakeTab, monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    tab = make_tab(n_points=N, **SHAPES[0])
    hide_all_but_curves(tab, monkeypatch)
    with pytest.raises(AssertionError):
        check(painted_shares(tab.scene.planes.image, tab.scene.frame.z * wrong))
