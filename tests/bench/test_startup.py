"""The start-up benchmark measures a real window, and that window needs neither torch nor SciPy."""

import subprocess
import sys

from dgm_explorer.bench import startup


def test_a_single_start_gives_both_figures() -> None:
    ratio, first_paint = startup.measure(starts=1)
    assert (ratio.name, ratio.unit, ratio.goal) == ("first_paint_vs_eager_torch", "ratio", "<= 0.4")
    assert (first_paint.name, first_paint.unit) == ("first_paint_s", "s")
    # The goal itself is for a quiet machine; here only that leaving torch out saves most of the time.
    assert 0 < ratio.value < 0.7
    assert first_paint.value > 0


def test_the_first_paint_imports_nothing_that_can_wait() -> None:
    check = (
        "import sys\n"
        "from dgm_explorer.app import WindowOptions, make_application, make_window\n"
        "application = make_application()\n"
        "window = make_window(WindowOptions())\n"
        "window.show()\n"
        "application.processEvents()\n"
        "window.close_silently()\n"
        "late = {'torch', 'sklearn', 'scipy', 'ziamath', 'matplotlib'} & set(sys.modules)\n"
        "assert not late, late\n"
    )
    command = [sys.executable, "-c", check]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
