"""What a plan asks a container engine: the image of a stage's container, and whether what was built is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gofigure.model import Stage
from gofigure.runner.plan import ContainerImage
from gofigure.runner.why import ago

if TYPE_CHECKING:
    from gofigure.runner.plan import Step
    from gofigure.store.proofs import Proof

_PINNED = "@sha256:"
_SHORT = 12  # digits of a commit in a tag


class Engine:
    """Asks each thing once per run. Nothing is imported, and nobody asked, for stages that have no images."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._known: dict[str, ContainerImage] = {}

    def forget(self) -> None:
        """What was there may be something else now."""
        self._known.clear()

    def image_of(self, stage: Stage) -> ContainerImage | None:
        """The image of its container; None where it runs on this machine."""
        if stage.image is None:
            return None
        known = self._known.get(stage.image)
        if known is None:
            known = self._known[stage.image] = self._look(stage.image)
        return known._replace(socket=bool(stage.setting("docker_socket", default=False)))

    def _look(self, name: str) -> ContainerImage:
        if _PINNED in name:  # the name says all of its content
            return ContainerImage(name, name, name.partition("@")[2])
        from gofigure.engine.address import address_of
        from gofigure.engine.images import inspected
        from gofigure.engine.talk import EngineSilent

        try:
            found = inspected(address_of(self._environ), name)
        except EngineSilent as error:
            return ContainerImage(name, why_unknown=str(error))
        if found is None:
            return ContainerImage(name, why_unknown="it is not here yet")
        return ContainerImage(name, found.id, found.content)

    def reusing(self, step: Step, proof: Proof, commit: str | None = None) -> Step:
        """The step, reused by its proof, unless what it built then is not there any more.

        `commit`: that the run is about, if that is one; its name is a tag where tags ask for it.
        """
        gone = self._why_gone(step.stage, proof, commit) if step.stage.target == "docker" else ""
        if gone:
            return step._replace(reason=gone)
        return step._replace(fate="reuse", reason=f"proven in run {proof.run}, {ago(proof.proven_ns)}", proof=proof)

    def _why_gone(self, stage: Stage, proof: Proof, commit: str | None) -> str:
        import json

        from gofigure.engine.clusters import goal
        from gofigure.engine.presence import why_gone

        built = [image for one in json.loads(proof.made or "{}").values() for image in one.get("images", ())]
        if not built:
            return "what it built was not written down"
        cluster = str(goal(stage.setting("load", "auto"), self._environ))
        if cluster and any(image.get("loaded") != cluster for image in built):
            return f"the cluster {cluster} was not given it"
        return why_gone(self._environ, [_about(commit, image) for image in built] if commit else built)


def _about(commit: str, image: Mapping[str, Any]) -> Mapping[str, Any]:
    """An image as it is to be in a run about a commit."""
    named = [tag.replace("{git}", commit[:_SHORT]) for tag in image.get("of_commits", ())]
    return {**image, "tags": [*image["tags"], *named]}
