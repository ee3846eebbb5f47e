"""Training beside the window: one thread that pulls steps out of a run."""

from dgm_explorer.core.training import Command, MakeRun, RunRequest
from dgm_explorer.driver.niceness import be_nice
from dgm_explorer.driver.orders import Order, ScreenCost
from dgm_explorer.driver.run_driver import RunDriver
from dgm_explorer.driver.update import merge_updates
from dgm_explorer.ui.lasting_thread import LastingThread
from dgm_explorer.ui.mailbox import Mailbox


class TrainingThread(LastingThread):
    """Sets up a run and trains it; the window is told through `mailbox`, a slot that holds `RunUpdate`.

    Everything that touches the run happens in `run`, in the thread; everything else here returns at once
    (`stop` within its time) and belongs to the GUI thread.

    Parameters
    ----------
    make_run : sets up the run, in the thread.
    request : what to train.
    is_paused : wait before the first step.
    """

    def __init__(self, make_run: MakeRun, request: RunRequest, is_paused: bool = False) -> None:
        super().__init__()
        self.setObjectName(f"training {request.model}")
        self.request = request
        self.mailbox = Mailbox(merge_updates)
        self._driver = RunDriver(make_run, request, self.mailbox, is_paused)

    @property
    def is_paused(self) -> bool:
        """Whether it was asked to pause; a step under way still ends."""
        return self._driver.is_paused

    def pause(self) -> None:
        self._order("pause")

    def resume(self) -> None:
        self._order("resume")

    def step_once(self) -> None:
        """Exactly one optimiser step more, then rest."""
        self._order("step_once")

    def post(self, command: Command) -> None:
        """Have ``command`` applied between two steps; a refusal comes with an update."""
        self._order(command)

    def note_screen_cost(self, cpu_s: float) -> None:
        """Say what drawing the last picture cost, so that pictures take a bounded share of the machine."""
        self._order(ScreenCost(cpu_s))

    def request_stop(self) -> None:
        """Stop behind the step under way, write what is due, end."""
        self._order("stop")

    @property
    def can_be_given_up(self) -> bool:
        """Whether `give_up` would end it: a thread of the window cannot be killed."""
        return False

    def give_up(self) -> bool:
        """End a run that does not stop, without saving; False where that cannot be. Returns at once."""
        return False

    def run(self) -> None:
        """The thread: prepare, train, close. Whatever happens becomes the last update."""
        be_nice()
        self._driver.drive()

    def _order(self, order: Order) -> None:
        self._driver.obey(order)
