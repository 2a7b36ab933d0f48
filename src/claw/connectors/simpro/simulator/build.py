"""The build: its companies, as of one day."""

from datetime import date

from claw.connectors.simpro.simulator.crews import with_more_staff
from claw.connectors.simpro.simulator.roster import COMPANIES, MAIN_COMPANY
from claw.connectors.simpro.simulator.size import Size
from claw.connectors.simpro.simulator.state import CompanyState


class Build:
    """Both companies, as of ``today``; only the main one is ever of another size."""

    def __init__(self, seed: int, today: date, schedules: int | None = None) -> None:
        self.today = today
        size = Size.of(today, schedules)
        self.companies = {
            number: CompanyState(seed, company, Size(today))
            for number, company in COMPANIES.items()
        }
        if schedules is not None:
            main = with_more_staff(COMPANIES[MAIN_COMPANY], size.technicians)
            self.companies[MAIN_COMPANY] = CompanyState(seed, main, size)
