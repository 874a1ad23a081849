"""What a request for a change says."""

from __future__ import annotations

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

_LONGEST = 2 * 1024 * 1024


async def read_json(request: Request) -> dict[str, Any]:
    """The body, of a size that is read. Raises HTTPException."""
    data = b""
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > _LONGEST:
                raise HTTPException(413, "that is too much")
        body = json.loads(data or b"{}")
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:  # it could be neither kept nor answered
        raise HTTPException(400, "the body has letters that are none") from error
    except (ValueError, RecursionError, ClientDisconnect) as error:
        raise HTTPException(400, "the body is no JSON") from error
    if not isinstance(body, dict):
        raise HTTPException(400, "the body is no JSON object")
    return body
