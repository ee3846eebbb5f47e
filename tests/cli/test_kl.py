"""`dgm-explorer kl`: numbers against the published references, and every wrong input refused in one line."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dgm_explorer.cli.main import run
from dgm_explorer.core.kl_state import KLState
from dgm_explorer.session import Session, write_session
from tests.cli.refusal import refusal

HOMEWORK = "0.5,-2,1;0.5,2,1"


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    status = run(["kl", *arguments, "--json"])
    printed = capsys.readouterr()
    assert status == 0, printed.err
    assert printed.err == ""
    answer: dict[str, Any] = json.loads(printed.out)
    return answer


def test_the_homework_in_a_fresh_process_prints_one_json_object() -> None:
    command = [sys.executable, "-m", "dgm_explorer", "kl", "--p", HOMEWORK, "--q", "0,1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    answer = json.loads(done.stdout)
    assert done.stderr == ""
    assert set(answer) == {
        "entropy_p", "kl_forward", "kl_reverse", "forward_minimum", "reverse_minima", "units",
    }  # fmt: skip
    assert set(answer["forward_minimum"]) == {"mu", "sigma", "kl"}
    assert set(answer["reverse_minima"][0]) == {"mu", "sigma", "kl", "type"}
    # kl_reference.json, case sym_hw (mpmath)
    assert answer["entropy_p"] == pytest.approx(2.0516587269415397, rel=1e-11)
    assert answer["kl_forward"] == pytest.approx(1.3672798062631330, rel=1e-11)
    assert answer["kl_reverse"] == pytest.approx(0.9433404337671587, rel=1e-11)
    assert answer["forward_minimum"]["sigma"] == pytest.approx(math.sqrt(5), rel=1e-12)
    assert answer["forward_minimum"]["kl"] == pytest.approx(0.1719987624801832, rel=1e-11)
    (minimum,) = answer["reverse_minima"]
    assert minimum == {
        "mu": pytest.approx(0, abs=1e-8),
        "sigma": pytest.approx(2.0470095198584189, rel=1e-8),
        "kl": pytest.approx(0.2265079607614437, rel=1e-11),
        "type": "global",
    }
    assert answer["units"] == "nats"


@pytest.mark.parametrize("case", ["sym_sep3", "easy_asym", "narrow_sep8", "ratio_100", "tiny_bump", "five"])
def test_values_and_minima_agree_with_the_twenty_digit_reference(
    case: str, shared_reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = json.loads((shared_reference / "kl_reference.json").read_text())[case]
    parts = zip(reference["weights"], reference["means"], reference["sigmas"], strict=True)
    p = ";".join(",".join(part) for part in parts)
    for point in reference["points"]:
        answer = ask(capsys, "--p", p, "--q", f"{point['mu']},{point['sigma']}")
        assert answer["entropy_p"] == pytest.approx(float(reference["entropy_p"]), rel=1e-10)
        assert answer["kl_forward"] == pytest.approx(float(point["kl_pq"]), rel=1e-10)
        assert answer["kl_reverse"] == pytest.approx(float(point["kl_qp"]), rel=1e-10)
    found = sorted((item["type"], item["kl"], item["mu"]) for item in answer["reverse_minima"])
    wanted = sorted(
        (item["type"], float(item["kl_qp"]), float(item["mu"])) for item in reference["reverse_minima"]
    )
    assert [kind for kind, _, _ in found] == [kind for kind, _, _ in wanted]
    assert [kl for _, kl, _ in found] == pytest.approx([kl for _, kl, _ in wanted], rel=1e-10)


def test_values_that_start_with_a_minus_are_values(capsys: pytest.CaptureFixture[str]) -> None:
    spaced = ask(capsys, "--p", "1,0,1", "--q", "-2,0.5")
    joined = ask(capsys, "--p=1,0,1", "--q=-2,0.5")
    assert spaced == joined
    # KL(N(-2, .25) ‖ N(0, 1)) in closed form
    assert spaced["kl_reverse"] == pytest.approx(math.log(2) + (0.25 + 4 - 1) / 2, rel=1e-12)
    assert "negative" in refusal(capsys, "kl", "--p", "-1,0,1")


def test_bits_are_nats_divided_by_log_2(capsys: pytest.CaptureFixture[str]) -> None:
    nats = ask(capsys, "--p", HOMEWORK)
    bits = ask(capsys, "--p", HOMEWORK, "--units", "bits")
    assert bits["units"] == "bits"
    for key in ("entropy_p", "kl_forward", "kl_reverse"):
        assert bits[key] == pytest.approx(nats[key] / math.log(2), rel=1e-14)
    assert bits["reverse_minima"][0]["kl"] == pytest.approx(nats["reverse_minima"][0]["kl"] / math.log(2))


def test_a_fixed_sigma_leaves_only_the_mean_free(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "--p", HOMEWORK, "--fixed-sigma", "1")
    assert answer["forward_minimum"] == {
        "mu": pytest.approx(0, abs=1e-12), "sigma": 1.0, "kl": pytest.approx(1.3672798062631330, rel=1e-11),
    }  # fmt: skip
    assert [item["type"] for item in answer["reverse_minima"]] == ["tied", "tied"]
    for item in answer["reverse_minima"]:
        assert abs(item["mu"]) == pytest.approx(1.79696705044, rel=1e-10)
        assert item["kl"] == pytest.approx(0.6191481485531, rel=1e-11)
        assert item["sigma"] == 1.0


def test_a_preset_brings_its_own_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "--preset", "homework-1b", "--q", "0,1") == ask(
        capsys, "--p", HOMEWORK, "--q", "0,1", "--fixed-sigma", "1"
    )


def test_a_session_file_brings_its_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_session(tmp_path / "a.dgm.json", Session(kl=KLState(units="bits")))
    assert ask(capsys, "--session", str(tmp_path / "a.dgm.json"))["units"] == "bits"


def test_the_archive_holds_both_landscapes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "landscape.npz"
    window = ["--mu-range", "-3,5", "--sigma-range", "0.1,4", "--grid", "33"]
    ask(capsys, "--p", "1,0.5,2", *window, "--out", str(path))
    with np.load(path) as archive:
        mu, sigma = archive["mu"], archive["sigma"]
        assert (mu[0], mu[-1], mu.shape) == (-3, 5, (33,))
        assert (sigma[0], sigma[-1], sigma.shape) == (pytest.approx(0.1), pytest.approx(4), (33,))
        s = sigma[:, None]
        # two Gaussians: both divergences in closed form
        reverse = np.log(2 / s) + (s**2 + (mu - 0.5) ** 2) / 8 - 0.5
        forward = np.log(s / 2) + (4 + (mu - 0.5) ** 2) / (2 * s**2) - 0.5
        np.testing.assert_allclose(archive["reverse"], reverse, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(archive["forward"], forward, rtol=1e-10, atol=1e-12)


def test_the_archive_of_a_fixed_sigma_has_one_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "curve.npz"
    window = ["--mu-range", "-2,2", "--grid", "5"]
    ask(capsys, "--p", HOMEWORK, "--fixed-sigma", "1", *window, "--out", str(path))
    with np.load(path) as archive:
        assert archive["sigma"].tolist() == [1.0]
        assert archive["reverse"].shape == archive["forward"].shape == (1, 5)
        assert archive["reverse"][0, 2] == pytest.approx(0.9433404337671587, rel=1e-11)
        assert archive["forward"][0, 2] == pytest.approx(1.3672798062631330, rel=1e-11)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--p", "0.5,-2,1;-0.5,2,1"], "--p, component 2: weight = -0.5 is negative"),
        (["--p", "0,0,1;0,1,1"], "sum to 0"),
        (["--p", "1,0,0"], "sigma = 0"),
        (["--p", "1,0,-1"], "sigma = -1"),
        (["--p", "nan,0,1"], "not a finite number"),
        (["--p", "1,inf,1"], "not a finite number"),
        (["--p", "1,0,1e999"], "not a finite number"),
        (["--p", "1,0"], "write 3 numbers"),
        (["--p", "1,0,1,1"], "write 3 numbers"),
        (["--p", "1,zero,1"], "'1,zero,1' is not weight,mu,sigma"),
        (["--p", ""], "is not weight,mu,sigma"),
        (["--p", "1,0,1;;1,0,1"], "component 2"),
        (["--p", "1_0,0,1"], "'1_0,0,1' is not weight,mu,sigma"),
        (["--p", "٣,0,1"], "is not weight,mu,sigma"),
        (["--p=--"], "-- is not a value"),
        (["--p", "1,0,1", "--out=--"], "-- is not a value"),
        (["--p", "1,0,1", "--out", "a.txt"], "--out a.txt: what is written is npz"),
        (["--p", "1,0,1", "--out", "n" * 300 + ".npz"], "cannot be written (File name too long)"),
        (["--p", ";".join(["1,0,1"] * 9)], "9 components"),
        (["--p", "1,0,1", "--q", "0"], "--q: '0' is not mu,sigma"),
        (["--p", "1,0,1", "--q", "0,-1"], "--q: sigma = -1 must lie between"),
        (["--p", "1,0,1", "--q", "nan,1"], "--q"),
        (["--p", "1,0,1", "--fixed-sigma", "0"], "--fixed-sigma"),
        (["--p", "1,0,1", "--grid", "1"], "--grid: '1' is not a whole number from 2 to 4096"),
        (["--p", "1,0,1", "--grid", "1e3"], "--grid"),
        (["--p", "1,0,1", "--grid", "1000000"], "--grid"),
        (["--p", "1,0,1", "--mu-range", "3,-3"], "--mu-range: mu range 3 … -3 cannot be shown"),
        (["--p", "1,0,1", "--mu-range", "nan,1"], "--mu-range"),
        (["--p", "1,0,1", "--mu-range", "-1e308,1e308"], "--mu-range"),
        (["--p", "1,0,1", "--mu-range", "1e300,2e300"], "--mu-range"),
        (["--p", "1,0,1", "--sigma-range", "0,1"], "--sigma-range"),
        (["--p", "1,0,1", "--sigma-range", "-1,1"], "--sigma-range"),
        (["--p", "1,0,1", "--units", "trits"], "nats"),
        (["--p", "1,0,1", "--preset", "homework-1b"], "not allowed with"),
        (["--preset", "no-such"], "homework-1b"),
        (["--preset", "bishop-10-3"], "two-dimensional"),
        (["--session", "no-such.dgm.json"], "no-such.dgm.json"),
        (["--p", "1,0,1", "--out", "no/such/folder/f.npz"], "cannot be written"),
        (["--p", "1,1e200,1"], "mu = 1e+200 must lie between"),
        (["--p", "1,-1e6,1e-4;1,1e6,1e-4"], "2e+10 times the smallest sigma"),
        (["--p", "1,0,1", "--colour", "red"], "--colour"),
        ([], "--p"),
    ],
)
def test_wrong_input_is_one_line_that_names_it(
    arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert what in refusal(capsys, "kl", *arguments)


def test_a_truncated_session_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.dgm.json"
    write_session(path, Session())
    path.write_bytes(path.read_bytes()[:300])
    assert str(path) in refusal(capsys, "kl", "--session", str(path))


def test_wrong_input_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "f.npz"
    refusal(capsys, "kl", "--p", "1,0,1", "--q", "0,0", "--out", str(path))
    assert list(tmp_path.iterdir()) == []
