"""Values that rows of every family are made of."""

from decimal import Decimal

from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.roster import STATUS_CODES


def number(value: Decimal) -> Decimal | int:
    """A JSON number without needless decimals."""
    return int(value) if value == value.to_integral_value() else round(value, 2).normalize()


def named(table: dict[int, str], key: int) -> Row:
    """``{ID, Name}`` from a set-up table."""
    return {"ID": key, "Name": table[key]}


def status_code(code: int) -> Row:
    """A build's workflow status."""
    name, color = STATUS_CODES[code]
    return {"ID": code, "Name": name, "Color": color}


def money(key: int) -> Row:
    """A total; exact decimals, ten per cent tax."""
    net = Decimal(12000 + 55 * (key % 997)) / 100
    tax = (net / 10).quantize(Decimal("0.01"))
    return {"ExTax": net, "Tax": tax, "IncTax": net + tax}
