"""What each vendor's account still allows, shared by all that call it."""

from sqlalchemy.ext.asyncio import AsyncConnection


class Accounts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
