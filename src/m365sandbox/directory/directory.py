"""Looking people, rooms, tenants and applications up, and changing them."""

from m365sandbox.directory.applications import Application
from m365sandbox.directory.model import Person, Room, RoomList, Tenant
from m365sandbox.persist import Shape

TENANTS = Shape(list[Tenant])
PEOPLE = Shape(list[Person])
ROOMS = Shape(list[Room])
ROOM_LISTS = Shape(list[RoomList])
APPLICATIONS = Shape(list[Application])


class Directory:
    """Everything that exists in the sandbox's organisations, found by id or by address."""

    def __init__(self) -> None:
        """Start empty."""
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.tenants: dict[str, Tenant] = {}
        self.people: dict[str, Person] = {}
        self.rooms: dict[str, Room] = {}
        self.room_lists: dict[str, RoomList] = {}
        self.applications: dict[str, Application] = {}
        self._by_address: dict[str, str] = {}

    def add_tenant(self, tenant: Tenant) -> Tenant:
        """Add an organisation."""
        self.tenants[tenant.tenant_id] = tenant
        return tenant

    def add_person(self, person: Person) -> Person:
        """Add or replace a person."""
        self.people[person.oid] = person
        self._by_address[person.address.lower()] = person.oid
        self._by_address[person.upn.lower()] = person.oid
        return person

    def remove_person(self, oid: str) -> None:
        """Delete a person, as an administrator does.

        Raises:
            KeyError: there is nobody with this object id.
        """
        person = self.people.pop(oid)
        for name in {person.address.lower(), person.upn.lower()}:
            self._by_address.pop(name, None)

    def add_room(self, room: Room) -> Room:
        """Add or replace a room."""
        self.rooms[room.address.lower()] = room
        return room

    def add_room_list(self, room_list: RoomList) -> RoomList:
        """Add or replace a list of rooms."""
        self.room_lists[room_list.address.lower()] = room_list
        return room_list

    def add_application(self, application: Application) -> Application:
        """Add or replace a registration."""
        self.applications[application.client_id.lower()] = application
        return application

    def tenant(self, name: str) -> Tenant | None:
        """Return the tenant with this GUID or domain, or None."""
        wanted = name.lower()
        if wanted in self.tenants:
            return self.tenants[wanted]
        for tenant in self.tenants.values():
            if tenant.domain == wanted:
                return tenant
        return None

    def person(self, name: str) -> Person | None:
        """Return the person with this object id, address or user principal name, or None."""
        wanted = name.lower()
        return self.people.get(self._by_address.get(wanted, wanted))

    def room(self, name: str) -> Room | None:
        """Return the room with this address or place id, or None."""
        wanted = name.lower()
        found = self.rooms.get(wanted)
        if found is not None:
            return found
        for room in self.rooms.values():
            if room.place_id == wanted:
                return room
        return None

    def application(self, client_id: str) -> Application | None:
        """Return the registration with this client id, or None."""
        return self.applications.get(client_id.lower())

    def people_of(self, tenant_id: str) -> list[Person]:
        """Return a tenant's people, by name."""
        members = [person for person in self.people.values() if person.tenant_id == tenant_id]
        return sorted(members, key=lambda person: person.display_name)

    def rooms_of(self, tenant_id: str) -> list[Room]:
        """Return a tenant's rooms, by name."""
        rooms = [room for room in self.rooms.values() if room.tenant_id == tenant_id]
        return sorted(rooms, key=lambda room: room.display_name)

    def room_lists_of(self, tenant_id: str) -> list[RoomList]:
        """Return a tenant's room lists, by name."""
        lists = [entry for entry in self.room_lists.values() if entry.tenant_id == tenant_id]
        return sorted(lists, key=lambda entry: entry.display_name)

    def snapshot(self) -> dict[str, object]:
        """Return the whole directory."""
        return {
            "tenants": TENANTS.dump(list(self.tenants.values())),
            "people": PEOPLE.dump(list(self.people.values())),
            "rooms": ROOMS.dump(list(self.rooms.values())),
            "room_lists": ROOM_LISTS.dump(list(self.room_lists.values())),
            "applications": APPLICATIONS.dump(list(self.applications.values())),
        }

    def restore(self, saved: dict[str, object]) -> None:
        """Replace the whole directory by a snapshot."""
        self.clear()
        for tenant in TENANTS.load(saved["tenants"]):
            self.add_tenant(tenant)
        for person in PEOPLE.load(saved["people"]):
            self.add_person(person)
        for room in ROOMS.load(saved["rooms"]):
            self.add_room(room)
        for room_list in ROOM_LISTS.load(saved["room_lists"]):
            self.add_room_list(room_list)
        for application in APPLICATIONS.load(saved["applications"]):
            self.add_application(application)
