"""The two companies of the build and who works there."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One row of the unified staff index; ``type_id`` is the id within its own kind."""

    id: int
    name: str
    type: str
    type_id: int
    position: str = ""
    mobile: str = ""
    field_worker: bool = True

    @property
    def row(self) -> dict[str, object]:
        """As it appears inside other rows."""
        return {"ID": self.id, "Name": self.name, "Type": self.type, "TypeId": self.type_id}


@dataclass(frozen=True, slots=True)
class Company:
    """One company of the build. Everything in it happens in its own ``timezone``.

    ``position`` is where its phones are, roughly: latitude and longitude in degrees.
    """

    id: int
    name: str
    timezone: str
    standard_offset: str
    state: str
    area_code: str
    trade: str
    staff: tuple[StaffMember, ...]
    suburbs: tuple[tuple[str, str], ...]
    position: tuple[Decimal, Decimal]

    @property
    def technicians(self) -> list[StaffMember]:
        """Employees who go out on jobs."""
        return [m for m in self.staff if m.type == "employee" and m.field_worker]

    def of_type(self, kind: str) -> list[StaffMember]:
        """Staff of one kind: ``employee``, ``contractor`` or ``plant``."""
        return [member for member in self.staff if member.type == kind]


_PLUMBERS = (
    *("Ava Tran", "Ben Ruiz", "Cleo Park", "Dion Marsh", "Esther Nolan"),
    *("Farid Haddad", "Gwen O'Hara", "Hugo Lindqvist", "Isla Ferrante"),
)
_ELECTRICIANS = (
    *("Jonah Pereira", "Kirra Dawson", "Liam Achebe", "Maeve Sutton", "Nikhil Rao"),
    *("Olive Brandt", "Petra Kowal", "Quentin Shaw", "Rosa Delgado"),
)


def _crew(first: int, position: str, names: tuple[str, ...]) -> tuple[StaffMember, ...]:
    mobiles = ("0491 570 006", "0491570156", "+61 491 570 157", "0491 570 158", "")
    return tuple(
        StaffMember(first + n, name, "employee", first + n, position, mobiles[n % len(mobiles)])
        for n, name in enumerate(names)
    )


# A contractor's index id differs from its contractor id, and one contractor id equals an
# employee's: only (Type, TypeId) identifies a person.
PLUMBING = Company(
    id=2,
    name="Harbour Plumbing",
    timezone="Australia/Sydney",
    standard_offset="+10:00",
    state="NSW",
    area_code="02",
    trade="plumbing",
    staff=(
        StaffMember(12, "Office Admin", "employee", 12, "Dispatcher", "", field_worker=False),
        *_crew(
            41,
            "Plumber",
            _PLUMBERS,
        ),
        StaffMember(77, "Sparky Subbies", "contractor", 9, "", "0491 570 110"),
        StaffMember(78, "Tideline Excavations", "contractor", 41, "", "(02) 5550 0178"),
        StaffMember(95, "Drain Camera 2", "plant", 5),
        StaffMember(96, "Jetter Trailer", "plant", 6),
    ),
    suburbs=(
        ("Manly", "2095"),
        ("Dee Why", "2099"),
        ("Mosman", "2088"),
        ("Chatswood", "2067"),
        ("Balmain", "2041"),
        ("Marrickville", "2204"),
        ("Newtown", "2042"),
        ("Randwick", "2031"),
        ("Bondi", "2026"),
        ("Lane Cove", "2066"),
    ),
    position=(Decimal("-33.8"), Decimal("151.2")),
)

ELECTRICAL = Company(
    id=3,
    name="Harbour Electrical",
    timezone="Australia/Brisbane",
    standard_offset="+10:00",
    state="QLD",
    area_code="07",
    trade="electrical",
    staff=(
        StaffMember(13, "Front Desk", "employee", 13, "Dispatcher", "", field_worker=False),
        *_crew(
            61,
            "Electrician",
            _ELECTRICIANS,
        ),
        StaffMember(87, "Northside Data Cabling", "contractor", 11, "", "0491 570 313"),
        StaffMember(97, "Thermal Camera 1", "plant", 7),
        StaffMember(98, "Scissor Lift", "plant", 8),
    ),
    suburbs=(
        ("New Farm", "4005"),
        ("Paddington", "4064"),
        ("West End", "4101"),
        ("Toowong", "4066"),
        ("Ascot", "4007"),
        ("Chermside", "4032"),
        ("Wynnum", "4178"),
        ("Indooroopilly", "4068"),
        ("Bulimba", "4171"),
    ),
    position=(Decimal("-27.4"), Decimal("153.0")),
)

MAIN_COMPANY = PLUMBING.id
"""The company that is meant when none is named."""

COMPANIES = {company.id: company for company in (PLUMBING, ELECTRICAL)}

ARCHIVED = StaffMember(39, "Wes Harlan", "employee", 39, "Plumber")
"""Left the firm; with ``archived_staff`` still on schedule rows."""

DUMMIES = (
    StaffMember(31, "Tentative - Plumber", "employee", 31, "", field_worker=False),
    StaffMember(32, "Training", "employee", 32, "", field_worker=False),
    StaffMember(33, "Non-billable", "employee", 33, "", field_worker=False),
)
"""Rows of the staff table that are no people, as dispatchers make them."""

ACTIVITIES = {
    11: "Annual Leave",
    12: "Sick Leave",
    13: "Training",
    14: "Toolbox Talk",
    15: "On Call",
    16: "Client Meeting",
}
TRAINING, TOOLBOX_TALK, BILLABLE_ACTIVITY = 13, 14, 16
STATUS_CODES = {
    20: ("Job : Pending", "#888888"),
    22: ("Job : Scheduled", "#3564b1"),
    24: ("Job : In Progress", "#e8a33d"),
    26: ("Job : Complete", "#2e8b57"),
    28: ("Job : Invoiced", "#145a32"),
    30: ("Job : Cancelled", "#b00020"),
    40: ("Quote : In Progress", "#3564b1"),
    44: ("Lead : Open", None),
}
MOBILE_STATUSES = {
    51: ("Travelling", "#145A32"),
    52: ("Onsite", "#1A5276"),
    53: ("Complete", "#7D6608"),
}
SCHEDULE_RATES = {1: "Normal Time", 2: "Time and a Half", 3: "Double Time"}
RESPONSE_TIMES = {1: ("Emergency", 0, 2), 2: ("Same Day", 0, 8), 3: ("Standard", 3, 0)}
ZONES = {1: "North", 2: "South", 3: "City"}
