"""Problem 2: reparametrisation."""

from dgm_explorer.theory.claim import Claim

CLAIMS = (
    Claim(
        key="2-a",
        tab="reparam",
        title="The map of the noise",
        formulas=(
            r"z=\mu+L\varepsilon,\qquad\varepsilon\sim\mathcal{N}(0,I)",
            r"\mathbb{E}[z]=\mu,\qquad\mathrm{Cov}[z]=LL^\top",
        ),
        notes=(
            r"$z = \mu + L\varepsilon$ with $\varepsilon \sim \mathcal{N}(0, I)$ has mean $\mu$ and "
            r"covariance $LL^\top$."
        ),
        notes_formulas=(),
        verdict="right",
        explanation=(
            r"Averages pass through a linear map: the mean of $\varepsilon$ is 0 and its covariance "
            r"$I$. And $z$ is again Gaussian, with $\log q(z) = \log\mathcal{N}(\varepsilon\,|\,0, I) "
            r"- \log|\det L|$."
        ),
        source="Kingma & Welling (2014), Auto-Encoding Variational Bayes, §2.4; Anderson (2003), §2.4",
        check="moments-of-the-map",
        derivation="linear-map",
        show_me="what-l-does",
    ),
    Claim(
        key="2-b",
        tab="reparam",
        title="Which L there are",
        formulas=(
            r"v^\top LL^\top v=\|L^\top v\|^2\geq 0\quad\mathrm{for\ every}\ L",
            r"\Sigma=LL^\top,\quad L_{ij}=0\ (i<j),\quad L_{ii}>0",
        ),
        notes=r"$L$ is upper triangular, and so $LL^\top$ has a non-negative diagonal.",
        notes_formulas=(r"L_{ij}=0\ (i>j)\quad\Rightarrow\quad(LL^\top)_{ii}\geq 0",),
        verdict="wrong",
        explanation=(
            r"No triangle is needed: $v^\top LL^\top v = \|L^\top v\|^2 \geq 0$ for any $L$, which "
            "says more than a non-negative diagonal does. Cholesky's $L$ is *lower* triangular; its "
            r"positive diagonal makes it unique and $\Sigma$ positive definite."
        ),
        source="Golub & Van Loan (2013), Matrix Computations, §4.2 (Cholesky)",
        check="factors-of-a-covariance",
        derivation="linear-map",
        show_me="same-sigma-different-l",
    ),
    Claim(
        key="2-c",
        tab="reparam",
        title="What the trick is for",
        formulas=(
            r"\nabla\,\mathbb{E}_q[f(z)]=\mathbb{E}_\varepsilon\left[\nabla f(\mu+L\varepsilon)\right]",
            r"=\mathbb{E}_q\left[f(z)\,\nabla\log q(z)\right]",
        ),
        notes=(
            r"The trick moves the randomness into $\varepsilon$, so that gradients reach $\mu$ and "
            r"$\Sigma$."
        ),
        notes_formulas=(),
        verdict="right",
        explanation=(
            r"A sample drawn directly is a number without a past: no derivative leads back to $\mu$. "
            r"Written as $\mu + L\varepsilon$ it has one. The score function gives the same gradient "
            "without a path, from values of $f$ alone, usually with far more noise."
        ),
        source="Kingma & Welling (2014), §2.4; Williams (1992); Mohamed et al. (2020), §4–5",
        check="path-of-the-gradient",
        derivation="gradients-of-an-average",
        show_me="the-cut-path",
    ),
    Claim(
        key="2-d",
        tab="reparam",
        title="The activation of the diagonal",
        formulas=(r"L_{ii}=e^{u_i}\quad\mathrm{or}\quad L_{ii}=\log(1+e^{u_i})",),
        notes=r"Use exp or ReLU as the activation for $\Sigma$.",
        notes_formulas=(r"L_{ii}=\max(u_i,0)",),
        verdict="wrong",
        explanation=(
            r"exp will do; ReLU will not: it is 0 for every negative $u$, where $\Sigma$ is singular, "
            r"$\log q$ infinite, and the gradient zero, so that training never leaves that point. "
            "Take exp or softplus, and put it on the diagonal of $L$."
        ),
        source=("Own check; softplus: Dugas et al. (2001), Incorporating Second-Order Functional Knowledge"),
        check="activations-of-the-diagonal",
        derivation="linear-map",
        show_me="relu-at-zero",
    ),
)
