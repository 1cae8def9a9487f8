"""A portfolio as one file: read from its frozen copy, then printed as a PDF or packed as a ZIP. It writes no rows."""

from assignments.bundles.archive import pack
from assignments.bundles.pages import print_to
from assignments.bundles.source import Broken, Source, legal_name, read

__all__ = ["Broken", "Source", "legal_name", "pack", "print_to", "read"]
