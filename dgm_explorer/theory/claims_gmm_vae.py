"""Problem 3: GMM-VAE."""

from dgm_explorer.theory.claim import Claim

CLAIMS = (
    Claim(
        key="3A",
        tab="gmm-vae",
        title="The model",
        formulas=(
            r"p(x,c,z)=p(c)\,p(z\,|\,c)\,p(x\,|\,z)",
            r"c\sim\mathrm{Cat}(\pi),\quad z\,|\,c\sim\mathcal{N}(\mu_c,\sigma_c^2I)",
        ),
        notes="A component is drawn, a code from its Gaussian, an image by the decoder.",
        notes_formulas=(),
        verdict="right",
        explanation=(
            "The image depends on the component only through the code. Summed over $c$ and "
            "integrated over $z$ and $x$, the product is one; its marginals are those of drawing "
            "$c$, then $z$, then $x$."
        ),
        source="Jiang et al. (2017), Variational Deep Embedding, arXiv 1611.05148, the generative process",
        check="joint-density",
        derivation="elbo-in-five-terms",
        show_me="digits-in-the-plane",
    ),
    Claim(
        key="3B",
        tab="gmm-vae",
        title="The bound in five terms",
        formulas=(
            r"\mathrm{ELBO}=\mathbb{E}_q[\log p(x|z)+\log p(z|c)+\log p(c)",
            r"-\log q(z|x)-\log q(c|x)]",
        ),
        notes="The same five terms; the first one says *how well defined the latent space is*.",
        notes_formulas=(),
        verdict="imprecise",
        explanation=(
            r"The formula is right, and it falls short of $\log p(x)$ by $\mathrm{KL}(q(z, "
            r"c|x)\,\|\,p(z, c|x))$. The words for the first term are not: it is the reconstruction, "
            "in which the prior of the latent space does not even occur."
        ),
        source="Jiang et al. (2017), Variational Deep Embedding, arXiv 1611.05148, the lower bound",
        check="bound-in-five-terms",
        derivation="elbo-in-five-terms",
        show_me="digits-in-the-plane",
    ),
    Claim(
        key="3C",
        tab="gmm-vae",
        title="The best q(c|x)",
        formulas=(r"q^\star(c\,|\,x)\propto\exp\,\mathbb{E}_{q(z|x)}\left[\log p(c\,|\,z)\right]",),
        notes=(
            r"The bound is tightest in $q(c|x)$ where $\mathrm{KL}(p(c|z)\,\|\,q(c|x)) = 0$, so that "
            "$q(c|x) = p(c|z)$."
        ),
        notes_formulas=(
            r"q(c\,|\,x)=p(c\,|\,z)=\frac{\pi_c\,\mathcal{N}(z|c)}{\sum_k\pi_k\,\mathcal{N}(z|k)}",
        ),
        verdict="wrong",
        explanation=(
            "The divergence stands the other way round, inside an average: the bound loses "
            r"$\mathbb{E}_{q(z|x)}\,\mathrm{KL}(q(c|x)\,\|\,p(c|z))$, and its minimum is the "
            "normalised geometric mean of $p(c|z)$ over $z$. $p(c|z)$ at one sample, or its average, is "
            "the usual estimate: a bound too, but a looser one."
        ),
        source=(
            "Jiang et al. (2017), Variational Deep Embedding, arXiv 1611.05148, eq. 16, whose "
            "claim it sharpens; Bishop (2006), eq. 10.9 (mean field)"
        ),
        check="best-assignment",
        derivation="elbo-in-five-terms",
        show_me="digits-in-the-plane",
    ),
    Claim(
        key="3D",
        tab="gmm-vae",
        title="Expected log density under a Gaussian",
        formulas=(
            r"\mathbb{E}_q[\log p(z)]=\sum_j\left({-}\frac{1}{2}\log 2\pi\sigma_j^2\right.",
            r"\left.-\frac{\tilde\sigma_j^2+(\mu_j-\tilde\mu_j)^2}{2\sigma_j^2}\right)",
        ),
        notes=(
            r"The same, for $q = \mathcal{N}(\tilde\mu, \tilde\sigma^2 I)$ and $p = \mathcal{N}(\mu, "
            r"\sigma^2 I)$."
        ),
        notes_formulas=(),
        verdict="right",
        explanation=(
            r"$\log p$ is a parabola, and the mean of a parabola knows only the mean and the variance "
            r"of $q$: the mean squared distance to $\mu_j$ is $\tilde\sigma_j^2 + (\mu_j - "
            r"\tilde\mu_j)^2$."
        ),
        source=(
            "Jiang et al. (2017), Variational Deep Embedding, arXiv 1611.05148, appendix; "
            "Kingma & Welling (2014), appendix B"
        ),
        check="expected-log-gaussian",
        derivation="expected-log-gaussian",
        show_me="digits-in-the-plane",
    ),
    Claim(
        key="3E",
        tab="gmm-vae",
        title="The full bound",
        formulas=(
            r"\sum_i\mathbb{E}\log p(x_i|z)+\sum_c\gamma_c\,\mathbb{E}\log p(z|c)",
            r"+\sum_c\gamma_c\log\frac{\pi_c}{\gamma_c}+\frac{1}{2}\sum_j(1+\log 2\pi\tilde\sigma_j^2)",
        ),
        notes=(
            r"A product $\prod$ of logs over the pixels; $\log\pi_c/\gamma_c$ counted twice; "
            r"$\frac{1}{2}\log(1 + \tilde\sigma^2)$ for the entropy of a Gaussian, with a minus; "
            r"$\log p(z|x)$ for $\log q(z|x)$."
        ),
        notes_formulas=(
            r"\prod_i\log p(x_i|z)+\ldots",
            r"+2\sum_c\gamma_c\log\frac{\pi_c}{\gamma_c}-\frac{1}{2}\sum_j\log(1+\tilde\sigma_j^2)",
        ),
        verdict="wrong",
        explanation=(
            "The log of a product is a **sum** of logs; the ratio belongs in once; the entropy is "
            r"$\frac{1}{2}\sum_j(1 + \log 2\pi\tilde\sigma_j^2)$ and enters with a plus, because it "
            r"is $-\mathbb{E}\log q(z|x)$ with $q$, not $p$. In the small model of the check each "
            "slip alone moves the bound by more than 0.25 nats."
        ),
        source=(
            "Jiang et al. (2017), Variational Deep Embedding, arXiv 1611.05148, eq. 12 with its "
            "constants; Cover & Thomas (2006), theorem 8.4.1 (entropy)"
        ),
        check="full-bound",
        derivation="elbo-in-five-terms",
        show_me="digits-in-the-plane",
    ),
)
