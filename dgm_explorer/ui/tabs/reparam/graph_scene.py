"""What the computation graph shows of a state at one ε: values, and what flows back; no Qt."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from dgm_explorer.core.arrays import FloatArray
from dgm_explorer.core.reparam_state import QuantileLaw, ReparamState
from dgm_explorer.numerics.activations import ACTIVATIONS
from dgm_explorer.numerics.gaussian_map import GaussianMap
from dgm_explorer.numerics.gradient_clouds import Chain, follow_chain
from dgm_explorer.numerics.map_gradients import score_function
from dgm_explorer.numerics.objectives import Objective
from dgm_explorer.numerics.quantile import LAWS
from dgm_explorer.numerics.reparam import gaussian_map, parametrisation_of
from dgm_explorer.ui.tabs.reparam.graph_words import (
    OBJECTIVE_SHORT,
    Rows,
    cell_text,
    column_texts,
    exact_text,
    matrix_texts,
)
from dgm_explorer.ui.tabs.reparam.words import ACTIVATION_NAME, OBJECTIVE_FORMULA, OBJECTIVE_NAME

NodeKey: TypeAlias = Literal["raw", "mean", "factor", "noise", "z", "value"]
EdgeKey: TypeAlias = Literal["raw", "mean", "factor", "noise", "z", "score_mean", "score_factor"]
CUT_WORDS = "a sample has\nno derivative"
NO_DENSITY = "Σ is singular: z has no density q, so there is no ∇ log q and no way around either."


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the graph.

    Attributes
    ----------
    key, title : which, and its letter.
    rows : its entries.
    is_random : drawn, so that it is a circle; everything else is a square.
    above, below : words over and under it.
    tex, words : what it is, and what it is at present.
    """

    key: NodeKey
    title: str
    rows: Rows
    is_random: bool
    above: str
    below: str
    tex: str
    words: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A step from one node to the next, or the way of the score function around z.

    Attributes
    ----------
    key, source, target : which; the values flow from source to target, the gradients back.
    local : the derivative of the step.
    gradient_title, gradient : what flows back; no rows where nothing does.
    is_cut : whether the step has no derivative.
    is_detour : of the score function; drawn the way that its gradient goes.
    tex, words : what it is, and what it is at present.
    """

    key: EdgeKey
    source: NodeKey
    target: NodeKey
    local: str
    gradient_title: str
    gradient: Rows
    is_cut: bool
    is_detour: bool
    tex: str
    words: str


@dataclass(frozen=True, slots=True)
class GraphScene:
    """The whole graph.

    Attributes
    ----------
    nodes, edges : of it.
    is_cut : whether z is sampled directly.
    note : what is missing and why; empty where nothing is.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    is_cut: bool
    note: str

    @property
    def shape(self) -> tuple[object, ...]:
        """Everything that the layout depends on; it stays the same while values change."""
        nodes = tuple((n.key, n.is_random, len(n.rows), len(n.rows[0]), n.above, n.below) for n in self.nodes)
        return nodes, tuple((e.key, e.local, e.gradient_title) for e in self.edges)

    def node(self, key: NodeKey) -> Node:
        return next(node for node in self.nodes if node.key == key)

    def edge(self, key: EdgeKey) -> Edge | None:
        return next((edge for edge in self.edges if edge.key == key), None)


def make_scene(
    state: ReparamState, objective: Objective, epsilon: FloatArray, law: QuantileLaw = "gaussian"
) -> GraphScene:
    """Go forth and back through the graph at ε (d,); ``law`` is that of z on the line."""
    noise = epsilon
    if state.dimension == 1:  # every law of location and scale is μ + σ s, s taking the place of ε
        noise = LAWS[law].of_noise(epsilon)
    return _Maker(state, follow_chain(state, objective, noise), epsilon, law).scene()


class _Maker:
    """Words and numbers of one scene."""

    def __init__(self, state: ReparamState, chain: Chain, epsilon: FloatArray, law: QuantileLaw) -> None:
        self._state, self._chain, self._epsilon, self._law = state, chain, epsilon, law
        self._parametrisation = parametrisation_of(state)
        self._map = gaussian_map(state)
        self._is_cut = state.path == "sample"
        self._is_free = state.form == "full" and state.dimension > 1
        self._is_gaussian = state.dimension > 1 or law == "gaussian"
        self._is_line = state.dimension == 1
        self._letter = "σ" if self._is_line else "A" if self._is_free else "L"
        self._tex_letter = r"\sigma" if self._is_line else self._letter
        self._tex_entry = ("L_{ii}", r"\mathrm{raw}_{ii}")
        if self._is_line:
            self._tex_entry = (r"\sigma", r"\mathrm{raw}")
        self._noise_letter = "ε" if self._is_gaussian else "s"

    def scene(self) -> GraphScene:
        nodes, edges = [self._mean(), self._factor(), self._z(), self._value()], [self._to_value()]
        if not self._is_free:
            nodes.insert(0, self._raw())
            edges.append(self._activate())
        edges += [self._shift(), self._stretch()]
        if not self._is_cut:
            nodes.append(self._noise())
            edges.append(self._perturb())
        elif not self._map.is_singular:
            edges += self._detours()
        note = NO_DENSITY if self._is_cut and self._map.is_singular else ""
        return GraphScene(tuple(nodes), tuple(edges), self._is_cut, note)

    # -- nodes --------------------------------------------------------------------------------------------

    def _raw(self) -> Node:
        state, d = self._state, self._state.dimension
        name = ACTIVATION_NAME[state.activation]
        raw = np.array(state.raw_diagonal[:d])
        what = "a free number behind σ" if self._is_line else "free numbers behind the diagonal of L"
        words = f"raw = {exact_text(raw)}: {what}, by {name}"
        entry, argument = self._tex_entry
        tex = rf"{entry} = \mathrm{{{name}}}({argument})"
        return Node("raw", "raw", column_texts(raw), False, "", "", tex, words)

    def _mean(self) -> Node:
        rows = column_texts(self._chain.mean)
        return Node(
            "mean",
            "μ",
            rows,
            False,
            "",
            "",
            r"\mu = \mathbb{E}\, z",
            f"μ = {exact_text(self._chain.mean)}, a parameter",
        )

    def _factor(self) -> Node:
        factor = self._chain.factor
        rows = matrix_texts(factor, False)
        if self._is_line:
            noise = r"\varepsilon" if self._is_gaussian else "s"
            tex, words = rf"z = \mu + \sigma {noise}", f"σ = {exact_text(factor)}, the scale of z"
            return Node("factor", "σ", rows, False, "", "", tex, words)
        covariance = exact_text(factor @ factor.T)
        kind = "every entry free" if self._is_free else "a lower triangle"
        words = f"{self._letter} = {exact_text(factor)}, {kind}\nΣ = {covariance}"
        tex = rf"\Sigma = {self._letter}{self._letter}^{{\top}}"
        return Node("factor", self._letter, rows, False, "", "", tex, words)

    def _noise(self) -> Node:
        rows = column_texts(self._chain.epsilon)
        words = (
            f"{self._noise_letter} = {exact_text(self._chain.epsilon)}: drawn once, with no parameter in it"
        )
        tex = r"\varepsilon \sim \mathcal{N}(0, I)"
        if not self._is_gaussian:
            words += f"\nε = {exact_text(self._epsilon)}"
            tex = r"s = F^{-1}(\Phi(\varepsilon)), \quad \varepsilon \sim \mathcal{N}(0, 1)"
        return Node("noise", self._noise_letter, rows, True, "", "", tex, words)

    def _z(self) -> Node:
        rows, letter = column_texts(self._chain.z), self._letter
        value = f"z = {exact_text(self._chain.z)}"
        if not self._is_cut:
            noise = r"\varepsilon" if self._is_gaussian else "s"
            above = f"z = μ + {letter}{self._noise_letter}"
            words = f"{value}: once ε is known, a function of μ and {letter}"
            return Node("z", "z", rows, False, above, "", rf"z = \mu + {self._tex_letter} {noise}", words)
        law, tex = f"N(μ, {letter}{letter}ᵀ)", rf"z \sim \mathcal{{N}}(\mu, {letter}{letter}^{{\top}})"
        if not self._is_gaussian:
            law, tex = f"{self._law}(μ, σ)", rf"z \sim \mathrm{{{self._law}}}(\mu, \sigma)"
        elif self._is_line:
            law, tex = "N(μ, σ²)", r"z \sim \mathcal{N}(\mu, \sigma^2)"
        words = f"{value}: drawn; another μ would have given another draw, not a shifted one"
        return Node("z", "z", rows, True, f"z ~ {law}", CUT_WORDS, tex, words)

    def _value(self) -> Node:
        name = self._state.objective
        rows: Rows = ((cell_text(self._chain.value),),)
        words = f"f(z) = {exact_text(np.array([self._chain.value]))}, {OBJECTIVE_NAME[name]}"
        if name == "quadratic":
            target = np.array(self._state.target[: self._state.dimension])
            words += f", t = {exact_text(target)}"
        return Node("value", "f(z)", rows, False, "", OBJECTIVE_SHORT[name], OBJECTIVE_FORMULA[name], words)

    # -- edges --------------------------------------------------------------------------------------------

    def _to_value(self) -> Edge:
        rows = column_texts(self._chain.slope)
        words = f"∂f/∂z = {exact_text(self._chain.slope)}" + (
            ": this far it comes, and no further" if self._is_cut else ""
        )
        tex = r"\frac{\partial f}{\partial z} = \nabla f(z)"
        return Edge("z", "z", "value", "", "∂f/∂z", rows, False, False, tex, words)

    def _activate(self) -> Edge:
        state, d = self._state, self._state.dimension
        name = ACTIVATION_NAME[state.activation]
        slopes = ACTIVATIONS[state.activation].slope(np.array(state.raw_diagonal[:d]))
        flowing = self._chain.gradient_theta
        rows: Rows = ()
        words = f"{name}′ = {exact_text(slopes)}"
        if flowing is not None:
            arriving = flowing[d:][self._parametrisation.is_raw]
            rows = column_texts(arriving)
            words += f"\n∂f/∂raw = {exact_text(arriving)}"
        if (slopes == 0).any():
            words += "\nWhere the slope is 0 the gradient is dead: raw never learns of it."
        entry, raw = self._tex_entry
        tex = (
            rf"\frac{{\partial f}}{{\partial {raw}}} = "
            rf"\frac{{\partial f}}{{\partial {entry}}}\, \mathrm{{{name}}}'({raw})"
        )
        return Edge("raw", "raw", "factor", name, "∂f/∂raw", rows, False, False, tex, words)

    def _shift(self) -> Edge:
        gradient = self._chain.gradient
        if gradient is None:
            return self._cut("mean", "μ", r"\mu")
        rows = column_texts(gradient.mean)
        tex = (
            r"\frac{\partial f}{\partial \mu} = \frac{\partial f}{\partial z} "
            r"\frac{\partial z}{\partial \mu} = \frac{\partial f}{\partial z}"
        )
        words = f"∂f/∂μ = {exact_text(gradient.mean)}: a shifted μ shifts z by as much"
        local = "∂z/∂μ = I" if self._state.dimension > 1 else "∂z/∂μ = 1"
        return Edge("mean", "mean", "z", local, "∂f/∂μ", rows, False, False, tex, words)

    def _stretch(self) -> Edge:
        gradient, letter = self._chain.gradient, self._letter
        if gradient is None:
            return self._cut("factor", letter, self._tex_letter)
        rows = matrix_texts(gradient.factor, not self._is_free)
        noise, local = (r"\varepsilon", "ε") if self._is_gaussian else ("s", "s")
        turned, mark = (r"^{\top}", "ᵀ") if self._state.dimension > 1 else ("", "")
        tex = (
            rf"\frac{{\partial f}}{{\partial {self._tex_letter}}} = "
            rf"\frac{{\partial f}}{{\partial z}}\, {noise}{turned}"
        )
        words = f"∂f/∂{letter} = {exact_text(gradient.factor)}"
        if self._state.dimension > 1 and not self._is_free:
            words += "\nThe entry above the diagonal is no parameter."
        title = f"∂f/∂{letter}"
        return Edge(
            "factor", "factor", "z", f"∂z/∂{letter} = {local}{mark}", title, rows, False, False, tex, words
        )

    def _perturb(self) -> Edge:
        local = "ε ~ N(0, I)" if self._state.dimension > 1 else "ε ~ N(0, 1)"
        if not self._is_gaussian:
            local = "s = F⁻¹(Φ(ε))"
        words = "The noise comes in from outside: nobody needs its gradient."
        noise = r"\varepsilon" if self._is_gaussian else "s"
        tex = rf"\frac{{\partial z}}{{\partial {noise}}} = {self._tex_letter}"
        return Edge("noise", "noise", "z", local, "", (), False, False, tex, words)

    def _cut(self, key: Literal["mean", "factor"], letter: str, tex_letter: str) -> Edge:
        tex = rf"z \sim q(z)\ \Rightarrow\ \frac{{\partial z}}{{\partial {tex_letter}}}\ ?"
        words = f"Cut: a sample has no derivative, so nothing flows back to {letter} here."
        return Edge(key, key, "z", f"∂z/∂{letter} ?", "", (), True, False, tex, words)

    def _detours(self) -> list[Edge]:
        """The estimate f ∇ log q from this one z, which needs no derivative of f and none of z."""
        if not self._is_gaussian:
            return [self._detour("mean", None), self._detour("factor", None)]
        chain = self._chain
        score = score_function(GaussianMap(chain.mean, chain.factor), chain.epsilon)
        return [
            self._detour("mean", chain.value * score.mean),
            self._detour("factor", chain.value * score.factor),
        ]

    def _detour(self, target: Literal["mean", "factor"], estimate: FloatArray | None) -> Edge:
        """The way around to μ or L; its numbers are known for the Gaussian law."""
        letter = "μ" if target == "mean" else self._letter
        rows: Rows = ()
        words = "It needs f(z), but neither ∂f/∂z nor a derivative of the sample."
        if estimate is None:
            words += "\nIts numbers are shown for the Gaussian law."
        else:
            is_triangle = target == "factor" and not self._is_free
            rows = column_texts(estimate) if estimate.ndim == 1 else matrix_texts(estimate, is_triangle)
            words = f"f · ∂log q/∂{letter} = {exact_text(estimate)}, one estimate from this z\n{words}"
        sign = r"\mu" if target == "mean" else self._tex_letter
        tex = (
            rf"\nabla_{{{sign}}}\, \mathbb{{E}} f = "
            rf"\mathbb{{E}}\left[ f(z)\, \nabla_{{{sign}}} \log q(z) \right]"
        )
        key: EdgeKey = "score_mean" if target == "mean" else "score_factor"
        title = f"score function: f · ∂log q/∂{letter}"
        return Edge(key, "value", target, "", title, rows, False, True, tex, words)
