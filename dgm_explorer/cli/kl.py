"""``dgm-explorer kl``: divergences, minima and landscapes of one target without a window."""

import argparse

from dgm_explorer.cli.kl_task import read_task
from dgm_explorer.cli.parser import OneLineParser, path_name, require_ending


def add_command(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Describe the command to the parser."""
    parser = commands.add_parser(
        "kl",
        help="divergences, minima and landscapes of a one-dimensional mixture",
        description="Entropy, both divergences, all minima and both landscapes of a mixture on the line.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--preset", metavar="NAME", help="take p, q and the window from a preset")
    source.add_argument("--session", metavar="FILE", type=path_name, help="take them from a session file")
    source.add_argument("--p", metavar="P", help='the target as "weight,mu,sigma;weight,mu,sigma;…"')
    parser.add_argument("--q", metavar="MU,SIGMA", help="the approximation; 0,1 where --p is given alone")
    parser.add_argument("--fixed-sigma", metavar="S", help="hold σ of q at S: only its mean is free")
    parser.add_argument("--mu-range", metavar="LO,HI", help="window of the landscapes, -8,8 with --p")
    parser.add_argument("--sigma-range", metavar="LO,HI", help="the same for σ, 0.05,10 with --p")
    parser.add_argument(
        "--grid", metavar="N", default="256", help="points along μ and along σ, 256 if not given"
    )
    parser.add_argument("--units", choices=["nats", "bits"], help="nats unless a session says bits")
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")
    parser.add_argument(
        "--out", metavar="F.npz", type=path_name, help="write both landscapes to a NumPy archive"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compute what was asked for; write the archive first, so that a printed result means both worked."""
    task = read_task(options)
    if options.out is not None:
        require_ending("--out", options.out, ".npz")

    from dgm_explorer.cli import kl_report

    answer = kl_report.compute(task)
    if options.out is not None:
        kl_report.write_landscapes(options.out, task)
    print(kl_report.as_json(answer) if options.json else kl_report.as_text(answer))
    return 0
