"""Labels, and the tags of the images that were built."""

from __future__ import annotations

from typing import Any

import pytest

from gofigure.recipes.kubernetes.documents import Document, read_documents
from gofigure.recipes.kubernetes.marks import Image, as_label, images_of, label, labels_of, put_in

_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: IMAGE}]\n"


def _pod(image: str, more: str = "") -> Document:
    return read_documents(_POD.replace("IMAGE", image + more), "a.yml")[0]


@pytest.mark.parametrize(
    ("written", "built", "used"),
    [
        ("shop/api", "shop/api", "shop/api:gf-1"),
        ("shop/api:latest", "shop/api", "shop/api:gf-1"),
        ("docker.io/shop/api:1", "shop/api", "shop/api:gf-1"),
        ("docker.io/library/api", "api", "api:gf-1"),
        ("localhost:5000/shop/api:2", "localhost:5000/shop/api", "localhost:5000/shop/api:gf-1"),
        ("localhost:5000/shop/api", "shop/api", "localhost:5000/shop/api"),
        ("shop/api-two:1", "shop/api", "shop/api-two:1"),
        ("shop/api@sha256:0", "shop/api", "shop/api@sha256:0"),
    ],
)
def test_images_are_matched_by_name(written: str, built: str, used: str) -> None:
    pod = _pod(written)
    said = put_in([pod], [Image(built, f"{built}:gf-1")])
    assert pod.value["spec"]["containers"][0]["image"] == used
    assert (not said) == (used.endswith(":gf-1"))


@pytest.mark.parametrize("written", ["shop/api", "localhost:5000/shop/api:old"])
def test_what_was_pushed_is_meant_with_its_registry_and_without(written: str) -> None:
    pod = _pod(written)
    assert put_in([pod], [Image("shop/api", "localhost:5000/shop/api:gf-1")]) == []
    assert pod.value["spec"]["containers"][0]["image"] == "localhost:5000/shop/api:gf-1"


def test_what_is_to_be_said_of_images() -> None:
    images = [Image("a", "a:gf-1"), Image("b", "b:gf-1"), Image("c", "c:gf-1")]
    pods = [_pod("a", ", imagePullPolicy: Always"), _pod("b@sha256:0")]
    assert put_in(pods, images) == [
        "a.yml:1: imagePullPolicy Always asks a registry for a:gf-1",
        "a.yml:1: b@sha256:0 names its digest, and stays as it is",
        "c was built, and no manifest uses it",
    ]


def test_a_template_deep_inside_and_init_containers_are_found() -> None:
    text = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {template: {spec: "
    text += "{initContainers: [{image: a}], containers: [{image: 'b:1'}]}}}}}\n"
    (document,) = read_documents(text, "a.yml")
    assert put_in([document], [Image("a", "a:gf-1"), Image("b", "b:gf-2")]) == []
    inner = document.value["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert (inner["initContainers"], inner["containers"]) == ([{"image": "a:gf-1"}], [{"image": "b:gf-2"}])


def test_images_come_from_all_stages_and_locations_that_made_some() -> None:
    one = {"images": [{"name": "a", "tag": "gf-1", "ref": "a:gf-1", "id": "sha256:0"}]}
    needed: dict[str, Any] = {
        "image": {"services/a": one, "services/b": {"images": []}},
        "code": {"": {"dest": "/x", "digest": "1"}},
    }
    assert images_of(needed) == [Image("a", "a:gf-1")]


def test_labels_are_added_to_the_object_alone() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: &l {app: a}}\n"
    text += "spec: {selector: {matchLabels: *l}, template: {metadata: {labels: *l}}}\n"
    documents = read_documents(text, "a.yml")
    label(documents, labels_of("my shop!", "deploy"))
    value = documents[0].value
    assert value["metadata"]["labels"] == {
        "app": "a",
        "app.kubernetes.io/managed-by": "gofigure",
        "gofigure/project": "my-shop",
        "gofigure/stage": "deploy",
    }
    assert value["spec"]["selector"]["matchLabels"] == value["spec"]["template"]["metadata"]["labels"] == {"app": "a"}


@pytest.mark.parametrize(("text", "made"), [("Größe", "Gr-e"), ("-a-", "a"), ("x" * 70, "x" * 63), ("a/b", "a-b")])
def test_a_label_is_one_that_a_cluster_takes(text: str, made: str) -> None:
    assert as_label(text) == made
