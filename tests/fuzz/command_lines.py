"""Hostile command lines, and files for them to point at."""

from hypothesis import strategies as st

from dgm_explorer.lecture import lecture_names
from dgm_explorer.session import preset_names
from tests.fuzz.arrays import make_idx, make_npy, make_npz
from tests.fuzz.case import Case, Node
from tests.fuzz.documents import make_session
from tests.fuzz.draw import Draw, drawer
from tests.fuzz.images import make_image_folder
from tests.fuzz.mutate import WORDS
from tests.fuzz.run_folders import make_run_folder

_text = drawer(st.text(max_size=30))
PATHS = (
    "", ".", "..", "/", "/dev/zero", "/dev/null", "/dev/stdin", "/proc/self/mem", "nowhere", "~", "x\0y",
    "a" * 300,
    "no/such/folder/x", "\udcff\udcfe", "-", "--", "a.npz", "run", "é.json", "\ud800", "http://x/y",
    "$HOME", "/nowhere/x",
    "file:///etc/passwd", "a\nb", "work/../..", "*", "{here}", "{here}/link", "{here}/new/x.npz",
    "{here}/new.npz",
)  # fmt: skip
NUMBERS = (
    "0", "1", "2", "3", "0.5", "-1", "1e3", "1e-6", "1e6", "1e400", "nan", "inf", "-inf", "", " ", "1_0",
    "٣", "0x1", "1,2",
    "9" * 5000, "1e-320", "+1", "--1", "1.0", "½", "4294967296", "1e9", "-0", "1;2", ".5", "5.", "1 2",
)  # fmt: skip
FIELDS = (
    "latent_dim", "n_components", "hidden", "likelihood", "pretrain_epochs", "is_mixture_fitted",
    "epochs", "beta",
    "batch_size", "learning_rate", "decay", "seed", "codebook_size", "code_dim", "network", "stride",
    "quantizer",
    "fsq_levels", "estimator", "commitment", "revival_fraction", "is_batch_normalized", "codebook_start",
    "__class__",
)  # fmt: skip
VALUES = (
    "yes",
    "no",
    "gaussian",
    "fsq",
    "vq",
    "local",
    "graph",
    "16,16",
    "8,8",
    ",",
    "16,",
    "1,,2",
    "kmeans",
    "ema",
)


def make_command_line(draw: Draw) -> Case:
    """A command with options that are sound, odd, missing or too many."""
    files: dict[str, Node] = {}
    commands = {
        "kl": _kl,
        "train": _train,
        "data": _data,
        "gui": _gui,
        "evaluate": _evaluate,
        "other": _other,
    }
    words = draw.choices(list(commands.values()), [6, 5, 1, 4, 1, 1])[0](draw, files)
    if draw.chance(0.08):
        odd = draw.pick(
            _text(draw), *WORDS, *PATHS, "--json", "-h", "--version", "--set", "--no-such", "-x", "--q", "@x"
        )
        words.insert(draw.randrange(len(words) + 1), odd)
    if words and draw.chance(0.06):
        del words[draw.randrange(len(words))]
    if words[:1] in (["theory"], ["bench"]):
        words.append("--no-such")  # they have nothing to read, and take minutes
    return Case(files, tuple(words))


def _path(draw: Draw) -> str:
    return draw.pick(*PATHS)


def _number(draw: Draw) -> str:
    return f"{draw.uniform(0.1, 5):.3g}" if draw.chance(0.96) else draw.pick(*NUMBERS, _text(draw))


def _numbers(draw: Draw, count: int) -> str:
    if draw.chance(0.05):
        count += draw.pick(-1, 1)
    return ",".join(_number(draw) for _ in range(count))


def _range(draw: Draw) -> str:
    if draw.chance(0.2):
        return _numbers(draw, 2)
    return f"{draw.uniform(0.01, 2):.3g},{draw.uniform(3, 9):.3g}"


def _kl(draw: Draw, files: dict[str, Node]) -> list[str]:
    words = ["kl"]
    source = draw.randrange(6)
    if source == 0:
        words += [
            "--preset",
            draw.choice(preset_names()) if draw.chance(0.7) else draw.pick(*WORDS, _text(draw)),
        ]
    elif source == 1:
        files |= make_session(draw).files
        words += ["--session", "{here}/a.dgm.json" if draw.chance(0.8) else _path(draw)]
    else:
        parts = [_numbers(draw, 3) for _ in range(draw.pick(1, 2, 2, 3, 8 if draw.chance(0.5) else 9))]
        words += ["--p", draw.pick(";", ";", ";", "; ", ",").join(parts)]
    if draw.chance(0.5):
        words += ["--q", draw.pick("", "-") + _numbers(draw, 2)]
    for option in ("--mu-range", "--sigma-range"):
        if draw.chance(0.2):
            words += [option, _range(draw)]
    if draw.chance(0.2):
        words += ["--fixed-sigma", _number(draw)]
    words += ["--grid", draw.pick("2", "5", "16", "16") if draw.chance(0.9) else draw.pick(*NUMBERS)]
    if draw.chance(0.1):
        words += ["--units", draw.pick("bits", "nats", "BITS", "")]
    if draw.chance(0.5):
        words.append("--json")
    if draw.chance(0.25):
        words += ["--out", "{here}/new.npz" if draw.chance(0.6) else _new_path(draw)]
    return words


def _new_path(draw: Draw) -> str:
    """Never a file that is there already: to name one asks for it to be written."""
    return draw.pick(*(path for path in PATHS if not path.startswith(("/", "a.npz", "{here}/link"))))


def _train(draw: Draw, files: dict[str, Node]) -> list[str]:
    words = ["train", draw.pick("gmm-vae", "vq-vae") if draw.chance(0.95) else draw.pick(*WORDS)]
    if draw.chance(0.1):
        files |= make_run_folder(draw).files
        words += ["--resume", "--out", "{here}/run"]
    elif draw.chance(0.6):
        words += ["--data", data_words(draw, files)]
    if draw.chance(0.4):
        words += ["--out", draw.pick("{here}/new", _path(draw))]
    for option in ("--epochs", "--seed", "--limit", "--snapshot-every", "--checkpoint-every"):
        if draw.chance(0.15):
            words += [option, draw.pick("1", "2", "7") if draw.chance(0.7) else draw.pick(*NUMBERS)]
    for _ in range(draw.pick(0, 0, 1, 1, 2)):
        words += ["--set", setting(draw)]
    if draw.chance(0.1):
        words += ["--device", draw.pick("cpu", "auto", "cuda", "tpu", "")]
    return words


def data_words(draw: Draw, files: dict[str, Node]) -> str:
    """A data set by name, or a file or folder that the case brings."""
    if draw.chance(0.3):
        return draw.pick("digits", "pinwheel", "moons", "digits")
    if draw.chance(0.2):
        return draw.pick(_text(draw), *WORDS, *PATHS)
    case = draw.pick(make_npy, make_npz, make_idx, make_image_folder)(draw)
    files |= {f"data/{name}": node for name, node in case.files.items()}
    return case.arguments[0].replace("{here}", "{here}/data")


def setting(draw: Draw) -> str:
    """``key=value``, nearly."""
    if draw.chance(0.1):
        return draw.pick(_text(draw), "=", "x=", "=1", "seed", "seed==1", "a=b=c")
    value = draw.pick(*VALUES) if draw.chance(0.4) else draw.pick("1", "2", "0.5", "8", *NUMBERS)
    return f"{draw.pick(*FIELDS)}={value}"


def _data(draw: Draw, _files: dict[str, Node]) -> list[str]:
    return draw.pick(
        ["data", "list"], ["data", "list", "--json"], ["data", "fetch", draw.pick("digits", "moons",
        "kmnist", *WORDS)],
        ["data", "fetch", _text(draw)], ["data"], ["data", "x"],
    )  # fmt: skip


def _gui(draw: Draw, files: dict[str, Node]) -> list[str]:
    words = ["gui"] if draw.chance(0.5) else []
    source = draw.randrange(6)
    if source == 0:
        words += ["--preset", draw.choice(preset_names()) if draw.chance(0.7) else draw.pick(*WORDS)]
    elif source == 1:
        files |= make_session(draw).files
        words += ["--session", "{here}/a.dgm.json"]
    elif source == 2:
        files |= make_run_folder(draw).files
        words += ["--run", "{here}/run" if draw.chance(0.8) else _path(draw)]
    elif source == 3:
        words += ["--lecture", draw.choice(lecture_names()) if draw.chance(0.6) else _path(draw)]
    for option, values in {
        "--tab": ("kl", "reparam", "KL", ""), "--theme": ("dark", "projector", "blue"),
        "--screenshot": PATHS,
        "--size": ("1280x800", "0x0", "8192x8192", "9999x9999", "1280X800", "-1x5", "1x1", "٣x٣", *NUMBERS),
        "--quit-after": NUMBERS, "--train-in": ("auto", "thread", "process", "x"),
    }.items():  # fmt: skip
        if draw.chance(0.2):
            words += [option, values[0] if draw.chance(0.5) else draw.choice(values)]
    return words


def _evaluate(draw: Draw, files: dict[str, Node]) -> list[str]:
    """A folder that is refused before torch is needed."""
    files |= {name: node for name, node in make_run_folder(draw).files.items() if "checkpoints/" not in name}
    return [
        "evaluate",
        "{here}/run" if draw.chance(0.7) else _path(draw),
        *draw.pick([], ["--json"], ["--device", "x"]),
    ]


def _other(draw: Draw, _files: dict[str, Node]) -> list[str]:
    command = draw.pick("theory", "bench", "diagnostics", "-h", "--version", "KL", *WORDS, _text(draw))
    if command in ("theory", "bench"):
        return [command, draw.pick("--no-such", "x y", "-h", "--json=1", "\0")]
    return [command, *draw.pick([], ["-h"], [_text(draw)])]
