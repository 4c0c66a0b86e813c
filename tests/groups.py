"""Which tests stay together in one process of pytest-xdist, and why each of them must."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

GROUPS = {
    # A showcase of four programs each; the walks of the article take as long as all others.
    "tests/browser/article/": "article",
    "tests/browser/": "browser",
    # What is built once, by one process for all of them.
    "tests/deploy/test_site.py": "site",
    "tests/deploy/test_installed.py": "image",
}
"""Beginnings of paths, the first that fits counts; what stands under none goes anywhere."""


def group_of(nodeid: str) -> str:
    """Return what a test shares a process with: its group, or itself alone.

    Args:
        nodeid: path from the root, and the test's name behind two colons.
    """
    found = (group for path, group in GROUPS.items() if nodeid.startswith(path))
    return next(found, nodeid)


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # the same
    """Hands out tests by `GROUPS`.

    pytest-xdist's own `loadgroup` marks a test by writing its group behind its id, which pytest
    does not let it do since 9.2: there each test went anywhere, and three showcases ran at once.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
