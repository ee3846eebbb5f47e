"""An overlay that fails to paint says so, and the window lives on."""

import subprocess
import sys

SCRIPT = """
import pyqtgraph as pg
from dgm_explorer.ui.plots.pixel_overlay import PixelOverlay
class Broken(PixelOverlay):
    def draw(self, painter):
        raise ValueError("no such phase")
application = pg.mkQApp()
plot = pg.PlotWidget()
overlay = Broken(plot.plotItem.vb, 1)
plot.show()
plot.grab()
print("alive")
"""


def test_an_error_while_painting_is_reported_and_ends_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "alive" in done.stdout
    assert "ValueError: no such phase" in done.stderr
