"""The staff a bigger business has on top of those in the roster."""

from dataclasses import replace

from claw.connectors.simpro.simulator.roster import Company, StaffMember

FIRST_TECHNICIAN, FIRST_CONTRACTOR, FIRST_CONTRACTOR_ID = 1001, 8001, 301
TECHNICIANS_A_CONTRACTOR = 30

_GIVEN = (
    *("Aroha", "Bilal", "Carmen", "Deepak", "Elodie", "Fergus", "Greta", "Hamish", "Imani"),
    *("Jasper", "Keiko", "Lachlan", "Marta", "Neha", "Otis", "Paloma", "Rafael", "Sienna"),
    *("Tariq", "Uma", "Viktor", "Willa", "Xanthe", "Yusuf", "Zara"),
)
_FAMILY = (
    *("Abbott", "Bianchi", "Chowdhury", "Daly", "Eriksen", "Fonoti", "Galea", "Hewson"),
    *("Ibrahim", "Jansen", "Kostas", "Loxton", "Mahony", "Novak", "Orchard", "Pillay"),
    *("Quinlan", "Rossi", "Salter", "Tuala", "Urban", "Vella", "Wickham", "Yeo", "Zammit"),
)


def with_more_staff(company: Company, technicians: int) -> Company:
    """``company`` with ``technicians`` in all, and a contractor for every thirty of them."""
    have = company.technicians
    more = [_technician(n, have[0].position) for n in range(max(0, technicians - len(have)))]
    contractors = [_contractor(n) for n in range(len(more) // TECHNICIANS_A_CONTRACTOR)]
    return replace(company, staff=(*company.staff, *more, *contractors))


def _name(number: int) -> str:
    """Different for each of the first fifteen thousand."""
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number // len(_GIVEN) % len(_FAMILY)]
    again = number // (len(_GIVEN) * len(_FAMILY))
    return f"{given} {chr(ord('A') + again - 1)}. {family}" if again else f"{given} {family}"


def _technician(number: int, position: str) -> StaffMember:
    staff_id = FIRST_TECHNICIAN + number
    mobile = ("0491 570 006", "0491570156", "+61 491 570 157", "")[number % 4]
    return StaffMember(staff_id, _name(number), "employee", staff_id, position, mobile)


def _contractor(number: int) -> StaffMember:
    name = f"{_FAMILY[number % len(_FAMILY)]} Contracting {number + 1}"
    return StaffMember(
        FIRST_CONTRACTOR + number, name, "contractor", FIRST_CONTRACTOR_ID + number, "", ""
    )
