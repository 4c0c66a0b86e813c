"""Make a world: take up the saved one, or begin with the seed; and begin anew on request."""

from datetime import datetime

from m365sandbox.acs.seed import seed_resources
from m365sandbox.seed import seed
from m365sandbox.store import MemoryStore, Store
from m365sandbox.world import World

# Keys and the certificate authority outlive a reset, so that clients need not be told anew.
OUTLIVES_RESET = frozenset({"entra", "authority"})


def make_world(
    store: Store | None = None, *, own_keys: bool = False, begins_at: datetime | None = None
) -> World:
    """Return a world over `store`, resumed or seeded.

    Args:
        store: where the state is kept; in memory when None.
        own_keys: sign with keys of its own from the start, not with those that sandboxes in
            memory share within one process.
        begins_at: aware time at which a new world begins, and a reset one again; machine time
            when None. A resumed world goes on with its own time.
    """
    world = World(store=store or MemoryStore(), begins_at=begins_at)
    if not world.resume():
        seed(world.directory)
        if begins_at is not None:
            world.clock.set(begins_at)
        if own_keys:
            world.entra.keys.own()
        world.changed(*world.sections)
    if not world.acs.resources:
        # A new sandbox, or one saved before there was ACS.
        seed_resources(world.acs)
    return world


def reset(world: World) -> None:
    """Bring everything back to the seed, except signing keys and certificates."""
    fresh = World()
    seed(fresh.directory)
    seed_resources(fresh.acs)
    for name, section in world.sections.items():
        if name not in OUTLIVES_RESET:
            section.restore(fresh.sections[name].snapshot())
    if world.begins_at is not None:
        world.clock.set(world.begins_at)
    world.entra.forget_sign_ins()
    world.faults.clear()
    world.log.clear()
    for forget in world.on_reset:
        forget()
    world.changed(*world.sections)
