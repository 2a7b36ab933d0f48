"""Noticing that code reaches for the clock, chance, files, the network or the environment.

Works by Python's profile hook, which sees every call of a built-in however it was
imported, so that nothing is replaced and nobody can have kept a reference from before.
"""

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from random import Random
from types import FrameType

_ANY_OF = frozenset(
    {"_socket", "_ssl", "_posixsubprocess", "_thread", "nt", "select", "_ctypes", "_sqlite3"}
)
_SOME_OF = {
    "time": frozenset(
        {
            *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"),
            *("process_time", "localtime", "gmtime", "ctime", "sleep", "tzset", "strftime"),
        }
    ),
    "_io": frozenset({"open", "open_code", "FileIO"}),
    "io": frozenset({"open", "open_code", "FileIO"}),
    "_locale": frozenset({"setlocale"}),
    "_uuid": frozenset({"generate_time_safe"}),
    "gc": frozenset({"get_objects"}),
}
_HARMLESS_POSIX = frozenset({"fspath"})
_NOW = frozenset({"now", "utcnow", "today"})
_ANY_PYTHON_OF = frozenset({"asyncio", "http", "socket", "ssl", "subprocess", "threading"})
_PYTHON = {
    "os": frozenset({"__getitem__", "getenv", "__iter__", "__len__", "_get_exports_list"}),
    "random": frozenset({"random", "randint", "choice", "shuffle", "randrange", "sample"}),
    "uuid": frozenset({"uuid1", "uuid4", "getnode"}),
    "pathlib": frozenset({"open", "read_text", "read_bytes", "exists", "stat", "iterdir"}),
}


@contextmanager
def trapped() -> Generator[list[str]]:
    """Collect what the block reaches for, as words; empty when it is pure."""
    reached: list[str] = []

    def notice(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call":
            word = _built_in(called)
        elif event == "call":
            word = _python(frame)
        else:
            return
        if word:
            reached.append(word)

    collecting = gc.isenabled()
    before = sys.getprofile()
    gc.disable()  # so that nobody else's finaliser runs in here
    sys.setprofile(notice)
    try:
        yield reached
    finally:
        sys.setprofile(before if callable(before) else None)  # a profiler in C is not called back
        if collecting:
            gc.enable()


def _built_in(called: object) -> str:
    name: str = getattr(called, "__name__", "")
    owner: object = getattr(called, "__self__", None)
    module = getattr(called, "__module__", None) or getattr(owner, "__name__", "")
    if isinstance(owner, type) and issubclass(owner, date):
        return f"{owner.__name__}.{name}" if name in _NOW else ""
    if isinstance(owner, datetime) and name == "astimezone" and owner.tzinfo is None:
        return "the local zone (datetime.astimezone)"
    if isinstance(owner, Random):
        return f"random.{name}"
    if module == "posix":
        return "" if name in _HARMLESS_POSIX else f"os.{name}"
    if module in _ANY_OF or name in _SOME_OF.get(module, ()):
        return f"{module.lstrip('_')}.{name}"
    return ""


def _python(frame: FrameType) -> str:
    module: str = frame.f_globals.get("__name__", "")
    name = frame.f_code.co_name
    package = module.partition(".")[0]
    if package not in _ANY_PYTHON_OF and name not in _PYTHON.get(package, ()):
        return ""
    if module == "os" and not name.startswith("get"):
        return "os.environ"
    return f"{module}.{name}"
