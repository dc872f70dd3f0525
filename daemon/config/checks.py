"""Names that one block uses and another must have."""

from collections.abc import Iterator, Mapping

from daemon.config.complaints import Complaint, Path, shown, unlike
from daemon.config.document import Document, blocks


def dangling(document: Document) -> Iterator[Complaint]:
    """Sources and destinations that rules name and nobody configured.

    It reads the document rather than what was made of it, so that it speaks even where another
    block is broken.
    """
    for rule, block in blocks(document, "rules"):
        path: Path = ("rules", rule)
        yield from _absent(document, "source", (*path, "source"), block.get("source"))
        tell = block.get("tell")
        if isinstance(tell, list):
            for index, name in enumerate(tell):
                yield from _absent(document, "destination", (*path, "tell", index), name)
        else:
            yield from _absent(document, "destination", (*path, "tell"), tell)


def _absent(document: Document, what: str, path: Path, name: object) -> Iterator[Complaint]:
    known = document.at((f"{what}s",))
    known = {} if known is None else known
    if isinstance(name, str) and isinstance(known, Mapping) and name not in known:
        message = f"no such {what} {shown(name)}{unlike(name, known)}"
        yield Complaint(document.values[path], path, message)
