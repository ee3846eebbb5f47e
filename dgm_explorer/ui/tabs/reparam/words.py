"""Names and formulas that several parts of the tab use."""

from typing import Final

from dgm_explorer.core.reparam_state import (
    DiagonalActivation,
    FactorForm,
    MapHandles,
    ObjectiveName,
    QuantileLaw,
)

ACTIVATION_NAME: Final[dict[DiagonalActivation, str]] = {
    "exp": "exp",
    "softplus": "softplus",
    "relu": "ReLU",
    "identity": "identity",
}
ACTIVATION_TIP: Final[dict[DiagonalActivation, str]] = {
    "exp": "Lᵢᵢ = exp(rawᵢᵢ) > 0: Σ ≻ 0 always, every Σ has one L",
    "softplus": "Lᵢᵢ = log(1 + exp(rawᵢᵢ)) > 0: as exp below 0, as the identity far above",
    "relu": "Lᵢᵢ = max(rawᵢᵢ, 0): reaches 0, where Σ is singular and no gradient comes back",
    "identity": "Lᵢᵢ = rawᵢᵢ: also negative, so that several L have the same Σ",
}
LINE_ACTIVATION_TIP: Final[dict[DiagonalActivation, str]] = {
    "exp": "σ = exp(raw) > 0 always",
    "softplus": "σ = log(1 + exp(raw)) > 0: as exp below 0, as the identity far above",
    "relu": "σ = max(raw, 0): reaches 0, where z has no density and no gradient comes back",
    "identity": "σ = raw: also negative, so that two σ have the same σ²",
}
FORM_NAME: Final[dict[FactorForm, str]] = {"lower": "lower triangle", "full": "full matrix"}
FORM_TIP: Final[dict[FactorForm, str]] = {
    "lower": "L₁₂ = 0, activations on the diagonal: with a positive diagonal the only L of its Σ (Cholesky)",
    "full": "All four entries free: A = LQ with a turn Q, and AAᵀ = LQQᵀLᵀ = LLᵀ whatever Q",
}
HANDLES_NAME: Final[dict[MapHandles, str]] = {"columns": "columns of L", "axes": "axes of the ellipse"}
HANDLES_TIP: Final[dict[MapHandles, str]] = {
    "columns": "Drag μ and the tips μ + L e₁, μ + L e₂: where the unit vectors of ε go",
    "axes": "Drag the axes √λ₁, √λ₂ of the ellipse and its rotation; L follows as Cholesky's factor",
}
LAW_NAME: Final[dict[QuantileLaw, str]] = {
    "gaussian": "Gaussian",
    "logistic": "logistic",
    "laplace": "Laplace",
    "exponential": "exponential",
}
LAW_WORDS: Final[dict[QuantileLaw, str]] = {
    "gaussian": "F⁻¹ = Φ⁻¹, so that z = μ + σε, a straight line",
    "logistic": "F⁻¹(u) = log(u/(1 − u))",
    "laplace": "F⁻¹(u) = log 2u for u < ½, −log 2(1 − u) above",
    "exponential": "F⁻¹(u) = −log(1 − u), never below 0",
}
OBJECTIVE_NAME: Final[dict[ObjectiveName, str]] = {
    "quadratic": "quadratic to a target",
    "banana": "banana",
    "two_wells": "two wells",
    "kl_target": "−log p of the KL tab",
}
OBJECTIVE_FORMULA: Final[dict[ObjectiveName, str]] = {
    "quadratic": r"f(z) = \frac{1}{2} \| z - t \|^2",
    "banana": r"f(z) = \frac{1}{2} (1 - z_1)^2 + (z_2 - z_1^2)^2",
    "two_wells": r"f(z) = (z_1^2 - a^2)^2 / 8a^2 + \frac{1}{2} z_2^2, \quad a = 2",
    "kl_target": r"f(z) = -\log p(z)",
}
MAP_FORMULA: Final = r"z = \mu + L \varepsilon, \quad \Sigma = L L^\top"
LINE_FORMULA: Final = r"z = \mu + \sigma F^{-1}(\Phi(\varepsilon))"
TURN_FORMULA: Final = r"A = L Q, \quad A A^\top = L Q Q^\top L^\top = L L^\top"
