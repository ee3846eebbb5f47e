"""What the panels of the VQ-VAE tab share: snapshots, and codes that light up everywhere at once."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.widgets.snapshot_panel import SnapshotPanel


class CodePanel(SnapshotPanel):
    """Shows `VqVaeSnapshot` while it is in front; its setters never answer back.

    Attributes
    ----------
    code : the code chosen; -1 for none.
    hovered_code : the code under the mouse, here or in another panel; -1 for none.
    """

    code_hovered = Signal(int)
    """The code under the mouse in this panel; -1 when the mouse has left."""
    code_chosen = Signal(int)
    """A code was clicked; -1 to choose none."""

    code = -1
    hovered_code = -1

    def set_config(self, config: VqVaeConfig) -> None:
        """Configuration of the run whose snapshots come next."""

    def set_code(self, code: int) -> None:
        """Mark the code chosen; -1 for none."""
        if code != self.code:
            self.code = code
            self._mark()

    def set_hovered_code(self, code: int) -> None:
        """Light up the code under the mouse; -1 for none."""
        if code != self.hovered_code:
            self.hovered_code = code
            self._mark()

    def plots(self) -> Sequence[ExportablePlot]:
        """What can be exported of this panel, the most important first."""
        return ()

    def finish(self) -> None:
        """Wait for whatever works beside the window."""

    def _mark(self) -> None:
        """Show `code` and `hovered_code`; called hidden or without a snapshot too."""
