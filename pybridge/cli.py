"""The command line: parse arguments, call one function, print.

Nothing heavy is imported until a command runs, so that help is quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pybridge.errors import LivingInferenceError, SettingError

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130


class _Group(TyperGroup):
    """Errors that a user can mend become one message on stderr and exit code 2; no traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except LivingInferenceError as error:
            typer.echo(f"{type(error).__name__}: {error}", err=True)
            raise typer.Exit(EXIT_USER_ERROR) from None
        except KeyboardInterrupt:
            typer.echo("Interrupted; nothing half-written is left behind.", err=True)
            raise typer.Exit(EXIT_INTERRUPTED) from None


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Error bounds proved in Lean, put to the test on real language models.",
)


class Granularity(StrEnum):
    """What counts as one residual update."""

    block = "block"
    sublayer = "sublayer"


def calm_threads() -> None:
    """Let waiting threads sleep, and give NumPy's BLAS one: the matrices are small, and on a busy machine
    threads that spin made the default check five times slower. What the user has set stays. No effect once
    NumPy is there.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _named_by(option: str) -> Callable[[str], Path]:
    """Parser of a path; the empty one is refused here, before `Path` makes it the current folder."""

    def parse(value: str) -> Path:
        if not value:
            raise SettingError(f"{option} is an empty path; name a file, or leave the option out.")
        return Path(value)

    return parse


def _colour_off(no_color: bool) -> bool:
    return no_color or bool(os.environ.get("NO_COLOR"))


@app.command()
def check(
    model: Annotated[
        str,
        typer.Option(
            help="A local folder, a hub id such as gpt2, smollm2-135m, or tiny-gpt2 (comes with the package)."
        ),
    ] = "tiny-gpt2",
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            parser=_named_by("--text"),
            help="A UTF-8 text file to run the model on. Default: the excerpt that comes with the package.",
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:CONFIG[:SPLIT]]", help="Text from a data set instead of a file; local folders too."
        ),
    ] = None,
    tokens: Annotated[int, typer.Option(help="How many tokens of the text to use.")] = 512,
    eps: Annotated[
        list[float] | None,
        typer.Option(
            metavar="FLOAT",
            help="Size of the perturbation relative to the embedding; repeat it for several. Default: 0.01.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the perturbation and of the sampled positions.")] = 0,
    device: Annotated[str, typer.Option(help="Where the model runs: cpu, cuda, cuda:1, mps.")] = "cpu",
    dtype: Annotated[
        str, typer.Option(help="Precision of the model: float32, bfloat16 or float16.")
    ] = "float32",
    granularity: Annotated[
        Granularity, typer.Option(help="Measure whole blocks, or attention and MLP as two updates.")
    ] = Granularity.block,
    skip_tokens: Annotated[
        int,
        typer.Option(
            help="Report the profile again without this many first positions (attention sinks); 0: once."
        ),
    ] = 4,
    keep: Annotated[
        float,
        typer.Option(help="Fraction of each matrix kept by magnitude in W_sparse; 0.05 keeps one in twenty."),
    ] = 0.05,
    rank: Annotated[int, typer.Option(help="Rank of the low-rank approximation of W_sparse.")] = 16,
    maps: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX",
            help=r"Check and compress only the linear maps whose name matches, e.g. '^0\.' or 'mlp_up$'.",
        ),
    ] = None,
    removals: Annotated[
        str,
        typer.Option(
            metavar="all|none|0,3,7",
            help="Which blocks to remove, each on its own; all n of them cost (n + 1) / 2 forward passes.",
        ),
    ] = "all",
    json: Annotated[
        Path | None,
        typer.Option(
            "--json",
            metavar="PATH",
            parser=_named_by("--json"),
            help="Write everything measured to this JSON file.",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the summary only, and no progress.")
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colours; setting NO_COLOR does the same.")
    ] = False,
) -> None:
    """Put every extracted theorem to the test on one language model.

    Exit code 0: no violation. 1: a theorem was violated, and a bundle to replay it was written. 2: bad input,
    or the check itself failed.
    """
    calm_threads()
    from pybridge.check import CheckSpec, run
    from pybridge.report import print_record

    spec = CheckSpec(
        model=model,
        text=text,
        dataset=dataset,
        tokens=tokens,
        eps=tuple(eps) if eps else (0.01,),
        seed=seed,
        device=device,
        dtype=dtype,
        granularity=granularity.value,
        skip_tokens=skip_tokens,
        keep=keep,
        rank=rank,
        maps=maps,
        removals=removals,
        json=json,
    )
    console = _console(no_color)
    with _progress(quiet=quiet, no_color=no_color) as progress:
        report = run(spec, progress)
    print_record(report.record, console, quiet=quiet)
    raise typer.Exit(report.exit_code)


@app.command()
def extract(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; say which generated files are stale and why.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Accept this theorem's changed statement into the lock file; repeatable; or: all.",
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why the statement changed; goes with --accept.")
    ] = None,
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The project's folder. Default: the one you are in.")
    ] = None,
) -> None:
    """Read the Lean sources; write checks and property tests.

    Exit code 0: all fresh. 1: a changed statement waits for --accept. 2: a stale file with --check, or a Lean
    statement that cannot be read.
    """
    from pybridge.extract import run

    raise typer.Exit(run(root, check=check_only, accept=accept, reason=reason))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="The .json file of a violation; its .npz lies beside it.")],
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colours; setting NO_COLOR does the same.")
    ] = False,
) -> None:
    """Evaluate a recorded violation again, from its own data.

    Exit code 0: the same verdict. 1: another verdict. 2: the bundle cannot be read.
    """
    from pybridge.replay import run

    outcome = run(file)
    console = _console(no_color)
    for line in outcome.lines():
        console.print(line, soft_wrap=True, markup=False)
    raise typer.Exit(0 if outcome.reproduced else 1)


@app.command()
def compress(
    model: Annotated[
        str,
        typer.Option(help="A local folder, a hub id, smollm2-135m or tiny-gpt2 (comes with the package)."),
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", parser=_named_by("--out"), help="A new folder for the compressed model."),
    ],
    method: Annotated[
        str,
        typer.Option(
            help="magnitude, colnorm, wanda; svd, asvd, balanced; magnitude+svd, wanda+svd, wanda+asvd, "
            "composition."
        ),
    ] = "wanda",
    sparsity: Annotated[
        float | None,
        typer.Option(help="Fraction of each row of a matrix set to zero, from 0 to below 1; 0.5 is half."),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(metavar="KEPT:OF", help="In place of --sparsity: 2:4 keeps two of every four weights."),
    ] = None,
    rank: Annotated[int | None, typer.Option(help="Rank of the low-rank part.")] = None,
    rank_frac: Annotated[
        float | None,
        typer.Option(help="In place of --rank: a fraction of the full rank; 0.25 keeps a quarter."),
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=_named_by("--calibration"),
            help="A UTF-8 text for methods that need data; never the text of the evaluation.",
        ),
    ] = None,
    calibration_dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME[:CONFIG[:SPLIT]]", help="Calibration text from a data set instead."),
    ] = None,
    tokens: Annotated[
        int | None, typer.Option(help="Calibration tokens in all. Default: four contexts.")
    ] = None,
    context: Annotated[
        int | None,
        typer.Option(
            help="Tokens a calibration sequence. Default: 1024, less where the model's own is less."
        ),
    ] = None,
    one_pass: Annotated[
        bool, typer.Option("--one-pass", help="Calibrate on the dense model, not on the compressed prefix.")
    ] = False,
    maps: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX", help=r"Compress only linear maps whose name matches, e.g. '^0\.' or 'mlp_up$'."
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="Where the model runs: cpu, cuda, cuda:1, mps.")] = "cpu",
    dtype: Annotated[
        str, typer.Option(help="Precision of the weights, read and written: float32, bfloat16 or float16.")
    ] = "float32",
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print where the result is, and no progress.")
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colours; setting NO_COLOR does the same.")
    ] = False,
) -> None:
    """Compress a model; certify the error of every matrix.

    The new folder holds plain safetensors that transformers loads, the tokenizer, and bounds.json.
    Exit code 0: written. 2: bad input, and nothing is left.
    """
    calm_threads()
    from pybridge.certify import CompressSpec
    from pybridge.certify import compress as run
    from pybridge.certify.lines import outcome_lines

    spec = CompressSpec(
        model=model,
        out=out,
        method=method,
        sparsity=sparsity,
        pattern=pattern,
        rank=rank,
        rank_frac=rank_frac,
        calibration=calibration,
        calibration_dataset=calibration_dataset,
        tokens=tokens,
        context=context,
        one_pass=one_pass,
        maps=maps,
        device=device,
        dtype=dtype,
    )
    with _progress(quiet=quiet, no_color=no_color) as progress:
        outcome = run(spec, progress)
    lines = outcome_lines(outcome, out)
    typer.echo("\n".join(lines[-1:] if quiet else lines))


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `pybridge compress` wrote.")],
    against: Annotated[
        str, typer.Option(help="The model that was compressed: a folder, a hub id, or a built-in name.")
    ],
    device: Annotated[str, typer.Option(help="Where the weights are held: cpu, cuda, cuda:1, mps.")] = "cpu",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colours; setting NO_COLOR does the same.")
    ] = False,
) -> None:
    """Compute a certificate again, from both weights.

    Exit code 0: every bound holds and every weight is the one certified. 1: not so; each map is named.
    2: the certificate or the weights cannot be read, or the base is another model.
    """
    calm_threads()
    from pybridge.certify import verify as run
    from pybridge.certify.lines import verification_lines

    with _progress(quiet=quiet, no_color=no_color) as progress:
        verification = run(folder, against, device=device, progress=progress)
    typer.echo("\n".join(verification_lines(verification, folder, against)))
    raise typer.Exit(verification.exit_code)


@app.command()
def coverage(
    model: Annotated[
        str,
        typer.Option(help="A local folder, a hub id, smollm2-135m or tiny-gpt2 (comes with the package)."),
    ],
) -> None:
    """Say which weights of a model are linear maps, which are not, and why.

    Exit code 0: printed. 2: bad input.
    """
    calm_threads()
    from pybridge.models import coverage as count
    from pybridge.models import open_model

    typer.echo(count(open_model(model, progress=sys.stderr.isatty()).adapter).text())


@app.command()
def perplexity(
    model: Annotated[
        str,
        typer.Option(help="A local folder, a hub id, smollm2-135m or tiny-gpt2 (comes with the package)."),
    ],
    against: Annotated[
        str | None, typer.Option(help="The model it was made from; the regret is taken against it.")
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            parser=_named_by("--text"),
            help="A UTF-8 text file. Default: the excerpt that comes with the package.",
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:CONFIG[:SPLIT]]", help="Text from a data set instead of a file; local folders too."
        ),
    ] = None,
    context: Annotated[int, typer.Option(help="Tokens a chunk; each is scored on its own.")] = 1024,
    chunks: Annotated[int, typer.Option(help="How many chunks, from the start of the text.")] = 4,
    device: Annotated[str, typer.Option(help="Where the model runs: cpu, cuda, cuda:1, mps.")] = "cpu",
    dtype: Annotated[
        str, typer.Option(help="Precision of the model: float32, bfloat16 or float16.")
    ] = "float32",
    json: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="PATH", parser=_named_by("--json"), help="Write the record to this JSON file."
        ),
    ] = None,
) -> None:
    """Measure perplexity, with its protocol; and regret against the base.

    Exit code 0: measured. 2: bad input.
    """
    calm_threads()
    from pybridge.perplexity.lines import lines_of
    from pybridge.perplexity.run import PerplexitySpec, run

    spec = PerplexitySpec(
        model=model,
        against=against,
        text=text,
        dataset=dataset,
        context=context,
        chunks=chunks,
        device=device,
        dtype=dtype,
        json=json,
    )
    typer.echo("\n".join(lines_of(run(spec))))


@app.command()
def sweep(
    store: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            parser=_named_by("--store"),
            help="Keeps every result as it comes; the same command goes on where it ended.",
        ),
    ],
    model: Annotated[
        str,
        typer.Option(
            help="A local folder, a hub id, smollm2-135m, tiny-gpt2, or random-gpt2-small (random weights)."
        ),
    ] = "smollm2-135m",
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            parser=_named_by("--text"),
            help="A UTF-8 text file. Default: the excerpt that comes with the package.",
        ),
    ] = None,
    tokens: Annotated[int, typer.Option(help="How many tokens of the text to use.")] = 512,
    calibration_tokens: Annotated[
        int, typer.Option(help="The first of them, for wanda's scores; vectors come from the others.")
    ] = 256,
    vectors: Annotated[int, typer.Option(help="Input vectors a map, at least 8.")] = 16,
    seed: Annotated[int, typer.Option(help="Seed of their positions.")] = 0,
    whole: Annotated[bool, typer.Option("--whole", help="Take q, k and v whole, not by head.")] = False,
    maps: Annotated[
        str | None,
        typer.Option(metavar="REGEX", help=r"Only linear maps whose name matches, e.g. '^0\.' or 'mlp_up$'."),
    ] = None,
    summary: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", parser=_named_by("--summary"), help="Write PATH.json and PATH.md when done."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colours; setting NO_COLOR does the same.")
    ] = False,
) -> None:
    """Compress every linear map in thirty ways; certify and test each.

    It may be ended at any time: what is done is kept, and the same command goes on.
    Exit code 0: no violation. 1: a bound was violated. 2: bad input.
    """
    calm_threads()
    from pybridge.sweep import SweepSpec
    from pybridge.sweep import run as run_sweep
    from pybridge.sweep.page import lines_of

    spec = SweepSpec(
        store=store,
        model=model,
        text=text,
        tokens=tokens,
        calibration_tokens=calibration_tokens,
        vectors=vectors,
        seed=seed,
        per_head=not whole,
        maps=maps,
        summary=summary,
    )
    with _progress(quiet=quiet, no_color=no_color) as progress:
        report = run_sweep(spec, progress)
    held, expected = report.summary["configurations"], report.summary["configurations_expected"]
    typer.echo(f"{report.done:,} configurations done now; {held:,} of {expected:,} are in {store}.")
    typer.echo("\n".join(lines_of(report.summary)))
    raise typer.Exit(report.exit_code)


@app.command()
def audit(
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The project's folder. Default: the one you are in.")
    ] = None,
) -> None:
    """Hold the Lean sources and their pages to the rules that need no Lean.

    Exit code 0: clean. 1: findings. 2: bad input.
    """
    from pybridge.audit import run

    report = run(root)
    typer.echo("\n".join(report.lines()))
    raise typer.Exit(report.exit_code)


@app.command(
    add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def crosscheck(ctx: typer.Context) -> None:
    """Ask Lean, lean-interact and LeanDojo about this project, where they are installed.

    Exit code 0: all hold or were skipped. 1: a check failed. 2: bad input.
    """
    from pybridge.crosscheck.__main__ import main

    raise typer.Exit(main(ctx.args))


def _console(no_color: bool) -> Any:
    """stdout; outside a terminal plain text, wide enough for the tables."""
    from rich.console import Console

    wide = None if sys.stdout.isatty() else 170
    return Console(no_color=_colour_off(no_color) or None, highlight=False, width=wide)


def _progress(*, quiet: bool, no_color: bool) -> AbstractContextManager[Any]:
    """Bars on a terminal; silent in a pipe or when asked."""
    if quiet or not sys.stderr.isatty():
        from pybridge.measure.progress import SILENT

        return nullcontext(SILENT)
    from pybridge.report.progress import Bars

    return Bars(no_color=_colour_off(no_color))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    app(args=arguments, prog_name="pybridge")


if __name__ == "__main__":
    main()
