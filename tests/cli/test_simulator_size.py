"""What `claw simulate --schedules` hands to a vendor's simulator."""

from datetime import date

from claw.app import load_simulator
from claw.connectors.simpro.simulator import Simulator

TODAY = date(2026, 11, 24)


def test_the_command_line_can_ask_for_a_size() -> None:
    simulator = load_simulator("simpro", seed=1, today=TODAY, faults=(), schedules=40)
    assert isinstance(simulator, Simulator)
    assert len(simulator.schedules(date(2026, 11, 23), date(2026, 12, 8))) == 40


def test_without_one_it_is_the_business_everybody_knows() -> None:
    simulator = load_simulator("simpro", seed=1, today=TODAY, faults=())
    assert isinstance(simulator, Simulator)
    known = Simulator(seed=1, today=TODAY)
    assert simulator.schedules(TODAY, TODAY) == known.schedules(TODAY, TODAY)
