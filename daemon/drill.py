"""A real message that says nothing happened: whether it arrives is what it is for."""

from datetime import datetime

from daemon.http import Http
from daemon.message import Fact, Tone, Wording
from daemon.notifier import Destination, Message
from daemon.text import moment


async def tell(destination: Destination, http: Http, who: str, at: datetime) -> str:
    """Send it; answers what came of it, or raises as `send` does."""
    title = f"Test of {destination.name}: nothing happened"
    message = Message(
        key=f"test|{destination.name}|{at.isoformat()}",
        written_at=at,
        wording=Wording(
            title=title,
            story=title,
            lead=("This is what a message from Meterwatch looks like here.",),
            facts=(Fact("Sent by", who), Fact("At", moment(at))),
            advice="Nothing. If you can read this, alerts arrive here.",
        ),
        tone=Tone.TEST,
    )
    receipt = await destination.notifier.send(http, message)
    where = f" (as {receipt.id})" if receipt is not None else ""
    return f"{destination.name} took the test message{where}; look whether it is there"
