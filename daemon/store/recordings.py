"""What was recorded elsewhere, day by day, and what is still owed there."""

from sqlalchemy.ext.asyncio import AsyncConnection


class Recordings:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
