"""Numbers in addresses: any count of digits is one, and what no store has ever counted to is simply not there."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor

from gofigure.store.ledger import RunRow
from gofigure.web.page import Ask, NotThereError

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


def run_of(ask: Ask) -> RunRow:
    """The run that the address names. Raises NotThereError."""
    number = ask.path["run"]
    run = ask.store.history.run(number) if number < BEYOND else None
    if run is None:
        called = f"run {number}" if number < BEYOND else "run of that number"
        raise NotThereError(f"there is no {called}", hint="it may have been removed by gofigure gc")
    return run
