"""Files as Slack takes them: an address to upload to, the upload, and the word that it is whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from daemon.sandbox.slack.block_kit import Complaint, files_in
from daemon.sandbox.slack.call import Refusal

Json = Mapping[str, Any]

ALT = 1000
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


@dataclass(frozen=True, slots=True)
class Stored:
    id: str
    owner: str
    """The token that asked for it: until it is shared, nobody else sees it."""
    name: str
    length: int
    alt: str = ""
    title: str = ""
    content: bytes | None = None
    whole: bool = False
    """Whether it was completed: before, it is of no use."""
    shared: tuple[str, ...] = ()
    """Channels that it is in."""


class Files:
    def __init__(self, *, processing: int = 0) -> None:
        """`processing`: so many times a picture is not at hand yet when a message shows it."""
        self.all: dict[str, Stored] = {}
        self._processing = processing

    def grant(self, owner: str, form: Json, url: str) -> Json:
        name, length = str(form.get("filename", "")), str(form.get("length", ""))
        if not name or not length.isdigit() or int(length) == 0:
            raise Refusal("invalid_arguments", "[ERROR] missing required field: filename, length")
        if len(str(form.get("alt_txt", ""))) > ALT:
            raise Refusal("alt_txt_too_large")
        id_ = f"F{len(self.all):09d}"
        self.all[id_] = Stored(id_, owner, name, int(length), str(form.get("alt_txt", "")))
        return {"upload_url": f"{url}/upload/v1/{id_}", "file_id": id_}

    def upload(self, id_: str, content: bytes) -> bool:
        """Whether it was taken."""
        file = self.all.get(id_)
        if file is None or file.content is not None or file.length != len(content):
            return False
        self.all[id_] = replace(file, content=content)
        return True

    def complete(self, owner: str, form: Json, channel: str | None) -> Sequence[Stored]:
        done = []
        for one in form.get("files") or ():
            file = self.all.get(str(one.get("id")))
            if file is None or file.content is None or file.owner != owner or file.whole:
                raise Refusal("file_not_found")
            shared = () if channel is None else (channel,)
            file = replace(file, title=str(one.get("title", "")), whole=True, shared=shared)
            done.append(file)
        if not done:
            raise Refusal("invalid_arguments", "[ERROR] missing required field: files")
        self.all.update((file.id, file) for file in done)
        return done

    def check(self, owner: str, blocks: Sequence[Json], channel: str) -> None:
        """Every picture in there is a file that this caller may show, and that is at hand."""
        found = [
            Complaint("invalid slack file", f"/blocks/{number}/slack_file")
            for number, id_ in files_in(blocks)
            if not self._usable(owner, id_)
        ]
        if found:
            raise Refusal("invalid_blocks", *(str(one) for one in found))
        for _, id_ in files_in(blocks):
            file = self.all[id_]
            self.all[id_] = replace(file, shared=(*file.shared, channel))

    def _usable(self, owner: str, id_: str) -> bool:
        file = self.all.get(id_)
        if file is None or not file.whole or file.owner != owner or file.content is None:
            return False
        if self._processing:
            self._processing -= 1
            return False
        return file.content.startswith(PICTURES)
