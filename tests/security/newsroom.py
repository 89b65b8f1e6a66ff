"""Pages of a newsroom as a reader of some role asks for them."""

from __future__ import annotations

from services.store.states import Role
from tests.integration.world import World


def get(world: World, path: str, role: Role | None = Role.ADMIN, **headers: str):
    world.api.client.cookies.clear()
    cookie = world.session_of(world.api.people[role])[0] if role else {}
    return world.api.client.get(path, headers=cookie | headers, follow_redirects=False)
