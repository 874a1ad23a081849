"""`kubernetes`: the manifests of all locations, applied to one namespace of one named cluster."""

from __future__ import annotations

from gofigure.model import RECIPE, YES_VARIABLE, Command, Stage

TELLS_VERSION = False  # kubectl knows no `--version`
READS_WHOLE_LOCATIONS = False
ROOTS: tuple[str, ...] = ()
MANIFESTS: tuple[str, ...] = ()
ENVIRONMENT: tuple[tuple[str, str], ...] = ()
# Where clusters are, and what the programs need by which kubectl gets its credentials.
PASSES = (
    "KUBECONFIG", "MINIKUBE_HOME", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AZURE_CONFIG_DIR",
    "CLOUDSDK_CONFIG", "CLOUDSDK_ACTIVE_CONFIG_NAME", "GOOGLE_APPLICATION_CREDENTIALS", YES_VARIABLE,
)  # fmt: skip

# What a location must hold, by the kind of manifests.
_MUST_HOLD = {
    "files": r"\.ya?ml$",
    "kustomize": r"^(kustomization\.ya?ml|Kustomization)$",
    "helm": r"^Chart\.yaml$",
}
WAIT = 120.0  # seconds that a rollout may take


def commands(stage: Stage) -> tuple[Command, ...]:
    """One for all locations: what is to be removed or rolled back is told by the set as a whole."""
    import json

    told = {
        "locations": stage.locations or ("",),
        "source": stage.source or _MUST_HOLD["files"],
        "ignore": stage.ignore,
        "manifests": stage.setting("manifests", "files"),
        "context": stage.setting("context"),
        "namespace": stage.setting("namespace"),
        "protected": stage.setting("protected", default=False),
        "reset": stage.setting("reset", "none"),
        "wait": stage.setting("wait", WAIT),
        "rollback": stage.setting("rollback", ""),
        "rollback_run": stage.setting("rollback_run", 0),
    }
    return (Command((RECIPE, "kubernetes", json.dumps(told, sort_keys=True))),)


def source(stage: Stage) -> str | None:
    """What is to be applied; a rollback applies what was kept, whatever stands here."""
    if stage.setting("rollback"):
        return None
    return stage.source or _MUST_HOLD[stage.setting("manifests", "files")]


def tools(stage: Stage) -> tuple[str, ...]:
    return ("kubectl", "helm") if stage.setting("manifests") == "helm" else ("kubectl",)
