"""What can go wrong between a client and the API."""

from __future__ import annotations

from shopthelook.errors import ShopError


class ClientError(ShopError):
    """A call that got no answer to use."""


class Unreachable(ClientError):  # noqa: N818 - it says what is so
    """The server was not reached, or did not answer in time."""


class BadAnswer(ClientError):  # noqa: N818 - as above
    """What answered does not speak the API, or speaks a version of it that this client does not understand."""


class ApiError(ClientError):
    """The API said no.

    Attributes:
        status: of HTTP.
        code: the API's stable word, as "not_found"; "http" where a proxy answered in its place.
        field: the field of the request that is at fault, where it is one.
        request_id: names this call in the server's log.
        retry_after: seconds after which to ask again, where the server said so.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        field: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.field = field
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        """What was wrong, with the code, the field and the request's id."""
        where = [f"{self.status} {self.code}"]
        if self.field is not None:
            where.append(f"field {self.field}")
        if self.request_id is not None:
            where.append(f"request {self.request_id}")
        return f"{self.message} ({', '.join(where)})"
