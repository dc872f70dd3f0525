"""Every numbered trap of a vendor has a test, and stands with it in the vendor's table."""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "vendors.md"
VENDORS = {
    "supertone": ("Supertone", 15),
    "killbill": ("Kill Bill", 16),
    "fastly": ("Fastly", 16),
    "segment": ("Segment", 16),
}
"""Folder to the heading of its section, and how many traps the vendor has."""


def section(heading: str) -> str:
    page = PAGE.read_text(encoding="utf-8")
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def traps(vendor: str) -> set[str]:
    """The names of the tests of a vendor's traps."""
    trees = (ast.parse(path.read_text()) for path in (HERE / vendor).glob("test_*traps.py"))
    functions = (node for tree in trees for node in ast.walk(tree))
    names = (getattr(node, "name", "") for node in functions)
    return {name for name in names if name.startswith("test_trap_")}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_trap_has_a_test_and_stands_in_the_table_with_it(vendor: str) -> None:
    heading, count = VENDORS[vendor]
    told = set(re.findall(r"`(test_trap_\w+)`", section(heading))) - {"test_trap_"}

    assert told == traps(vendor)
    assert {int(name[10:12]) for name in told} == set(range(1, count + 1))
