"""Whether a routine's results can go where they are to go."""

from collections.abc import Sequence

from claw.core.errors import InvalidInput
from claw.core.routines.routine import Target
from claw.ports.unit_of_work import UnitOfWork


async def check_targets(uow: UnitOfWork, targets: Sequence[Target]) -> None:
    """Refuse a webhook that there is not: every delivery to it would fail.

    Raises:
        InvalidInput: naming the webhook and how to add it.
    """
    for target in targets:
        if target.channel == "webhook" and await uow.webhooks.find(target.address) is None:
            raise InvalidInput(
                f"there is no webhook {target.address!r} to deliver to",
                code="webhook_unknown",
                field="deliver",
                hint=f"add it first: `claw webhook add --name {target.address} --url https://…`",
            )
