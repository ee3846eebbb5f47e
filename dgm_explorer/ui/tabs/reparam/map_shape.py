"""How the map z = μ + Lε answers the mouse: pure functions, no Qt.

What is held is the tip of a column of L, an axis of the ellipse, or μ; a drag gives a new state, whose
parameters keep to what the form of L and its activation allow.
"""

import math
from dataclasses import dataclass

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import MapHandles, ReparamState
from dgm_explorer.numerics.factor import describe_covariance, split_factor
from dgm_explorer.numerics.reparam import gaussian_map, with_axes, with_factor, with_mean, with_turn
from dgm_explorer.ui.plots.ellipse_geometry import EllipseDrag, EllipseShape
from dgm_explorer.ui.plots.handle_geometry import WHEEL_FACTOR, Part

Vector = tuple[float, float]
COLUMN: dict[Part, int] = {"first": 0, "second": 1}


@dataclass(frozen=True, slots=True)
class MapShape:
    """A map in the plane with its ellipse.

    Attributes
    ----------
    state : whose map it is; `dimension` 2.
    ellipse : of Σ = LLᵀ; its axes keep their names while it turns.
    columns : the two columns of L.
    """

    state: ReparamState
    ellipse: EllipseShape
    columns: tuple[Vector, Vector]

    @classmethod
    def of(cls, state: ReparamState, previous: EllipseShape | None = None) -> "MapShape":
        """Describe the state's map; names of axes go on from ``previous``."""
        gaussian = gaussian_map(state)
        found = describe_covariance(gaussian.factor)
        longer, shorter = np.sqrt(found.eigenvalues).tolist()
        mean_x, mean_y = gaussian.mean.tolist()
        ellipse = EllipseShape.of_axes((mean_x, mean_y), (longer, shorter), found.angle, previous=previous)
        (a, b), (c, d) = gaussian.factor.tolist()
        return cls(state, ellipse, ((a, c), (b, d)))

    @property
    def share(self) -> float:
        """There is one of it."""
        return 1.0

    @property
    def mean(self) -> Vector:
        return self.ellipse.mean

    def tip(self, part: Part) -> Vector:
        """Where a column of L ends when it begins in μ."""
        dx, dy = self.columns[COLUMN[part]]
        return self.ellipse.x + dx, self.ellipse.y + dy

    def turned(self, notches: float) -> "MapShape":
        """The wheel away from the hand enlarges L by a tenth a notch."""
        factor = gaussian_map(self.state).factor * WHEEL_FACTOR**notches
        return MapShape.of(with_factor(self.state, factor), self.ellipse)

    def shifted(self, dx: float, dy: float) -> "MapShape":
        """μ moved."""
        x, y = self.mean
        return MapShape.of(with_mean(self.state, np.array((x + dx, y + dy))), self.ellipse)

    def with_column(self, part: Part, column: Vector) -> "MapShape":
        """Another column of L, as near to ``column`` as L's form and activation allow.

        In the triangle L₁₂ stays 0; only the identity lets a diagonal entry be negative.
        """
        state = self.state
        factor, j = gaussian_map(state).factor.copy(), COLUMN[part]
        factor[:, j] = column
        if state.form == "lower":
            factor[0, 1] = 0.0
            if state.activation != "identity":
                factor[j, j] = max(factor[j, j], 0.0)
        return MapShape.of(with_factor(state, factor), self.ellipse)

    def with_column_turned(self, part: Part, towards: Vector) -> "MapShape":
        """A = LQ with the turn Q that brings a column into this direction: it slides along the ellipse."""
        noise = _noise_of(gaussian_map(self.state).factor, towards)
        if noise is None:
            return self
        angle = math.atan2(noise[1], noise[0]) - (math.pi / 2 if part == "second" else 0.0)
        return MapShape.of(with_turn(self.state, angle), self.ellipse)

    def with_ellipse(self, ellipse: EllipseShape) -> "MapShape":
        """Another ellipse; L follows."""
        moved = with_mean(self.state, np.array(ellipse.mean))
        return MapShape.of(with_axes(moved, (ellipse.first, ellipse.second), ellipse.angle), ellipse)


@dataclass(frozen=True, slots=True)
class MapDrag:
    """One drag: where it started, and what every later place of the mouse means.

    Attributes
    ----------
    start : the map when the button went down.
    part, x, y : what was held, and where, at that moment.
    """

    start: MapShape
    part: Part
    x: float
    y: float

    def shape_at(self, x: float, y: float, has_shift: bool) -> MapShape:
        """Drag to (x, y).

        With Shift a column of a full matrix slides along the ellipse, so that Σ stays; one of a triangle
        keeps its direction.
        """
        start = self.start
        if self.part == "center":
            return start.shifted(x - self.x, y - self.y)
        if start.state.handles == "axes":
            return start.with_ellipse(EllipseDrag(start.ellipse, self.part, self.x, self.y).shape_at(x, y))
        from_x, from_y = start.columns[COLUMN[self.part]]
        column = (from_x + x - self.x, from_y + y - self.y)
        if not has_shift:
            return start.with_column(self.part, column)
        if start.state.form == "full":
            return start.with_column_turned(self.part, column)
        return start.with_column(self.part, _along((from_x, from_y), column))


def nudged(shape: MapShape, part: Part, step: Vector, turn: float) -> MapShape:
    """What an arrow key makes of a map: by ``step`` in units of z, or by ``turn`` radians."""
    if part == "center":
        return shape.shifted(*step)
    if shape.state.handles == "columns":
        dx, dy = shape.columns[COLUMN[part]]
        return shape.with_column(part, (dx + step[0], dy + step[1]))
    ellipse = shape.ellipse
    if part == "rotation":
        x, y = ellipse.direction(part)
        c, s = math.cos(turn), math.sin(turn)
        drag = EllipseDrag(ellipse, part, ellipse.x + x, ellipse.y + y)
        return shape.with_ellipse(drag.shape_at(ellipse.x + c * x - s * y, ellipse.y + s * x + c * y))
    length = ellipse.second if part == "second" else ellipse.first
    ratio = 1 + (step[0] + step[1]) / max(length, abs(step[0] + step[1]) + 1e-9)
    return shape.with_ellipse(ellipse.stretched(part, max(ratio, 0.1)))


def parts_of(handles: MapHandles) -> tuple[Part, ...]:
    """What can be held, in the order of the Tab key."""
    tips: tuple[Part, ...] = ("center", "first", "second")
    return tips if handles == "columns" else (*tips, "rotation")


def _along(direction: Vector, vector: Vector) -> Vector:
    """The part of a vector along a direction."""
    square = direction[0] ** 2 + direction[1] ** 2
    if square == 0:
        return vector
    share = (direction[0] * vector[0] + direction[1] * vector[1]) / square
    return share * direction[0], share * direction[1]


def _noise_of(factor: FloatArray, offset: Vector) -> FloatArray | None:
    """The ε that is carried to an offset from μ; None where Σ is singular."""
    if abs(np.linalg.det(factor)) <= 1e-12 * float(np.abs(factor).max()) ** 2 or offset == (0.0, 0.0):
        return None
    return np.asarray(np.linalg.solve(factor, np.array(offset)))


def turn_degrees(shape: MapShape) -> float:
    """Angle of Q in A = LQ, degrees."""
    return math.degrees(split_factor(gaussian_map(shape.state).factor).angle)
