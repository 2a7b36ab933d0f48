"""The hand on a build's webhooks: subscribe, provoke, deliver."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from claw.connect.callbacks import Callback, Wire, loopback_only, send
from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator.roster import MAIN_COMPANY
from claw.connectors.simpro.simulator.state import CompanyState
from claw.connectors.simpro.simulator.webhooks import Subscription, arranged, callback


@dataclass(frozen=True, slots=True)
class Sent:
    """A call that was made, and the status of its answer; None when there was none."""

    method: str
    event: str
    status: int | None


class Webhooks:
    """Subscriptions of a build. Nothing is sent before ``deliver``, ``probe`` or ``ping``.

    ``wire`` stands in for the network in tests; without it calls go to loopback only.
    """

    def __init__(
        self, companies: Callable[[], Mapping[int, CompanyState]], faults: FaultScript
    ) -> None:
        self._companies, self._faults = companies, faults
        self.wire: Wire | None = None

    def subscribe(
        self,
        url: str,
        secret: str,
        *,
        events: tuple[str, ...] = (),
        name: str = "Webhook",
        company: int = MAIN_COMPANY,
    ) -> int:
        """What a build's administrator does in the set-up; the subscription's id.

        Raises:
            InvalidInput: the address is not of this machine.
        """
        state = self._companies()[company]
        number = 801 + len(state.webhooks)
        state.webhooks[number] = Subscription(
            number, name, loopback_only(url), secret, events, state.today.isoformat()
        )
        return number

    def burst(self, job: int, count: int = 50, company: int = MAIN_COMPANY) -> None:
        """So many ``job.updated`` of one job at once, as an import makes them."""
        state = self._companies()[company]
        for _ in range(count):
            state.notify("job.updated", {"jobID": job}, state.stamp(), f"Job #{job} updated")

    async def probe(self, webhook: int, company: int = MAIN_COMPANY) -> list[Sent]:
        """The HEAD and GET with which a build tries an address."""
        url = self._companies()[company].webhooks[webhook].url
        methods = ("HEAD", "GET")
        statuses = await send([Callback(method, url) for method in methods], self.wire)
        return [
            Sent(method, "probe", status) for method, status in zip(methods, statuses, strict=True)
        ]

    async def ping(
        self, webhook: int, body: bytes = b"", company: int = MAIN_COMPANY
    ) -> list[Sent]:
        """A test ping: a POST of nothing, or of what is no JSON; unsigned."""
        url = self._companies()[company].webhooks[webhook].url
        (status,) = await send([Callback("POST", url, {}, body)], self.wire)
        return [Sent("POST", "ping", status)]

    async def deliver(self) -> list[Sent]:
        """Send what has happened since the last time; what is not sent now never is."""
        sent: list[Sent] = []
        for state in self._companies().values():
            due = arranged(state.outbox, self._faults)
            state.outbox.clear()
            statuses = await send([callback(one, self._faults) for one in due], self.wire)
            for delivery, status in zip(due, statuses, strict=True):
                sent.append(Sent("POST", delivery.event.name, status))
                answered = status is not None and status < 400
                owner = delivery.subscription
                owner.failures = 0 if answered else owner.failures + 1
        return sent
