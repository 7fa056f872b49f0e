"""A perplexity in words: never without its protocol, and honest about size and speed."""

from __future__ import annotations

from pybridge.perplexity.regret import Interval, Regret
from pybridge.perplexity.run import Measured, PerplexityReport


def lines_of(report: PerplexityReport) -> list[str]:
    """The report for a terminal or a pipe."""
    lines = [_model_line(report.model)]
    if report.base is not None and report.regret is not None:
        lines += [_model_line(report.base), *_regret_lines(report.regret)]
    protocol = report.model.scores.protocol
    lines += [
        f"protocol: {protocol.chunks} chunks of {protocol.context:,} tokens, stride {protocol.stride:,}, "
        f"{protocol.predictions:,} predictions; {report.text_source}, {protocol.text}; {protocol.tokenizer}; "
        f"BOS: {protocol.bos}; {protocol.dtype}, log-softmax in {protocol.log_softmax}; "
        f"{protocol.aggregation}",
        *_size_and_speed(report),
    ]
    return lines


def _model_line(measured: Measured) -> str:
    scores = measured.scores
    return f"{measured.name}: perplexity {scores.perplexity:.4f} (mean loss {scores.mean_loss:.6f} nats)"


def _regret_lines(regret: Regret) -> list[str]:
    sure = f"{regret.confidence:.0%} confidence, t over {regret.chunks} chunks"
    lines = [
        f"regret {regret.regret:+.4f}{_around(regret.regret_interval, '+.4f')}, "
        f"degradation ×{regret.degradation:.4f}{_around(regret.degradation_interval, '.4f')}, "
        f"loss {regret.loss_difference:+.6f} nats{_around(regret.loss_interval, '+.6f')}"
    ]
    if regret.loss_interval is None:
        return [*lines, "  one chunk has no confidence interval; give --chunks 2 or more"]
    return [*lines, f"  brackets: {sure}, paired token by token"]


def _around(interval: Interval | None, form: str) -> str:
    return "" if interval is None else f" [{interval.lo:{form}}, {interval.hi:{form}}]"


def _size_and_speed(report: PerplexityReport) -> list[str]:
    lines = [_size(report.model), _speed(report.model)]
    if report.base is not None:
        lines = [_size(report.model), _size(report.base), _speed(report.model), _speed(report.base)]
    if report.model.footprint.map_zeros:
        lines.append("the weights are stored and multiplied dense: the zeros save neither bytes nor time")
    return lines


def _size(measured: Measured) -> str:
    foot = measured.footprint
    return (
        f"size: {measured.name} {foot.weight_bytes:,} bytes of weights; {foot.map_zeros:,} of "
        f"{foot.map_weights:,} entries of its linear maps are zero ({foot.sparsity:.2%})"
    )


def _speed(measured: Measured) -> str:
    return f"speed: {measured.name} {measured.scores.tokens_per_second:,.1f} tokens/s, scoring included"
