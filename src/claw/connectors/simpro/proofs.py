"""What a check of a build proves, put into words a tenant can act on."""

from claw.connect import Proof, StandingWarning
from claw.connectors.simpro.wire import Company


def credential() -> Proof:
    """An answer under the key."""
    return Proof(name="credential", outcome="ok", message="the key is accepted")


def account(company: Company) -> Proof:
    """The company, as it calls itself."""
    name = company.name or str(company.id)
    return Proof(name="account", outcome="ok", message=f"company {company.id}, {name}")


def zone(company: Company, known: str | None) -> Proof:
    """The company's zone, where it states one that is known."""
    if known is not None:
        return Proof(name="zone", outcome="ok", message=known)
    return Proof(
        name="zone",
        outcome="warning",
        message="the company states no time zone"
        if not company.timezone
        else "the company's time zone is none that is known",
        cost="dates and times are read on the tenant's own clock",
        hint="in simPRO, set the company's time zone",
    )


def schedules(refused: tuple[StandingWarning, ...]) -> Proof:
    """The required read, with the warnings it gave."""
    name = "permission schedules"
    if not refused:
        return Proof(name=name, outcome="ok", message="may be read (required)")
    return Proof(
        name=name,
        outcome="warning",
        message="may be read (required), but not with all their columns",
        cost="notes and hours may be missing",
        hint="ask simPRO why the build refuses columns that it used to answer",
    )


def date_filter(filtering: str, warnings: tuple[StandingWarning, ...]) -> Proof:
    """Whether a date that is asked for is the date that comes."""
    if not warnings:
        said = "gives the date it is asked for"
        if filtering == "unproven":
            said = "nothing is scheduled today that could prove it"
        return Proof(name="date filter", outcome="ok", message=said)
    return Proof(
        name="date filter",
        outcome="warning",
        message=warnings[0].message.partition(";")[0],
        cost="every sync reads all schedules and picks the dates itself",
        hint="nothing to do, unless syncs take too long: then ask simPRO",
    )


def permission(path: str, cost: str, *, allowed: bool) -> Proof:
    """An optional read."""
    name = f"permission {path}"
    if allowed:
        return Proof(name=name, outcome="ok", message="may be read (optional)")
    return Proof(
        name=name,
        outcome="warning",
        message=f"the key may not read {path} (optional)",
        cost=cost,
        hint=f"in simPRO, let the key's user view {path}, then check again",
    )
