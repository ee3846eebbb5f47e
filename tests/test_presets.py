"""Every shipped preset opens, says what to look at, and is what its text claims."""

from dataclasses import replace

import numpy as np
import pytest

from dgm_explorer.core.kl_state import KLState
from dgm_explorer.core.reparam_state import ReparamState
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.core.vq_vae_suggestion import suggest_config
from dgm_explorer.numerics.gradient_clouds import follow_chain, gradient_clouds
from dgm_explorer.numerics.map_descent import start_descent, take_step
from dgm_explorer.numerics.microscope import observe, summarise
from dgm_explorer.numerics.mixture import Mixture1D
from dgm_explorer.numerics.mixture2d import Mixture2D
from dgm_explorer.numerics.objectives import make_objective
from dgm_explorer.numerics.optimum2d import find_reverse_minima_2d
from dgm_explorer.numerics.quantile import LAWS, quantile_picture
from dgm_explorer.numerics.reparam import gaussian_map
from dgm_explorer.session import preset_names, read_preset

ASKED_FOR = {
    "homework-1b",
    "merging-modes",
    "free-sigma-one-minimum",
    "free-sigma-middle-wins",
    "free-sigma-sides-win",
    "unequal-weights",
    "needle-and-blanket",
    "almost-a-tie",
    "five-modes",
    "bishop-10-3",
    "seeking-in-the-plane",
    "snis-is-blind",
    "reinforce-versus-reparametrised",
    "what-l-does",
    "same-sigma-different-l",
    "relu-at-zero",
    "quantile-picture",
    "the-cut-path",
    "two-clouds-of-gradients",
    "digits-in-the-plane",
    "skipped-pretraining",
    "vq-vae-fashion",
    "vq-vae-digits",
    "exact-cells",
    "codebook-collapse",
    "rotation-trick",
    "fixed-levels",
    "each-code-a-patch",
    "four-priors",
}


def kl_state(name: str) -> KLState:
    """What a preset of the KL tab shows."""
    kl = read_preset(name).kl
    assert kl is not None
    return kl


KL_PRESETS = [name for name in preset_names() if read_preset(name).tab == "kl"]


def test_all_presets_that_were_asked_for_are_there_in_a_fixed_order() -> None:
    assert set(preset_names()) >= ASKED_FOR
    assert preset_names()[0] == "homework-1b"


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_opens_and_says_in_two_sentences_what_to_look_at(name: str) -> None:
    session = read_preset(name)
    assert session.title
    assert session.description.count(". ") == 1
    assert session.description.endswith(".")


def test_a_preset_speaks_of_its_own_tab_only() -> None:
    for name in preset_names():
        session = read_preset(name)
        states = {
            "kl": session.kl,
            "reparam": session.reparam,
            "gmm-vae": session.gmm_vae,
            "vq-vae": session.vq_vae,
        }
        assert [tab for tab, state in states.items() if state is not None] == [session.tab]


@pytest.mark.parametrize("name", KL_PRESETS)
def test_the_means_of_p_and_q_lie_inside_the_window(name: str) -> None:
    kl = kl_state(name)
    if kl.dimension == 1:
        assert all(kl.view.mu_lo < item.mu < kl.view.mu_hi for item in (*kl.p, kl.q))
        assert all(kl.view.sigma_lo < item.sigma < kl.view.sigma_hi for item in (*kl.p, kl.q))
    else:
        for item in (*kl.p2, kl.q2):
            for coordinate, center in zip(item.mean, kl.view2.center, strict=True):
                assert abs(coordinate - center) < kl.view2.half_width


def half_separation(kl: KLState) -> float:
    return (kl.p[-1].mu - kl.p[0].mu) / 2


def test_the_presets_stand_on_the_right_side_of_the_bifurcations() -> None:
    """Pitchfork 1.46083396, saddle-node 2.41222972, Maxwell point 2.80008222 (unit modes)."""
    assert half_separation(kl_state("homework-1b")) == 2
    assert half_separation(kl_state("merging-modes")) > 1.46083396
    assert half_separation(kl_state("free-sigma-one-minimum")) < 2.41222972
    assert 2.41222972 < half_separation(kl_state("free-sigma-middle-wins")) < 2.80008222
    assert half_separation(kl_state("free-sigma-sides-win")) > 2.80008222


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("free-sigma-one-minimum", ["global"]),
        ("free-sigma-middle-wins", ["global", "local", "local"]),
        ("free-sigma-sides-win", ["local", "tied", "tied"]),
        ("unequal-weights", ["global", "local"]),
        ("needle-and-blanket", ["global", "local"]),
        ("almost-a-tie", ["global", "local", "local"]),
        ("five-modes", ["global", "local", "local", "local", "local", "local"]),
    ],
)
def test_the_minima_are_those_that_the_text_names(name: str, kinds: list[str]) -> None:
    from dgm_explorer.numerics.mixture import Mixture1D
    from dgm_explorer.numerics.stationary import find_reverse_stationary

    points = find_reverse_stationary(Mixture1D(kl_state(name).p), with_saddles=False)
    assert sorted(point.kind for point in points) == kinds


def test_homework_1b_has_two_tied_minima_at_fixed_sigma() -> None:
    from dgm_explorer.numerics.mixture import Mixture1D
    from dgm_explorer.numerics.stationary import find_reverse_stationary_fixed_sigma

    kl = kl_state("homework-1b")
    points = find_reverse_stationary_fixed_sigma(Mixture1D(kl.p), kl.q.sigma)
    tied = [point for point in points if point.kind == "tied"]
    assert sorted(point.mu for point in tied) == pytest.approx([-1.7969670504, 1.7969670504], abs=1e-9)
    assert [point.kl for point in tied] == pytest.approx([0.6191481486] * 2, abs=1e-9)


def test_in_bishops_figure_the_broad_ellipse_wins_and_modes_apart_win_one_by_one() -> None:
    """What the published picture draws by hand is no minimum of it; moved apart, it is."""
    broad = find_reverse_minima_2d(Mixture2D(kl_state("bishop-10-3").p2))
    apart = find_reverse_minima_2d(Mixture2D(kl_state("seeking-in-the-plane").p2))
    assert [minimum.kind for minimum in broad] == ["global"]
    assert np.hypot(*broad[0].q.mean) < 0.3
    assert [minimum.kind for minimum in apart] == ["global", "local", "local"]
    assert all(abs(minimum.q.mean[0]) > 1.6 for minimum in apart[:2])
    assert np.hypot(*apart[2].q.mean) < 1


def vq_vae_state(name: str) -> VqVaeState:
    """What a preset of the VQ-VAE tab shows."""
    vq_vae = read_preset(name).vq_vae
    assert vq_vae is not None
    return vq_vae


def test_the_variances_on_the_screen_are_as_the_text_compares_them() -> None:
    """REINFORCE has a heavy tail: some random numbers put 4.1 where the variances are as 2.84 to 1."""
    state, found = kl_state("reinforce-versus-reparametrised"), {}
    *_, clouds = observe(
        Mixture1D(state.p), state.q, ("reinforce", "reparametrised"), state.n_samples, state.seed
    )
    for cloud in clouds:
        found[cloud.estimator] = summarise(cloud, state.n_samples, np.zeros(2)).variance_n
    along_mu, along_log_sigma = found["reinforce"] / found["reparametrised"]
    assert 0.75 < along_mu < 1.25
    assert 2.6 < along_log_sigma < 3


def test_the_cells_drawn_as_exact_are_of_two_numbers() -> None:
    for name in ("exact-cells", "fixed-levels"):
        assert vq_vae_state(name).config.n_code_dims == 2
        assert vq_vae_state(name).panel == "embedding"


def test_the_collapse_has_every_ingredient_off_and_the_rotation_trick_is_all_that_it_lacks() -> None:
    config, default = vq_vae_state("codebook-collapse").config, VqVaeConfig()
    assert default.is_batch_normalized
    assert not config.is_batch_normalized
    assert config.revival_fraction == 0 < default.revival_fraction
    assert config.decay > default.decay
    assert config.codebook_start == "uniform" != default.codebook_start
    assert vq_vae_state("rotation-trick").config == replace(config, estimator="rotation")
    assert vq_vae_state("rotation-trick").source == vq_vae_state("codebook-collapse").source


def test_presets_on_the_digits_that_come_with_the_program_train_as_long_as_the_tab_suggests() -> None:
    for name in preset_names():
        session = read_preset(name)
        if session.vq_vae is not None:
            source, config = session.vq_vae.source, session.vq_vae.config
            assert suggest_config(source, config) == config


def reparam_state(name: str) -> ReparamState:
    """What a preset of the Reparametrisation tab shows."""
    reparam = read_preset(name).reparam
    assert reparam is not None
    return reparam


def test_no_derivative_leads_back_to_a_dead_relu() -> None:
    state = reparam_state("relu-at-zero")
    assert gaussian_map(state).is_singular
    position = start_descent(state)
    for _ in range(10):
        position = take_step(state, make_objective(state, KLState()), position)
    assert position.theta[4] == state.raw_diagonal[1] < 0
    assert position.theta[0] != state.mean[0]


def test_only_the_gaussian_is_a_straight_line() -> None:
    state = reparam_state("quantile-picture")
    epsilon = np.linspace(-3, 3, 50)
    bends = {law: np.abs(np.diff(quantile_picture(law, 0, 1, epsilon).z, 2)).max() for law in LAWS}
    assert state.law == "exponential"
    assert [law for law, bend in bends.items() if bend < 1e-12] == ["gaussian"]


def test_the_path_is_cut_until_z_is_reparametrised() -> None:
    state = reparam_state("the-cut-path")
    f, epsilon = make_objective(state, KLState()), np.array([0.3, -0.8])
    assert follow_chain(state, f, epsilon).gradient is None
    assert follow_chain(replace(state, path="reparametrise"), f, epsilon).gradient is not None


def test_the_score_function_scatters_far_more_and_without_its_baseline_more_still() -> None:
    state = reparam_state("two-clouds-of-gradients")
    f = make_objective(state, KLState())
    with_baseline = gradient_clouds(state, f)
    without = gradient_clouds(replace(state, has_baseline=False), f)
    assert with_baseline.score is not None
    assert without.score is not None
    spread = [c.summary.total_variance for c in (with_baseline.pathwise, with_baseline.score, without.score)]
    assert spread[1] > 4 * spread[0]
    assert spread[2] > 1.3 * spread[1]
