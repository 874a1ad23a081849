"""Which clusters are local, which the user allows, and which are protected."""

from __future__ import annotations

import pytest

from gofigure.recipes.kubernetes.contexts import Own, judge

_OWN = Own("~/config.toml", ("staging", "team-*"), ("customer-*",))


@pytest.mark.parametrize(
    ("context", "server", "verdict"),
    [
        ("minikube", "https://192.168.49.2:8443", "local"),
        ("kind-dev", "https://127.0.0.1:34567", "local"),
        ("k3d-dev", "https://0.0.0.0:6550", "local"),
        ("docker-desktop", "https://kubernetes.docker.internal:6443", "local"),
        ("rancher-desktop", "https://127.0.0.1:6443", "local"),
        ("colima-x", "https://192.168.5.1:6443", "local"),
        ("orbstack", "https://k8s.orb.local", "local"),
        ("microk8s", "https://10.0.2.15:16443", "local"),
        ("default/api-crc-testing:6443/kubeadmin", "https://api.crc.testing:6443", "local"),
        ("anything", "https://localhost:6443", "local"),
        ("anything", "https://[::1]:6443", "local"),
        ("anything", "https://10.1.2.3:6443", "refused"),
        ("minikube", "https://203.0.113.7:8443", "refused"),
        ("minikube", "https://8.8.8.8:8443", "refused"),
        ("kind-dev", "https://k8s.example.com", "refused"),
        ("minikube", "https://localhost.example.com", "refused"),
        ("minikubes", "https://192.168.49.2:8443", "refused"),
        ("minikube", "nonsense", "refused"),
        ("minikube", "https://[oops", "refused"),
        ("staging", "https://k8s.example.com", "allowed"),
        ("team-7", "https://8.8.8.8", "allowed"),
    ],
)
def test_a_name_is_not_enough(context: str, server: str, verdict: str) -> None:
    assert judge(context, server, "", _OWN).verdict == verdict


def test_through_a_proxy_elsewhere_nothing_is_local() -> None:
    assert judge("minikube", "https://127.0.0.1:1", "http://proxy.example.com:3128", _OWN).verdict == "refused"
    assert judge("minikube", "https://127.0.0.1:1", "socks5://127.0.0.1:1080", _OWN).verdict == "local"


@pytest.mark.parametrize(
    ("verified_as", "verdict"),
    [
        ("api.prod.example.com", "refused"), ("10.1.2.3", "refused"), ("localhost.example.com", "refused"),
        ("kubernetes.example.com", "refused"), ("", "local"), ("localhost", "local"), ("127.0.0.1", "local"),
        ("kubernetes.default", "local"), ("kubernetes.default.svc.cluster.local", "local"), ("Kubernetes", "local"),
    ],
)  # fmt: skip
def test_a_tunnel_is_told_by_the_certificate_that_it_wants(verified_as: str, verdict: str) -> None:
    assert judge("corp", "https://127.0.0.1:16443", "", _OWN, verified_as).verdict == verdict


@pytest.mark.parametrize(
    ("context", "protected"),
    [
        ("prod", True), ("eu-PRODUCTION-1", True), ("live", True), ("shop-live", True), ("liveshop", True),
        ("customer-7", True), ("delivery", False), ("olive", False), ("minikube", False),
    ],
)  # fmt: skip
def test_names_that_people_depend_on(context: str, protected: bool) -> None:
    assert judge(context, "https://127.0.0.1", "", _OWN).protected is protected
