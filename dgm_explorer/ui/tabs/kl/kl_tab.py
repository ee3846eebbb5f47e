"""The KL tab: one state, one frame, and the views that draw the difference."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QWidget

from dgm_explorer.core.config_words import in_words
from dgm_explorer.core.gaussians import Component1D
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.numerics.stationary import StationaryPoint
from dgm_explorer.ui.export import ExportablePlot
from dgm_explorer.ui.newest_worker import NewestWorker
from dgm_explorer.ui.painting import paint_now
from dgm_explorer.ui.store import Store
from dgm_explorer.ui.tabs.kl.control_panel import ControlPanel
from dgm_explorer.ui.tabs.kl.descent_player import DescentPlayer
from dgm_explorer.ui.tabs.kl.descent_status import line_status, plane_status
from dgm_explorer.ui.tabs.kl.frame import FrameEngine, KLFrame, SearchRequest, is_same_list
from dgm_explorer.ui.tabs.kl.line_scene import LineScene
from dgm_explorer.ui.tabs.kl.options_section import view_of
from dgm_explorer.ui.tabs.kl.readings import readings
from dgm_explorer.ui.tabs.kl.state_editor import FIELD_WORDS, StateEditor
from dgm_explorer.ui.tabs.tab import Tab
from dgm_explorer.ui.theme import LIGHT, Theme
from dgm_explorer.ui.throttle import TurnThrottle

if TYPE_CHECKING:
    from dgm_explorer.ui.tabs.kl.plane_descent import PlaneDescent
    from dgm_explorer.ui.tabs.kl.plane_scene import PlaneScene


class KLTab(Tab):
    """Forward and reverse KL divergence under the mouse.

    The store is the only truth. Its changes poke a throttle; each firing resolves the newest state into a
    frame and hands it to the views, whose setters never answer back.
    """

    key = "kl"
    title = "KL divergence"
    notes_name = "kl"

    def __init__(
        self, store: Store | None = None, theme: Theme = LIGHT, parent: QWidget | None = None
    ) -> None:
        own_store = Store(KLState(), looks=("panel",)) if store is None else store
        super().__init__(own_store, parent)
        if store is None:
            own_store.setParent(self)
        self.theme = theme
        self.editor = StateEditor(own_store, self)
        self._engine = FrameEngine()
        self._frame: KLFrame | None = None
        self._is_dressed = True
        self._is_dragging = False
        self._throttle = TurnThrottle(self)
        self._search = NewestWorker(SearchRequest.run, self)
        self.player = DescentPlayer(self)
        self._plane: PlaneScene | None = None
        self.scene = LineScene(self.editor, theme)
        self.controls = ControlPanel(self.editor, theme)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 4, 2, 2)
        layout.setSpacing(6)
        self._scenes = QStackedWidget()
        self._scenes.addWidget(self.scene)
        layout.addWidget(self._scenes, 1)
        layout.addWidget(self.controls)
        self._connect(own_store)
        self.destroyed.connect(self._search.close, Qt.ConnectionType.DirectConnection)
        self.destroyed.connect(self.scene.close_workers, Qt.ConnectionType.DirectConnection)
        self.refresh()

    def finish(self) -> None:
        """Stop playing and wait for what runs beside the window; before the tab goes."""
        self.player.pause()
        self._throttle.cancel()
        self._search.close()
        self.scene.close_workers()
        if self._plane is not None:
            self._plane.descent.pause()
            self._plane.close_workers()

    def _connect(self, store: Store) -> None:
        store.changed.connect(self._throttle.poke)
        self._throttle.fired.connect(self._draw)
        self._search.finished.connect(self._adopt)
        self.editor.refused.connect(self._refuse)
        self.scene.drag_started.connect(self._begin_drag)
        self.scene.drag_finished.connect(self._finish_drag)
        self.scene.component_selected.connect(self.controls.target.table.select_row)
        self.controls.fit_requested.connect(self._open_fit_dialog)
        self.controls.play_pause_requested.connect(self.play_pause)
        self.controls.step_requested.connect(self.step)
        self.controls.reset_requested.connect(self.reset)
        self.player.advanced.connect(self._show_descent)
        self.player.playing_changed.connect(self._show_playing)
        self.player.stopped.connect(self.noticed)

    @property
    def plane(self) -> "PlaneScene":
        """The pictures of the plane, made when first wanted."""
        if self._plane is None:
            from dgm_explorer.ui.tabs.kl.plane_scene import PlaneScene

            plane = self._plane = PlaneScene(self.theme)
            self._scenes.addWidget(plane)
            plane.p2_changed.connect(lambda p2: self.editor.apply(p2=p2))
            plane.q2_changed.connect(lambda q2: self.editor.apply(q2=q2))
            plane.view2_changed.connect(lambda view2: self.editor.apply_while_moving(view2=view2))
            plane.drag_started.connect(self._begin_drag)
            plane.drag_finished.connect(self._finish_drag)
            plane.frame_done.connect(self.frame_done)
            plane.numbers_changed.connect(self._show_numbers)
            plane.refused.connect(self._refuse)
            plane.descent.advanced.connect(self._show_descent)
            plane.descent.playing_changed.connect(self._show_playing)
            self.destroyed.connect(plane.close_workers, Qt.ConnectionType.DirectConnection)
        return self._plane

    # -- what the window asks -----------------------------------------------------------------------------

    @property
    def can_play(self) -> bool:
        return True

    @property
    def is_playing(self) -> bool:
        return self._descent.is_playing

    def play_pause(self) -> None:
        self._descent.play_pause()

    def step(self) -> None:
        self._descent.step()

    def reset(self) -> None:
        self._descent.reset()

    @property
    def _descent(self) -> "DescentPlayer | PlaneDescent":
        return self.player if self._is_line else self.plane.descent

    @property
    def _is_line(self) -> bool:
        return self.editor.state.dimension == 1

    def plots(self) -> Sequence[ExportablePlot]:
        return self.scene.plots() if self._is_line else self.plane.plots()

    def python_script(self) -> str:
        from dgm_explorer.scripts.kl_script import write_kl_script
        from dgm_explorer.scripts.shown import Shown

        self.draw_now()
        state = self.editor.state
        found = readings(state, self.frame) if self._is_line else self.plane.readings()
        shown = [Shown(r.name, f"{r.text} {state.units} ({r.tag})") for r in found if r.is_known]
        return write_kl_script(state, shown)

    def set_controls_visible(self, is_visible: bool) -> None:
        self.controls.setVisible(is_visible)

    def heights(self) -> QSplitter:
        return self.scene.splitter

    def set_theme(self, theme: Theme) -> None:
        """At once where somebody sees it or nobody has yet, else when it is shown next."""
        super().set_theme(theme)
        self._is_dressed = self.isVisible() or self._frame is None
        if not self._is_dressed:
            return
        self._bring_up(self.scene if self._is_line or self._plane is None else self._plane)
        self.controls.set_theme(theme)
        if self.isVisible():
            self.refresh()

    def _bring_up(self, scene: "LineScene | PlaneScene") -> None:
        """The one scene that is seen wears the theme; the other one puts it on when its turn comes."""
        if scene.theme is not self.theme:
            scene.set_theme(self.theme)
        self._scenes.setCurrentWidget(scene)

    # -- frames -------------------------------------------------------------------------------------------

    @property
    def frame(self) -> KLFrame:
        """The frame shown."""
        assert self._frame is not None
        return self._frame

    def draw_now(self) -> None:
        """Draw the newest state if the throttle still holds it back."""
        self._throttle.flush()

    def _draw(self) -> None:
        """Compute and paint in one go: nothing comes between a frame and its picture.

        A scene that has just taken the other one's place is yet to be laid out, and painted behind that.
        """
        shown = self._scenes.currentWidget()
        self.refresh()
        if self._scenes.currentWidget() is shown:
            paint_now(self, self._scenes)

    def refresh(self) -> None:
        """Compute the newest state's frame and draw what differs."""
        state = self.editor.state
        if state.dimension == 1:
            started_s = time.perf_counter()
            self._show_line(state)
            self.frame_done.emit(1e3 * (time.perf_counter() - started_s))
        else:
            self.player.pause()
            self.plane.show_state(state)  # first, as what is brought up draws what it knows
            self._bring_up(self.plane)
        self.controls.show_state(state)
        self._show_numbers()
        self._show_descent()

    def _show_line(self, state: KLState) -> None:
        frame = self._engine.resolve(state)
        self._ask_for_search(frame)
        self._frame = frame
        self.player.follow(frame.p, state)
        self._bring_up(self.scene)
        self.scene.show_frame(state, frame)

    def _show_numbers(self) -> None:
        found = readings(self.editor.state, self.frame) if self._is_line else self.plane.readings()
        self.controls.numbers.show_readings(found)

    def _ask_for_search(self, frame: KLFrame) -> None:
        """A full search beside the window, if the points are not known, or at rest not sure to be all."""
        if frame.is_searching or not (frame.is_confirmed or self._is_dragging):
            self._search.ask(self._engine.make_search())
        else:
            self._search.forget()

    def _adopt(self, request: SearchRequest, points: tuple[StationaryPoint, ...]) -> None:
        """Draw again only where the search has found another list than the one shown."""
        self._engine.adopt(request, points)
        frame = self.frame
        if request.p is frame.p and is_same_list(points, frame.reverse_points):
            self._frame = replace(frame, is_confirmed=True)
        else:
            self._throttle.poke()

    def _show_descent(self) -> None:
        if self._is_line:
            self.scene.show_descent(self.player)
            status = line_status(self.player)
        else:
            status = plane_status(self.plane.descent)
        self.controls.descent.show_status(status, self.editor.state.steps_per_second)

    def _show_playing(self) -> None:
        self._show_descent()
        self.playing_changed.emit()

    def _refuse(self, sentence: str) -> None:
        """Say why, for as long as reading takes, and let every control show the state again."""
        told = in_words(sentence, FIELD_WORDS)
        self.message.emit(told)
        self.message_over.emit(told)
        self.refresh()

    def _begin_drag(self) -> None:
        self._is_dragging = True
        self.editor.begin_gesture()
        self.player.suspend()

    def _finish_drag(self) -> None:
        """What is still to be drawn is drawn in a turn of its own, and asks for its search itself."""
        self._is_dragging = False
        if self._is_line and not self._throttle.is_pending:
            self._ask_for_search(self.frame)
        self.editor.end_gesture()
        self.player.resume()

    def _open_fit_dialog(self) -> None:
        """Imported when first wanted: it is no part of the first paint."""
        from dgm_explorer.ui.tabs.kl.fit_dialog import FitDialog

        dialog = FitDialog(self.theme, self.editor.state.view, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.components_chosen.connect(self._take_fit)
        dialog.open()

    def _take_fit(self, components: tuple[Component1D, ...]) -> None:
        self.editor.apply(p=components, view=view_of(components))

    # -- Qt -----------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_dressed:
            self.refresh()
        else:
            self.set_theme(self.theme)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._descent.pause()
