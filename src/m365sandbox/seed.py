"""The two organisations every sandbox starts with: Contoso, and Fabrikam as the stranger."""

import csv
from importlib.resources import files

from m365sandbox.directory.applications import Application, ClientSecret
from m365sandbox.directory.directory import Directory
from m365sandbox.directory.licences import BUSINESS_PREMIUM, FRONTLINE_F3
from m365sandbox.directory.model import Person, Room, RoomList, Tenant, object_id

CONTOSO = Tenant("c0470500-0000-4000-8000-000000000001", "Contoso", "contoso.example")
FABRIKAM = Tenant("fab41ca0-0000-4000-8000-000000000002", "Fabrikam", "fabrikam.example")
PASSWORD = "Pa55-sandbox"  # noqa: S105 -- everybody's, and shown on the sign-in page
CLIENT_ID = "5f0c1a52-7d3e-4c1b-9a56-0c1a55be1100"
CLIENT_SECRET = "sandbox-secret-not-for-production"  # noqa: S105 -- the name says it
REDIRECT_URIS = (
    "http://localhost:8000/signin/callback",
    "http://localhost:8000/connect/callback",
)
REGISTERED_SCOPES = (
    *("openid", "profile", "offline_access", "User.Read", "Mail.Send", "Calendars.ReadWrite"),
    *("Place.Read.All", "OnlineMeetings.ReadWrite", "Calendars.ReadWrite.Shared"),
    *("MailboxSettings.Read", "Mail.ReadWrite"),
)
HEADQUARTERS = ("HQ Aarhus", "Havnegade 1", "Aarhus", "DK", "Europe/Copenhagen")
LONDON = ("London", "12 Fenwick Row", "London", "GB", "Europe/London")


def seed(directory: Directory) -> None:
    """Fill an empty directory; the same people with the same object ids in every sandbox."""
    directory.add_tenant(Tenant(CONTOSO.tenant_id, CONTOSO.name, CONTOSO.domain))
    directory.add_tenant(Tenant(FABRIKAM.tenant_id, FABRIKAM.name, FABRIKAM.domain))
    _contoso(directory)
    _fabrikam(directory)
    _rooms(directory)
    directory.add_application(
        Application(
            client_id=CLIENT_ID,
            name="Classbell",
            publisher="Classbell",
            home_tenant_id=CONTOSO.tenant_id,
            secrets=[ClientSecret("3b7a3f0e-1f0b-4f0e-9a57-1c0a55be1101", CLIENT_SECRET)],
            redirect_uris=list(REDIRECT_URIS),
            registered_scopes=list(REGISTERED_SCOPES),
        )
    )


def person(
    tenant: Tenant, local_part: str, given: str, surname: str, *, title: str, note: str = ""
) -> Person:
    """Return a person of `tenant`; a note makes them well known, named on the sign-in page."""
    address = f"{local_part}@{tenant.domain}"
    return Person(
        tenant_id=tenant.tenant_id,
        oid=object_id(tenant.tenant_id, address),
        address=address,
        upn=address,
        display_name=f"{given} {surname}",
        password=PASSWORD,
        given_name=given,
        surname=surname,
        job_title=title,
        licences=[BUSINESS_PREMIUM],
        is_well_known=bool(note),
        note=note,
    )


def _service(tenant: Tenant, local_part: str, surname: str, note: str) -> Person:
    account = person(tenant, local_part, tenant.name, surname, title="Service account", note=note)
    account.is_tenant_administrator = True
    account.mfa_required = True
    return account


def _shared(tenant: Tenant, local_part: str, surname: str) -> Person:
    """Return a shared mailbox: no licence, and nobody is to sign in with it."""
    mailbox = person(tenant, local_part, tenant.name, surname, title="Shared mailbox")
    mailbox.licences = []
    mailbox.mailbox_kind = "shared"
    mailbox.account_enabled = False
    return mailbox


def _contoso(directory: Directory) -> None:
    named = [
        person(
            CONTOSO, "lena.albrecht", "Lena", "Albrecht", title="Head of learning", note="LMS admin"
        ),
        person(
            CONTOSO, "mai.nielsen", "Mai", "Nielsen", title="Training manager", note="catalog admin"
        ),
        person(
            CONTOSO,
            "jonas.weber",
            "Jonas",
            "Weber",
            title="Training manager",
            note="admin of another catalog",
        ),
        _service(
            CONTOSO,
            "learning",
            "Learning",
            "service account with mailbox and Teams, and administrator of the organisation",
        ),
        person(CONTOSO, "zoe.dubois", "Zoé", "Dubois", title="Instructor", note="instructor"),
        person(CONTOSO, "rafael.garcia", "Rafael", "García", title="Instructor", note="instructor"),
        _shared(CONTOSO, "info", "Info"),
        _shared(CONTOSO, "events", "Events"),
        _shared(CONTOSO, "training-calendar", "Training calendar"),
    ]
    administrator = person(
        CONTOSO,
        "it.admin",
        "Ingrid",
        "Thorsen",
        title="IT administrator",
        note="administrator only",
    )
    administrator.is_tenant_administrator = True
    frontline = person(CONTOSO, "front.desk", "Contoso", "Front desk", title="Reception")
    frontline.licences = [FRONTLINE_F3]
    unlicensed = person(CONTOSO, "new.starter", "Nils", "Nystarter", title="Apprentice")
    unlicensed.licences = []
    for one in [*named, administrator, frontline, unlicensed, *_learners()]:
        directory.add_person(one)


def _learners() -> list[Person]:
    """Return Contoso's learners from people.csv."""
    text = files("m365sandbox").joinpath("people.csv").read_text(encoding="utf-8")
    learners: list[Person] = []
    for row in csv.DictReader(text.splitlines()):
        one = person(
            CONTOSO, row["local_part"], row["given_name"], row["surname"], title=row["job_title"]
        )
        one.time_zone = row["time_zone"]
        one.language = row["language"]
        learners.append(one)
    return learners


def _fabrikam(directory: Directory) -> None:
    people = [
        person(
            FABRIKAM,
            "rosa.fabri",
            "Rosa",
            "Fabri",
            title="Head of training",
            note="the stranger's admin",
        ),
        _service(FABRIKAM, "training", "Training", "the stranger's service account"),
        person(FABRIKAM, "luca.moretti", "Luca", "Moretti", title="Buyer"),
        person(FABRIKAM, "chiara.bianchi", "Chiara", "Bianchi", title="Designer"),
        person(FABRIKAM, "niccolo.d-angio", "Niccolò", "D'Angiò", title="Technician"),
    ]
    for one in people:
        one.time_zone = "Europe/Rome"
        one.language = "it-IT"
        directory.add_person(one)


def _rooms(directory: Directory) -> None:
    headquarters, london = "hq-aarhus", "london"
    for local_part, building in ((headquarters, HEADQUARTERS), (london, LONDON)):
        address = f"{local_part}@{CONTOSO.domain}"
        place = object_id(CONTOSO.tenant_id, address)
        directory.add_room_list(RoomList(CONTOSO.tenant_id, place, address, building[0]))
    for name, seats, floor, tags in (
        ("Auditorium", 80, 0, ["stage", "microphone"]),
        ("Harbour", 20, 1, ["whiteboard"]),
        ("Library", 12, 1, ["quiet"]),
        ("Workshop", 24, 0, ["workbench", "extraction"]),
        ("Studio", 16, 2, ["camera"]),
    ):
        directory.add_room(_room(name, seats, floor, tags, headquarters, HEADQUARTERS))
    directory.add_room(_room("Boardroom", 10, 4, ["whiteboard"], london, LONDON))


def _room(  # noqa: PLR0917 -- the facts of one room
    name: str,
    seats: int,
    floor: int,
    tags: list[str],
    room_list: str,
    building: tuple[str, str, str, str, str],
) -> Room:
    address = f"{name.lower()}@{CONTOSO.domain}"
    house, street, city, country, time_zone = building
    return Room(
        tenant_id=CONTOSO.tenant_id,
        place_id=object_id(CONTOSO.tenant_id, address),
        address=address,
        display_name=name,
        capacity=seats,
        building=house,
        floor_number=floor,
        floor_label=str(floor),
        time_zone=time_zone,
        room_list=f"{room_list}@{CONTOSO.domain}",
        label=f"{name} ({seats} seats)",
        street=street,
        city=city,
        country=country,
        audio_device="Ceiling microphones",
        video_device="Camera bar" if seats > 10 else None,  # noqa: PLR2004 -- small rooms have none
        display_device="Wall display",
        tags=tags,
    )
