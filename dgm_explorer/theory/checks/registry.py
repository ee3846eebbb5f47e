"""Which check computes which claim."""

from collections.abc import Callable, Mapping

from dgm_explorer.theory.checks.gmm_assignment import check_assignment
from dgm_explorer.theory.checks.gmm_model import check_bound, check_joint
from dgm_explorer.theory.checks.gmm_terms import check_expected_log, check_full_bound
from dgm_explorer.theory.checks.gradients import check_activations, check_path
from dgm_explorer.theory.checks.kl_knowledge import (
    check_both_densities,
    check_samples_of_p,
    check_unnormalised,
)
from dgm_explorer.theory.checks.kl_minima import (
    check_one_forward_minimum,
    check_seeking_is_a_tendency,
    check_two_tied_minima,
)
from dgm_explorer.theory.checks.linear_map import check_factors, check_moments
from dgm_explorer.theory.checks.running_mean import check_running_mean
from dgm_explorer.theory.checks.vq_codes import check_deterministic, check_nearest, check_straight_through
from dgm_explorer.theory.result import CheckResult

CHECKS: Mapping[str, Callable[[], CheckResult]] = {
    "both-densities": check_both_densities,
    "samples-of-p": check_samples_of_p,
    "unnormalised-p": check_unnormalised,
    "two-tied-minima": check_two_tied_minima,
    "one-forward-minimum": check_one_forward_minimum,
    "seeking-is-a-tendency": check_seeking_is_a_tendency,
    "moments-of-the-map": check_moments,
    "factors-of-a-covariance": check_factors,
    "path-of-the-gradient": check_path,
    "activations-of-the-diagonal": check_activations,
    "joint-density": check_joint,
    "bound-in-five-terms": check_bound,
    "best-assignment": check_assignment,
    "expected-log-gaussian": check_expected_log,
    "full-bound": check_full_bound,
    "deterministic-encoder": check_deterministic,
    "nearest-code": check_nearest,
    "straight-through": check_straight_through,
    "running-mean": check_running_mean,
}
"""By the key that a claim names."""
