"""Order of the tests: by hand and properties first, then what takes long."""

from hypothesis import settings

# The same examples in every run, and no alarm where the machine is busy.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

LATE = ("statistical", "slow", "browser")


def pytest_collection_modifyitems(items):
    """Put the tests that take long behind the others, and keep the order within each kind."""
    items.sort(key=lambda item: sum(item.get_closest_marker(name) is not None for name in LATE))
