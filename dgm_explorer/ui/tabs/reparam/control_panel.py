"""The column of controls beside the pictures."""

from typing import Final

from PySide6.QtWidgets import QWidget

from dgm_explorer.ui.tabs.reparam.frame import ReparamFrame
from dgm_explorer.ui.tabs.reparam.map_section import MapSection
from dgm_explorer.ui.tabs.reparam.numbers_section import NumbersSection
from dgm_explorer.ui.tabs.reparam.objective_section import ObjectiveSection
from dgm_explorer.ui.tabs.reparam.points_section import PointsSection
from dgm_explorer.ui.tabs.reparam.state_editor import ReparamEditor
from dgm_explorer.ui.theme import Theme
from dgm_explorer.ui.widgets.control_column import ControlColumn
from dgm_explorer.ui.widgets.switch_row import SwitchRow

WIDTH_CHARACTERS: Final = 43
"""Width of the column in average characters, so that it grows with the font of the theme."""
DIMENSIONS: Final = (
    ("1", "1-D", "On the line: z = μ + σ F⁻¹(Φ(ε)), the quantile picture"),
    ("2", "2-D", "In the plane: z = μ + Lε"),
)


class ControlPanel(ControlColumn):
    """All sections of the tab."""

    def __init__(self, editor: ReparamEditor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(WIDTH_CHARACTERS, parent)
        self.dimension = SwitchRow("Dimension of z", DIMENSIONS)
        self.dimension.chosen.connect(lambda key: editor.apply(dimension=int(key)))
        self.map = MapSection(editor, theme)
        self.numbers = NumbersSection(theme)
        self.points = PointsSection(editor, theme)
        self.objective = ObjectiveSection(editor, theme)
        self.set_sections((self.dimension, self.map, self.numbers, self.points, self.objective))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.dimension, self.map, self.numbers, self.points, self.objective):
            part.set_theme(theme)
        super().set_theme(theme)

    def show_frame(self, frame: ReparamFrame) -> None:
        """Set every control; none answers back."""
        self.dimension.set_key(str(frame.state.dimension))
        self.map.show_frame(frame)
        self.numbers.show_frame(frame)
        self.points.show_state(frame.state)
        self.objective.show_state(frame.state)
