"""A simPRO build that exists only here: two companies, their days, and their misbehaviour.

Independent of the adapter, so that it can judge it: it imports nothing of the connector,
speaks only HTTP and states what the vendor documents (``documented.json``) or integrators
have observed. The generated business is a pure function of (seed, date); no clock is read
but a monotonic one for the rate limit. Customers, staff and streets are invented, phone
numbers come from the ranges reserved for fiction.
"""

from claw.connectors.simpro.simulator.faults import FAULTS
from claw.connectors.simpro.simulator.simulator import Simulator, create_simulator

__all__ = ["FAULTS", "Simulator", "create_simulator"]
