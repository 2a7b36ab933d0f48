"""Structured logs with a trace id and masking, and the metrics of this process.

Logs go to standard error, so that standard output carries only what was asked for.
Values under a secret's or a person's name are masked by key; credentials, phone numbers
and e-mail addresses that slipped into another value are masked by shape.
"""

import logging
import re
import sys
from collections.abc import Generator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Literal, TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

MASK = "***"
_MASKED_KEYS = re.compile(
    r"(authorization|api_?key|secret|token|password|passwd|cookie|phone|mobile|e?mail|"
    r"address|customer_name|contact|notes?|body)$",
    re.IGNORECASE,
)
_SHAPES = (
    re.compile(r"(?i)\bbearer\s+[^\s\"',;]+"),
    re.compile(r"(?i)\b(?:api_?key|token|secret|password)=[^\s&\"']+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    # Telephone numbers: with spaces, hyphens and brackets, or in groups between full stops.
    re.compile(r"(?<![\w:.-])[+(]{0,2}\d(?:[\s()-]{0,2}\d){8,14}(?![\w:-])"),
    re.compile(r"(?<![\w:.-])(?:\+\d{1,3}\.)?\d{2,4}(?:\.\d{3,4}){2}(?![\w:-]|\.\d)"),
)


def mask_text(text: str) -> str:
    """Replace what looks like a credential, an e-mail address or a phone number."""
    for shape in _SHAPES:
        text = shape.sub(MASK, text)
    return text


def mask_event(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> Mapping[str, object]:
    """The structlog processor: masks by key first, then by shape."""
    return {
        key: MASK if _MASKED_KEYS.search(key) and value is not None else _masked_value(value)
        for key, value in event.items()
    }


def configure_logs(
    *,
    format_: Literal["console", "json"],
    level: Literal["debug", "info", "warning", "error"],
    stream: TextIO | None = None,
) -> None:
    """Send structured logs to ``stream`` (standard error unless given)."""
    structlog.configure(
        processors=_processors(format_),
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger_to(stream: TextIO) -> structlog.typing.FilteringBoundLogger:
    """A logger of its own that writes what an installation would, masked, to ``stream``."""
    return structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=_processors("json"),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    )


def _processors(format_: Literal["console", "json"]) -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(),
        mask_event,
        structlog.processors.JSONRenderer(sort_keys=True)
        if format_ == "json"
        else structlog.dev.ConsoleRenderer(colors=False),
    ]


@contextmanager
def trace(trace_id: str, **ids: str) -> Generator[None]:
    """Bind a trace id and other ids to every log line inside."""
    with structlog.contextvars.bound_contextvars(trace_id=trace_id, **ids):
        yield


class PrometheusMetrics:
    """The ``Metrics`` of this process, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._counters: dict[tuple[str, tuple[str, ...]], Counter] = {}
        self._histograms: dict[tuple[str, tuple[str, ...]], Histogram] = {}

    def count(self, name: str, value: int = 1, **labels: str) -> None:
        """Add ``value`` to the counter ``name``."""
        key = (name, tuple(sorted(labels)))
        if key not in self._counters:
            self._counters[key] = Counter(
                f"claw_{name}", name.replace("_", " "), key[1], registry=self._registry
            )
        counter = self._counters[key]
        (counter.labels(**labels) if labels else counter).inc(value)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Record one duration in seconds."""
        key = (name, tuple(sorted(labels)))
        if key not in self._histograms:
            self._histograms[key] = Histogram(
                f"claw_{name}_seconds", name.replace("_", " "), key[1], registry=self._registry
            )
        histogram = self._histograms[key]
        (histogram.labels(**labels) if labels else histogram).observe(seconds)

    def text(self) -> bytes:
        """The metrics in the Prometheus text format."""
        return generate_latest(self._registry)


def _masked_value(value: object) -> object:
    match value:
        case str():
            return mask_text(value)
        case dict():
            members = cast("Mapping[str, object]", value)
            return mask_event(None, "", dict(members))
        case list() | tuple():
            return [_masked_value(item) for item in cast("list[object]", value)]
        case _:
            return value


def logger() -> structlog.typing.FilteringBoundLogger:
    """The logger that the engine's parts are given."""
    return structlog.get_logger()
