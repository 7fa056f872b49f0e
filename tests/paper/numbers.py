"""`docs/paper-numbers.toml` read, and what follows from it."""

from __future__ import annotations

import math
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

from pybridge.measure.fragility import WIDTH_TERM, compression_fragility_index

DOCS = Path(__file__).resolve().parents[2] / "docs"
DATA: dict[str, Any] = tomllib.loads((DOCS / "paper-numbers.toml").read_text(encoding="utf-8"))
VALUES: list[dict[str, Any]] = DATA["values"]
MODELS: dict[str, dict[str, Any]] = {model["name"]: model for model in DATA["models"]}


def entry(name: str, model: str | None = None) -> dict[str, Any]:
    """The one entry of that name and model; KeyError where the paper's figure was not read."""
    found = [one for one in VALUES if one["name"] == name and one.get("model") == model]
    if len(found) != 1:
        raise KeyError(f"{name} of {model}: {len(found)} entries")
    return found[0]


def value(name: str, model: str | None = None) -> float:
    return entry(name, model)["value"]


def known(name: str, model: str) -> bool:
    return any(one["name"] == name and one.get("model") == model for one in VALUES)


def printed_order() -> list[str]:
    return entry("cfi_order")["printed"].split(" < ")


def counts(model: str) -> tuple[int, int]:
    """Contracting blocks and transitions."""
    contracting, transitions = entry("contracting", model)["printed"].split("/")
    return int(contracting), int(transitions)


def amplifying_fraction(model: str) -> Fraction:
    contracting, transitions = counts(model)
    return Fraction(transitions - contracting, transitions)


def index(model: str) -> float:
    """The index by the printed formula; KeyError where ρ_max was not read."""
    return compression_fragility_index(
        amplifying_fraction=float(amplifying_fraction(model)),
        blocks=MODELS[model]["blocks"],
        rho_max=value("rho_max", model),
        d_model=MODELS[model]["d_model"],
    )


def tiny_llama(**changed: float) -> float:
    """TinyLlama's index from its printed inputs, some of them changed."""
    inputs = {
        "amplifying_fraction": value("f_amp", "TinyLlama"),
        "blocks": value("blocks", "TinyLlama"),
        "rho_max": value("rho_max", "TinyLlama"),
        "d_model": value("d_model", "TinyLlama"),
        **changed,
    }
    return compression_fragility_index(**inputs)  # pyright: ignore[reportArgumentType]


def rho_max_for(model: str, wanted: float) -> float:
    """The ρ_max with which the formula gives `wanted`, which must exceed the term of the width."""
    growth = wanted - WIDTH_TERM / MODELS[model]["d_model"]
    return math.exp(growth / (float(amplifying_fraction(model)) * MODELS[model]["blocks"]))
