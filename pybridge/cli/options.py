"""Options that several commands share: one name, one meaning, one help text."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pybridge.errors import SettingError


class Granularity(StrEnum):
    """What counts as one residual update."""

    block = "block"
    sublayer = "sublayer"


def named_by(option: str) -> Callable[[str], Path]:
    """Parser of a path; the empty one is refused here, before `Path` makes it the current folder."""

    def parse(value: str) -> Path:
        if not value:
            raise SettingError(f"{option} is an empty path; name one, or leave the option out.")
        return Path(value)

    return parse


Model = Annotated[
    str,
    typer.Option(
        help="A local folder, a hub id such as gpt2, smollm2-135m, or tiny-gpt2 (comes with the package)."
    ),
]
Text = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        parser=named_by("--text"),
        help="A UTF-8 text file to run the model on. Default: the excerpt that comes with the package.",
    ),
]
Dataset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME[:CONFIG[:SPLIT]]", help="Text from a data set instead of a file; local folders too."
    ),
]
Tokens = Annotated[int, typer.Option(help="How many tokens of the text to use.")]
Eps = Annotated[
    list[float] | None,
    typer.Option(
        metavar="FLOAT",
        help="Size of the perturbation relative to the embedding; repeat it for several. Default: 0.01.",
    ),
]
SkipTokens = Annotated[
    int,
    typer.Option(
        help="Report everything again without this many first positions (attention sinks); 0: once."
    ),
]
GranularityOption = Annotated[
    Granularity,
    typer.Option("--granularity", help="Measure whole blocks, or attention and MLP as two updates."),
]
Context = Annotated[int, typer.Option(help="Tokens a chunk; each is scored on its own.")]
Chunks = Annotated[int, typer.Option(help="How many chunks, from the start of the text.")]
Method = Annotated[
    str,
    typer.Option(
        help="magnitude, colnorm, wanda, sparsegpt; svd, asvd, balanced; magnitude+svd, wanda+svd, "
        "wanda+asvd, composition."
    ),
]
Pattern = Annotated[
    str | None,
    typer.Option(metavar="KEPT:OF", help="In place of --sparsity: 2:4 keeps two of every four weights."),
]
Rank = Annotated[int | None, typer.Option(help="Rank of the low-rank part.")]
RankFrac = Annotated[
    float | None,
    typer.Option(help="In place of --rank: a fraction of the full rank; 0.25 keeps a quarter."),
]
PerturbationForRho = Annotated[
    float, typer.Option(help="Size of the perturbation relative to the embedding, for ρ.")
]
Maps = Annotated[
    str | None,
    typer.Option(metavar="REGEX", help=r"Only linear maps whose name matches, e.g. '^0\.' or 'mlp_up$'."),
]
Device = Annotated[str, typer.Option(help="Where the model runs: cpu, cuda, cuda:1, mps.")]
Dtype = Annotated[str, typer.Option(help="Precision of the model: float32, bfloat16 or float16.")]
DeviceMap = Annotated[
    str | None,
    typer.Option(
        metavar="auto",
        help="Spread a model over all devices, and the disk for what fits on none; in place of --device.",
    ),
]
Json = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="PATH",
        parser=named_by("--json"),
        help="Write everything measured to this JSON file.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the summary only, and no progress.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; setting NO_COLOR does the same.")]
Root = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The project's folder. Default: the one you are in.")
]
