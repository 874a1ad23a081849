"""Docker and Kubernetes: what is there is shown as comments. Where it may be deployed to, nobody knows but the user."""

from __future__ import annotations

import re

from gofigure.starter.facts import Draft, Found, Line, Place
from gofigure.targets.docker import image_name

_MOST_READ = 100  # YAML files that are opened
_WHERE = (Line("context", "minikube", "said on every call"), Line("namespace", "dev"))
_MANIFEST = re.compile(r"^apiVersion:.*^kind:|^kind:.*^apiVersion:", re.MULTILINE | re.DOTALL)


def find(place: Place) -> Found | None:
    images = place.below("Dockerfile")
    yaml = [path for path in place.files if path.endswith((".yml", ".yaml"))]
    manifests = [path for path in yaml[:_MOST_READ] if _MANIFEST.search(place.read(path))]
    drafts: list[Draft] = []
    names: list[str] = []
    if images:
        names.append("Docker")
        apart = {image_name("{location}", "", folder): folder or "." for folder in reversed(images)}
        lines = (Line("target", "docker"), Line("locations", tuple(reversed(apart.values()))))
        why = f"Images: {', '.join(f'{folder}/Dockerfile'.lstrip('/') for folder in images[:3])}"
        drafts.append(Draft("image", "build", why, lines, "a container engine has to run for that"))
    if manifests:
        names.append("Kubernetes")
        folders = tuple(dict.fromkeys(path.rpartition("/")[0] for path in manifests))
        deploy = _draft("deploy", "deploy", "kubernetes", r"\.ya?ml$", folders)
        why = "What deploys these manifests, once you have said where to: a kubectl context and a namespace"
        drafts.append(deploy._replace(why=why, lines=(*deploy.lines, *_WHERE)))
    if not drafts:
        return None
    dockerfiles = tuple(f"{folder}/Dockerfile".lstrip("/") for folder in images)
    return Found(" and ".join(names), (*dockerfiles[:2], *manifests[:2]), tuple(drafts))


def _draft(name: str, kind: str, target: str, source: str, folders: tuple[str, ...]) -> Draft:
    lines = (
        Line("type", kind),
        Line("target", target),
        Line("source", source),
        Line("locations", tuple(folder or "." for folder in folders)),
    )
    return Draft(name, "later", f"The target {target} is still to come", lines)
