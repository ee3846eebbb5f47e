"""Training without a window: how a signal, the end and a failure end it."""

import io
import os
import signal
from pathlib import Path

import pytest

from dgm_explorer.core.training import RunFailed
from dgm_explorer.runs.folder import RunFolder, steps_in
from dgm_explorer.runs.reader import RunReader
from dgm_explorer.training.display import Display
from dgm_explorer.training.headless import STOP_SIGNALS, StopSignals, train
from tests.training.conftest import Record
from tests.training.fake_model import FakeModel


def send(number: signal.Signals, at_step: int, times: int = 1) -> FakeModel:
    """A model that sends its process a signal in a step."""

    def before_step(step: int) -> None:
        if step == at_step:
            for _ in range(times):
                os.kill(os.getpid(), number)

    return FakeModel(before_step=before_step)


def state_of(folder: Path) -> str:
    status = RunReader(folder).poll().status
    assert status is not None
    return status.state


def test_the_end_of_the_plan_is_finished(record: Record, folder: Path) -> None:
    out = io.StringIO()
    assert train(record(FakeModel()), StopSignals(), Display(out)) == "finished"
    assert state_of(folder) == "finished"
    assert "100%" in out.getvalue()


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_ends_the_step_saves_and_is_no_error(
    record: Record, folder: Path, number: signal.Signals
) -> None:
    before = signal.signal(number, signal.SIG_DFL)  # under nohup the tests inherit an ignored hang-up
    try:
        signals = StopSignals()
        run = record(send(number, at_step=7))
        with signals.watched():
            assert train(run, signals, Display(io.StringIO())) == "stopped"
    finally:
        signal.signal(number, before)
    assert state_of(folder) == "stopped"
    assert max(steps_in(RunFolder(folder).checkpoints)) == 7


def test_a_second_signal_interrupts_at_once(record: Record) -> None:
    signals = StopSignals()
    run = record(send(signal.SIGINT, at_step=7, times=2))
    with pytest.raises(KeyboardInterrupt), signals.watched():
        train(run, signals, Display(io.StringIO()))
    assert run.progress.step == 6
    run.close("stopped")


def test_under_torchrun_a_second_signal_is_the_same_wish(record: Record, folder: Path) -> None:
    signals = StopSignals(is_patient=True)
    run = record(send(signal.SIGINT, at_step=7, times=2))
    with signals.watched():
        assert train(run, signals, Display(io.StringIO())) == "stopped"
    assert state_of(folder) == "stopped"


def test_a_signal_before_the_first_step_still_saves(record: Record, folder: Path) -> None:
    signals = StopSignals()
    with signals.watched():
        os.kill(os.getpid(), signal.SIGINT)
        assert train(record(FakeModel()), signals, Display(io.StringIO())) == "stopped"
    assert max(steps_in(RunFolder(folder).checkpoints)) <= 1


def test_the_handlers_of_before_come_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with StopSignals().watched():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows sends no signal for a closed terminal")
def test_a_run_behind_nohup_outlives_its_terminal(record: Record) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        signals, run = StopSignals(), record(send(signal.SIGHUP, at_step=7))
        with signals.watched():
            assert train(run, signals, Display(io.StringIO())) == "finished"
    finally:
        signal.signal(signal.SIGHUP, before)


class Lost(io.StringIO):
    """An output that fails from its second line on."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def flush(self) -> None:
        if self.getvalue().count("\n") > 1:
            raise self.error


def test_a_run_that_nobody_reads_any_more_is_saved(record: Record, folder: Path) -> None:
    """As behind ``| head -1``."""
    display = Display(Lost(BrokenPipeError()))
    display.say("first")
    assert train(record(FakeModel()), StopSignals(), display) == "stopped"
    assert state_of(folder) == "stopped"
    assert max(steps_in(RunFolder(folder).checkpoints)) == 1


def test_a_log_that_cannot_be_written_does_not_end_the_run(record: Record, folder: Path) -> None:
    display = Display(Lost(OSError(28, "No space left on device")))
    display.say("first")
    display.say("second")
    assert train(record(FakeModel()), StopSignals(), display) == "finished"
    assert state_of(folder) == "finished"


def test_a_failure_is_passed_on_behind_a_closed_folder(record: Record, folder: Path) -> None:
    with pytest.raises(RunFailed, match="NaN"):
        train(record(FakeModel(losses={9: float("nan")})), StopSignals(), Display(io.StringIO()))
    assert state_of(folder) == "failed"
    assert RunReader(folder).poll().is_alive is False
