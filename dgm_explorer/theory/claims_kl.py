"""Problem 1: KL divergences."""

from dgm_explorer.theory.claim import Claim

CLAIMS = (
    Claim(
        key="1A-a",
        tab="kl",
        title="Both densities known",
        formulas=(
            r"\nabla\,\mathrm{KL}(p\,\|\,q)={-}\mathbb{E}_p\left[\nabla\log q\right]",
            r"\nabla\,\mathrm{KL}(q\,\|\,p)=\mathbb{E}_q\left[\log\frac{q}{p}\,\nabla\log q\right]",
        ),
        notes=(
            "With densities and samples of $p$ and $q$, both divergences can be estimated by Monte "
            r"Carlo and minimised over $\varphi$ (by reparametrisation)."
        ),
        notes_formulas=(),
        verdict="right",
        explanation=(
            r"Forward, only $q$ depends on $\varphi$, so the gradient is an average over samples of "
            r"$p$ and nothing has to be reparametrised. Reverse, the samples move with $\varphi$: the "
            "pathwise and the score-function gradient both have the right mean, and differ in their "
            "noise."
        ),
        source=(
            "Mohamed, Rosca, Figurnov & Mnih (2020), Monte Carlo Gradient Estimation, JMLR 21(132), §4–5"
        ),
        check="both-densities",
        derivation="gradients-of-an-average",
        show_me="reinforce-versus-reparametrised",
    ),
    Claim(
        key="1A-b",
        tab="kl",
        title="Only samples of p",
        formulas=(r"\mathrm{KL}(p\,\|\,q)={-}\mathrm{H}(p)-\mathbb{E}_p\left[\log q(x)\right]",),
        notes=(
            r"With samples of $p$ and the density of $q$, only $\mathrm{KL}(p\,\|\,q)$ can be "
            "minimised: that is maximum likelihood."
        ),
        notes_formulas=(r"\mathrm{KL}(p\,\|\,q)={+}\mathrm{H}(q)-\mathbb{E}_p\left[\log q(x)\right]",),
        verdict="imprecise",
        explanation=(
            r"The conclusion is right. But what maximum likelihood leaves out is $-\mathrm{H}(p)$, "
            "the same for every $q$, so the minimum is found and its *value* stays unknown; with "
            r"$+\mathrm{H}(q)$ the minimum itself would move."
        ),
        source="Bishop (2006), Pattern Recognition and Machine Learning, §1.6.1, eq. 1.119",
        check="samples-of-p",
        derivation="moment-matching",
        show_me="homework-1b",
    ),
    Claim(
        key="1A-c",
        tab="kl",
        title="p known up to its normaliser",
        formulas=(
            r"\tilde p=Zp",
            r"{-}\mathrm{H}(q)-\mathbb{E}_q\left[\log\tilde p(x)\right]=\mathrm{KL}(q\,\|\,p)-\log Z",
        ),
        notes=r"With $\tilde p = Z p$ known, both divergences can be minimised.",
        notes_formulas=(r"{+}\mathrm{H}(q)-\mathbb{E}_q\left[\log\tilde p(x)\right]",),
        verdict="imprecise",
        explanation=(
            r"Reverse, yes: $\log Z$ shifts the value and has no gradient; the entropy enters with a "
            "minus. Forward only by detours such as self-normalised importance sampling, which is "
            "biased, and blind to a mode that its proposal never visits, while it reports a healthy "
            "sample size."
        ),
        source="Owen (2013), Monte Carlo Theory, Methods and Examples, §9.2; Bishop (2006), §10.1",
        check="unnormalised-p",
        derivation="gradients-of-an-average",
        show_me="snis-is-blind",
    ),
    Claim(
        key="1B-a",
        tab="kl",
        title="Reverse KL: two minima, both global",
        formulas=(
            r"1={d^\star}^2\,\mathbb{E}\left[\mathrm{sech}^2(d^\star\varepsilon)\right]",
            r"d^\star=1.4608",
        ),
        notes=(
            "$p$ a symmetric mixture of two Gaussians, $q$ a Gaussian with unknown mean: reverse KL "
            "has *two local minima but no global minimum*; it *covers* a mode."
        ),
        notes_formulas=(),
        verdict="wrong",
        explanation=(
            r"Beyond a half-separation of $d = 1.4608$ (for $\sigma = s = 1$) there are two minima, "
            "exactly equally deep by symmetry, so **both are global**; what is missing is a *unique* "
            "one. Below it there is one minimum, in the middle. And the word is *seeking*: it picks "
            "a mode and leaves the other."
        ),
        source=(
            "Own derivation (curvature of the middle by Price's theorem); Bishop (2006), §10.1.2, "
            "fig. 10.3 for the picture"
        ),
        check="two-tied-minima",
        derivation="forks-of-reverse-kl",
        show_me="homework-1b",
    ),
    Claim(
        key="1B-b",
        tab="kl",
        title="Forward KL: one minimum",
        formulas=(
            r"\mathrm{KL}(p\,\|\,q)=\mathrm{KL}(p\,\|\,q_{\mu^\star})+\frac{(\mu-\mu^\star)^2}{2\sigma^2}",
            r"\mu^\star=\mathbb{E}_p[x]",
        ),
        notes=("Forward KL has one local minimum, which is the global one; it *sticks to one of the modes*."),
        notes_formulas=(r"\mu^\star=\pm d",),
        verdict="imprecise",
        explanation=(
            r"One minimum is right, always: the divergence is a parabola in $\mu$. But its minimum is "
            "at the mean of $p$, in the valley between the modes, not at one of them."
        ),
        source="Bishop (2006), §10.7, eq. 10.187 (moment matching)",
        check="one-forward-minimum",
        derivation="moment-matching",
        show_me="homework-1b",
    ),
    Claim(
        key="1B-c",
        tab="kl",
        title="Seeking versus covering",
        formulas=(
            r"\arg\min_{\mu,\sigma}\,\mathrm{KL}(q\,\|\,p)=(0,\ \sigma>s)",
            r"\mathrm{for}\quad 2.4122<d<2.8001",
        ),
        notes="Reverse KL is mode seeking, forward KL is mode covering.",
        notes_formulas=(),
        verdict="imprecise",
        explanation=(
            r"Right as long as $\sigma$ of $q$ is fixed. With $\sigma$ free, two narrow minima appear "
            "at $d = 2.4122$, but until $d = 2.8001$ the broad one in the middle is still the best "
            "of the three: there the *global* minimum of reverse KL covers both modes."
        ),
        source=("Own computation: saddle-node and Maxwell point of the symmetric pair, 18 digits by mpmath"),
        check="seeking-is-a-tendency",
        derivation="forks-of-reverse-kl",
        show_me="free-sigma-middle-wins",
    ),
)
