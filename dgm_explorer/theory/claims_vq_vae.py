"""Problem 4: VQ-VAE."""

from dgm_explorer.theory.claim import Claim

CLAIMS = (
    Claim(
        key="4A",
        tab="vq-vae",
        title="Discrete codes, and no chance",
        formulas=(
            r"q(k\,|\,x)=1\quad\mathrm{for}\quad k=\arg\min_i\|z_e-e_i\|^2",
            r"\mathrm{KL}(q\,\|\,\mathrm{uniform})=\log K",
        ),
        notes=(
            r"The latents are discrete codes $e_1 \ldots e_K$ and compressed; *the encoder is still "
            "stochastic*."
        ),
        notes_formulas=(),
        verdict="wrong",
        explanation=(
            "Discrete and compressed, yes. But nothing is drawn: $q(k|x)$ is one-hot, the same image "
            "has the same codes every time, and the divergence to a uniform prior is the constant "
            r"$\log K$."
        ),
        source=(
            "van den Oord et al. (2017), Neural Discrete Representation Learning, arXiv 1711.00937, "
            "§3.1, eq. 1"
        ),
        check="deterministic-encoder",
        derivation="straight-through",
        show_me="vq-vae-digits",
    ),
    Claim(
        key="4B",
        tab="vq-vae",
        title="The nearest code",
        formulas=(r"z_q=e_{j^\star},\qquad j^\star=\arg\min_i\|z_e-e_i\|^2",),
        notes="The same.",
        notes_formulas=(),
        verdict="right",
        explanation=(
            "The cells of the codes are those of a Voronoi diagram. The squares can be spared: the "
            r"largest $z_e\cdot e_i - \frac{1}{2}\|e_i\|^2$ is the same code."
        ),
        source=(
            "van den Oord et al. (2017), Neural Discrete Representation Learning, arXiv 1711.00937, "
            "eq. 1 and 2"
        ),
        check="nearest-code",
        derivation="straight-through",
        show_me="exact-cells",
    ),
    Claim(
        key="4C",
        tab="vq-vae",
        title="Straight through",
        formulas=(r"\frac{\partial L}{\partial z_e}\leftarrow\frac{\partial L}{\partial z_q}",),
        notes=r"Straight-through estimator: $\partial L/\partial z_e \approx \partial L/\partial z_q$.",
        notes_formulas=(),
        verdict="right",
        explanation=(
            "Forward the value is $z_q$, backward the Jacobian is the identity. The true derivative "
            "of the nearest code is zero wherever there is one, so this is a stand-in for it, not an "
            "approximation of it."
        ),
        source=(
            "van den Oord et al. (2017), Neural Discrete Representation Learning, arXiv 1711.00937, "
            "§3.2; Bengio, Léonard & Courville (2013), arXiv 1308.3432"
        ),
        check="straight-through",
        derivation="straight-through",
        show_me="exact-cells",
    ),
    Claim(
        key="4D",
        tab="vq-vae",
        title="Codes as running means",
        formulas=(
            r"N_i\leftarrow\gamma N_i+(1-\gamma)\,n_i",
            r"m_i\leftarrow\gamma m_i+(1-\gamma)\sum z_e",
            "e_i=m_i/N_i",
        ),
        notes="A moving average of the vectors assigned to a code.",
        notes_formulas=(r"e_i\leftarrow\gamma e_i+(1-\gamma)z_e",),
        verdict="imprecise",
        explanation=(
            "With several vectors in a batch the counts are needed: without them a code used once "
            "moves as far as one used eight times, or the order within a batch matters. The notes' "
            "formula is the case $n_i = N_i = 1$."
        ),
        source=(
            "van den Oord et al. (2017), Neural Discrete Representation Learning, arXiv 1711.00937, "
            "appendix A.1, eq. 6–8"
        ),
        check="running-mean",
        derivation="running-mean",
        show_me="exact-cells",
    ),
)
