"""C15 and C20: promises about what no connector of this contract can do yet."""

from claw.connect.conformance.check import Check, CheckFailed, NotApplicable, Run

_NOTHING = frozenset({"", "no", "none"})


async def _hooks_are_verified(run: Run) -> None:
    _expect_not_declared(run, "webhooks", "it takes no webhooks")


async def _commands_are_sent_once(run: Run) -> None:
    _expect_not_declared(run, "commands", "it takes no commands")


def _expect_not_declared(run: Run, capability: str, why: str) -> None:
    declared = run.subject.connector.manifest.capabilities.get(capability, "")
    if declared in _NOTHING:
        raise NotApplicable(why)
    raise CheckFailed(f"the manifest declares {capability} = {declared!r}, the contract has none")


WEBHOOKS = Check(number="C15", title="Webhooks are verified", body=_hooks_are_verified)
COMMANDS = Check(number="C20", title="Commands take effect once", body=_commands_are_sent_once)
