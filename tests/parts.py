"""`--part 1/2` runs a part of the tests, by whole files: `./run test` keeps both processors busy so.

The same tests fall into the same part each time, and every test into exactly one.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

WORLD = 60  # cases of one function that cost anything: more of them share the world of their file
SLOW = 10  # a slow test is worth so many others


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", metavar="1/2", help="run this part of the tests, by whole files")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not (said := config.getoption("part")):
        return
    which, _, of = said.partition("/")
    if not (which.isdigit() and of.isdigit() and 1 <= int(which) <= int(of)):
        raise pytest.UsageError(f"--part is one of several, such as 1/2, and not {said}.")
    mine = parts(items, int(of))[int(which) - 1]
    left_out = [one for one in items if one.path.as_posix() not in mine]
    items[:] = [one for one in items if one.path.as_posix() in mine]
    config.hook.pytest_deselected(items=left_out)


def parts(items: list[pytest.Item], of: int) -> list[set[str]]:
    """The files of each part: the heaviest that is left always goes to the lightest part."""
    weights: Counter[str] = Counter()
    cases: dict[tuple[str, str], int] = defaultdict(int)
    for one in items:
        path, name = one.path.as_posix(), getattr(one, "originalname", None) or one.name
        cases[path, name] += 1
        if cases[path, name] <= WORLD:
            weights[path] += SLOW if one.get_closest_marker("slow") else 1
    found: list[set[str]] = [set() for _ in range(of)]
    loads = [0] * of
    for path, weight in sorted(weights.items(), key=lambda one: (-one[1], one[0])):
        lightest = loads.index(min(loads))
        found[lightest].add(path)
        loads[lightest] += weight
    return found
