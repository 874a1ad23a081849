"""Objects of a cluster as they are recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# The data in these, or below them, no record could bring back.
HOLDS_DATA = ("CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "Secret")
UNRECORDED = "Secret"  # what it holds belongs into no history


class Object(NamedTuple):
    """One object; the uid tells it from a later one of the same name."""

    version: str  # apiVersion
    kind: str
    name: str
    namespace: str = ""  # "" for what belongs to none
    uid: str = ""

    @property
    def resource(self) -> str:
        """As kubectl takes it without guessing: `deployments.v1.apps/api` with the kind in place of the plural."""
        group, slash, version = self.version.partition("/")
        return f"{self.kind}.{version}.{group}" if slash else self.kind

    @property
    def called(self) -> str:
        """As people write it: deployment/api."""
        return f"{self.kind.lower()}/{self.name}"

    @property
    def same(self) -> tuple[str, str, str]:
        """What makes two records ones of the same object, whatever version of its API they speak."""
        return (self.version.rpartition("/")[0], self.kind, self.name)


def of_value(value: Mapping[str, Any]) -> Object:
    metadata = value.get("metadata") or {}
    name, namespace = str(metadata.get("name", "")), str(metadata.get("namespace", ""))
    return Object(
        str(value.get("apiVersion", "")), str(value.get("kind", "")), name, namespace, metadata.get("uid", "")
    )


def as_records(objects: Sequence[Object]) -> list[dict[str, str]]:
    return [one._asdict() for one in objects]


def from_records(records: object) -> list[Object]:
    """Those that can be understood."""
    if not isinstance(records, list):
        return []
    return [Object(*(str(one.get(field, "")) for field in Object._fields)) for one in records if isinstance(one, dict)]
