"""The pack of a visit: everything an external verifier asks to see, as one ZIP that opens without us. It writes no rows."""

from verification.packs.archive import MANIFEST, Archive
from verification.packs.pages import Built, build
from verification.packs.parts import PARTS, Part

__all__ = ["MANIFEST", "PARTS", "Archive", "Built", "Part", "build"]
