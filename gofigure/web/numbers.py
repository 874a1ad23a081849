"""Numbers in addresses: any count of digits is one, and what no store has ever counted to is simply not there."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor

BEYOND = 1 << 62  # any number
_DIGITS = 18


class _Number(Convertor[int]):
    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        """Python refuses to read some thousands of digits."""
        return int(value) if len(value) <= _DIGITS else BEYOND

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("number", _Number())  # so routes may have `{run:number}`
