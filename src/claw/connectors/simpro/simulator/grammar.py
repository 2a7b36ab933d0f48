"""What a query may ask of an endpoint, and what asking for more says of the caller."""

from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator import documented
from claw.connectors.simpro.simulator.answers import Refusal
from claw.connectors.simpro.simulator.documented import PRIVATE, Endpoint
from claw.connectors.simpro.simulator.query import RESERVED, Condition

Query = dict[str, str]


class Grammar:
    """Reads ``columns`` and filters; refuses what the vendor does, records what is not right."""

    def __init__(self, faults: FaultScript, violations: list[str]) -> None:
        self._faults, self._violations = faults, violations

    def columns(self, endpoint: Endpoint, query: Query) -> tuple[str, ...]:
        """The columns to show: those asked for, else the endpoint's own."""
        asked = tuple(part.strip() for part in query.get("columns", "").split(",") if part.strip())
        if not asked:
            return endpoint.columns
        known = documented.all_fields(endpoint.template)
        for name in asked:
            fault = self._invalid(name, endpoint)
            if name not in known or "." in name:
                self._violations.append(f"{endpoint.resource} has no documented column {name}")
            elif fault is None:
                if name in PRIVATE:
                    self._violations.append(f"{endpoint.resource}: private column {name}")
                continue
            raise Refusal(fault or 422, f"Invalid columns: {name}", path=f"/{name}", value=name)
        return asked

    def conditions(self, endpoint: Endpoint, query: Query) -> tuple[Condition, ...]:
        """The field filters; parameters nobody documents have no effect and are recorded."""
        fields = documented.all_fields(endpoint.template)
        barred = [f.args[0] for f in self._faults.all("unsearchable") if f.args]
        found: list[Condition] = []
        for name, text in query.items():
            if name in RESERVED or name in endpoint.query or name == "Includes[]":
                continue
            if name not in fields:
                self._violations.append(f"{endpoint.resource} has no documented parameter {name}")
                continue
            if name in barred or name.split(".")[0] == "Total":
                path = "/" + name.replace(".", "/")
                raise Refusal(422, "This API Column does not allow search requests.", path=path)
            found.append(Condition.parse(name, text))
        return tuple(found)

    def _invalid(self, name: str, endpoint: Endpoint) -> int | None:
        """The status with which a fault refuses this column."""
        for fault in self._faults.all("invalid_column"):
            named = bool(fault.args) and fault.args[0] == name
            if named and fault.options.get("on", endpoint.resource) == endpoint.resource:
                return int(fault.options.get("status", "422"))
        return None
