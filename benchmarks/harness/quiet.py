"""Logs and metrics that go nowhere."""


class Quiet:
    """``Log`` and ``Metrics`` for what is measured from outside."""

    def count(self, name: str, value: int = 1, **labels: str) -> None:
        """Nothing."""

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Nothing."""

    def info(self, event: str, **values: object) -> None:
        """Nothing."""

    def warning(self, event: str, **values: object) -> None:
        """Nothing."""
