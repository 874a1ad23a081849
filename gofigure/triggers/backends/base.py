"""What every backend is: something to wait for, that gives hints and never the truth (design decision 8)."""

from typing import NamedTuple, Protocol

CHECK_EVERY = 4.0  # seconds
SLICE = 0.02  # seconds


class Waking(NamedTuple):
    """A reason to look at the working tree."""

    paths: frozenset[bytes] = frozenset()  # where something has happened, from the root; a hint, and never all
    lost: str = ""  # events were lost, and why: the look must not trust anything remembered


class Backend(Protocol):
    """A live object; closed when done with. None of its methods blocks for more than about SLICE seconds."""

    @property
    def words(self) -> str:
        """For the screen: "inotify, 812 folders", "a scan every 2 s (nfs tells nobody of changes)"."""

    @property
    def degraded(self) -> str:
        """Why it is less than events for everything, and what to type about it; "" if it is not."""

    @property
    def interval(self) -> float:
        """Seconds after which the working tree is to be looked at without any event."""

    @property
    def unfinished(self) -> bool:
        """Whether `complete` has something to do; true at the start, and now and then later on."""

    def fileno(self) -> int:
        """Readable when `read` has something to say; -1: it never has, only `interval` counts."""

    def read(self) -> Waking | None:
        """What has happened since the last call; None: nothing that matters.

        To be called every CHECK_EVERY seconds at the latest, readable or not. Raises RootGone.
        """

    def complete(self) -> Waking | None:
        """Go on, for SLICE seconds, with what could be put off until after the first look; a reason to look again.

        For when there is nothing else to do, as long as there is something `unfinished`.
        """

    def took(self, seconds: float) -> None:
        """Say how long a look has taken: looks without a reason must stay cheap."""

    def close(self) -> None:
        """Give everything back."""
