"""What a docker stage is turned into: its command, its names, the words for a builder and for a local cluster."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple, cast

import pytest

from gofigure.config import parse
from gofigure.engine.address import address_of
from gofigure.engine.clusters import NONE, Cluster, argv_of, current_context, goal
from gofigure.engine.images import content_of
from gofigure.engine.prune import KEPT, OLD, Built, beyond
from gofigure.errors import ConfigError, GofigureError
from gofigure.fast_path.epoch import why_none
from gofigure.model import RECIPE, Stage
from gofigure.recipes.docker.build import options
from gofigure.recipes.docker.builder import Builder
from gofigure.recipes.docker.context import Context
from gofigure.recipes.docker.names import fixed, names_of, of_commits
from gofigure.recipes.order import Order
from gofigure.runner.engine import Engine
from gofigure.targets import KINDS, commands_of, source_of

if TYPE_CHECKING:
    from gofigure.runner.plan import Step
    from gofigure.store.proofs import Proof

JOB = '[jobs.j]\nstages = ["s"]\n[stages.s]\n'


def order(location: str = "services/Api", state_dir: str = "/home/me/My Shop/.git/gofigure") -> Order:
    class At(Order):
        @property
        def location(self) -> str:
            return location

    return At("image", "/r", state_dir, "/made", "abc:7", "manual", "00ff", {})


class Reused(NamedTuple):
    """So much of a step as says what it is reused from."""

    stage: Stage
    fate: str = "run"
    reason: str = ""
    proof: object = None


def stage(**more: object) -> Stage:
    return Stage("s", "build", "docker", settings=tuple(sorted(more.items())))  # type: ignore[arg-type]


def spec(one: Stage) -> dict[str, object]:
    found: dict[str, object] = json.loads(commands_of(one)[0].argv[2])
    return found


def test_each_location_is_a_command_of_its_own() -> None:
    some = commands_of(stage()._replace(locations=("a", "b")))
    assert [command.cwd for command in some] == ["a", "b"]
    assert some[0].argv[:2] == (RECIPE, "docker")
    assert spec(stage())["tags"] == ["dev"]


def test_all_that_decides_an_image_is_part_of_the_key() -> None:
    known = [commands_of(stage())]
    for name, value in {
        "build_args": (("A", "1"),), "platform": "linux/arm64", "build_target": "x", "name": "n", "tags": ("t",),
        "builder": "podman", "registry": "r", "load": "none",
    }.items():  # fmt: skip
        known.append(commands_of(stage(**{name: value})))
    known += [commands_of(stage()._replace(run="--pull")), commands_of(stage()._replace(source="Other"))]
    assert len({one[0].argv[2] for one in known}) == len(known)


@pytest.mark.parametrize(
    ("source", "pattern"),
    [
        (None, "^(Dockerfile|Containerfile)$"),
        ("Dockerfile", "^Dockerfile$"),
        ("b/D.dev", r"^b/D\.dev$"),
        (".*D", ".*D"),
    ],
)
def test_a_plain_source_is_that_file(source: str | None, pattern: str) -> None:
    assert source_of(stage()._replace(source=source)) == pattern


@pytest.mark.parametrize(
    ("template", "location", "name"),
    [
        ("{project}/{location}", "services/Api", "my-shop/services/api"),
        ("{project}/{location}", "", "my-shop"),
        ("shop/{location}-x", "a b", "shop/a-b-x"),
        ("{location}", "a", "a"),
    ],
)
def test_what_an_image_is_called(template: str, location: str, name: str) -> None:
    assert names_of({"name": template}, order(location)).name == name


@pytest.mark.parametrize("template", ["a..b", "a/-/b", "{location}"])
def test_a_name_that_docker_refuses_is_refused_first(template: str) -> None:
    with pytest.raises(GofigureError, match="is no name of an image"):
        names_of({"name": template}, order(""))


def test_a_bare_repository_and_a_plain_folder_have_names_too() -> None:
    for state_dir, name in [("/x/shop.git/gofigure", "shop"), ("/x/shop/.gofigure.d", "shop")]:
        assert names_of({"name": "{project}"}, order("", state_dir)).name == name


def test_tags_are_filled_in_and_checked() -> None:
    told = {"name": "x", "tags": ["dev", "{location}-v1", "{digest}", "{location}-{time}"]}
    dev, version, digest, moment = names_of(told, order()).tags("0123")
    assert (dev, version, digest) == ("dev", "services-api-v1", "0123")
    assert moment.startswith("services-api-2")
    assert fixed(told, order()) == ["dev", "services-api-v1"]
    told = {"name": "x", "tags": ["{git}", "{location}-{git}", "{git}-{time}", "dev"]}
    assert names_of(told, order()).tags("0") == ["dev"]  # nobody's commit
    assert names_of(told, order(), "c0ffee").tags("0")[:2] == ["c0ffee", "services-api-c0ffee"]
    assert of_commits(told, order(), "0") == ["{git}", "services-api-{git}"]
    with pytest.raises(GofigureError, match="is no tag"):
        names_of({"name": "x", "tags": [".{location}"]}, order()).tags("0")


def test_what_a_builder_is_told() -> None:
    told = {
        "build_args": {"A": "1"}, "platform": "linux/arm64", "build_target": "prod", "secrets": ["TOKEN"],
        "more": "--network host", "name": "n",
    }  # fmt: skip
    names = names_of(told, order())
    words = " ".join(options(told, order(), Builder("docker", (), {}, buildkit=True), Context("D", "D.ignore"), names))
    for part in (
        "--file D --progress plain --platform linux/arm64 --target prod --build-arg A=1",
        "--secret id=TOKEN,env=TOKEN", "--label gofigure.project=abc", "--label gofigure.run=abc:7",
        "--label gofigure.stage=image", "--label gofigure.key=00ff", "--label gofigure.name=n", "--network host",
    ):  # fmt: skip
        assert part in words
    assert "--ignorefile" not in words
    assert "--ignorefile D.ignore" in " ".join(
        options(told, order(), Builder("podman", (), {}), Context("D", "D.ignore"), names)
    )


def test_a_proof_needs_the_tag_of_the_commit_that_a_run_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def note(_env: object, images: Sequence[Mapping[str, list[str]]]) -> str:
        asked.append(images[0]["tags"])
        return ""

    monkeypatch.setattr("gofigure.engine.presence.why_gone", note)
    made = json.dumps({"": {"images": [{"tags": ["dev"], "of_commits": ["v-{git}"]}]}})
    proof = cast("Proof", SimpleNamespace(made=made, run=1, proven_ns=0))
    step = cast("Step", Reused(stage(load="none")))
    for commit in (None, "0123456789abcdef"):
        Engine({}).reusing(step, proof, commit)
    assert asked == [["dev"], ["dev", "v-0123456789ab"]]


@pytest.mark.parametrize(
    ("context", "cluster"),
    [
        ("minikube", Cluster("minikube", "minikube")),
        ("kind-dev", Cluster("kind", "dev")),
        ("k3d-a", Cluster("k3d", "a")),
        ("prod", NONE),
    ],
)
def test_local_clusters_are_known_by_their_context(context: str, cluster: Cluster, tmp_path: Path) -> None:
    place = tmp_path / "config"
    place.write_text(f'apiVersion: v1\ncurrent-context: "{context}"\nkind: Config\n')
    env = {"KUBECONFIG": f"{tmp_path}/none:{place}"}
    assert current_context(env) == context
    assert goal("auto", env) == cluster
    assert goal("none", env) == NONE
    assert goal("k3d", env).kind == "k3d"


def test_how_a_cluster_is_given_an_image() -> None:
    assert argv_of(Cluster("minikube", "p"), "n:t") == ["minikube", "image", "load", "--profile", "p", "n:t"]
    assert argv_of(Cluster("kind", "c"), "n:t") == ["kind", "load", "docker-image", "--name", "c", "n:t"]
    assert argv_of(Cluster("k3d", "c"), "n:t") == ["k3d", "image", "import", "--cluster", "c", "n:t"]


IMAGE: Mapping[str, object] = {
    "Os": "linux",
    "Config": {"Cmd": ["x"], "Image": "sha256:1", "Labels": {"gofigure.run": "a:1", "mine": "1"}},
    "RootFS": {"Layers": ["sha256:2"]},
    "Created": "now",
}


def test_equal_bytes_are_one_content_whoever_built_them() -> None:
    config = {"Cmd": ["x"], "Image": "sha256:9", "Hostname": "h", "Labels": {"gofigure.run": "a:2", "mine": "1"}}
    assert content_of({**IMAGE, "Config": config, "Created": "later"}) == content_of(IMAGE)
    for other in (
        {**IMAGE, "RootFS": {"Layers": ["sha256:3"]}},
        {**IMAGE, "Architecture": "arm64"},
        {**IMAGE, "Config": {**config, "Labels": {"mine": "2"}}},
        {**IMAGE, "Config": {**config, "User": "me"}},
    ):
        assert content_of(other) != content_of(IMAGE)


def test_only_old_images_of_ours_that_are_too_many_go() -> None:
    now = 1e9
    old = now - OLD - 1

    def image(at: int, *, created: float = old, tags: tuple[str, ...] = ()) -> Built:
        return Built(f"sha256:{at}", "shop/api", tags or (f"shop/api:gf-{at}",), created - at)

    images = [image(at) for at in range(KEPT + 4)]
    assert [one.id for one in beyond(images, frozenset(), now)] == [f"sha256:{at}" for at in range(KEPT, KEPT + 4)]
    assert [one.id for one in beyond(images, frozenset(["sha256:4"]), now)] == ["sha256:3", "sha256:5", "sha256:6"]
    assert not [*beyond([image(at, created=now) for at in range(9)], frozenset(), now)]
    theirs = ("shop/api:gf-9", "release:1")
    assert not [*beyond([*images[:KEPT], image(9, tags=theirs)], frozenset(), now)]
    pushed = ("shop/api:gf-9", "localhost:5000/shop/api:gf-9")
    assert [*beyond([*images[:KEPT], image(9, tags=pushed)], frozenset(), now)]
    other = [one._replace(name="other", tags=()) for one in images[:KEPT]]
    assert not [*beyond([*images[:KEPT], *other], frozenset(), now)]


def test_the_engine_is_the_one_that_a_client_would_use(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert address_of({**home, "DOCKER_HOST": "tcp://a:1"}).host == "tcp://a:1"
    secure = {**home, "DOCKER_HOST": "tcp://a:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/c"}
    assert address_of(secure).tls == "/c"
    meta = tmp_path / ".docker/contexts/meta" / sha256(b"colima").hexdigest()
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text('{"Name": "colima", "Endpoints": {"docker": {"Host": "unix:///c.sock"}}}')
    assert address_of({**home, "DOCKER_CONTEXT": "colima"}).host == "unix:///c.sock"
    (tmp_path / ".docker/config.json").write_text('{"currentContext": "colima"}')
    assert address_of(home).host == "unix:///c.sock"
    assert address_of({**home, "DOCKER_CONTEXT": "default"}).host.startswith("unix://")
    assert "is not there" in address_of({**home, "DOCKER_CONTEXT": "gone"}).host


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('target = "docker"\nimage = "a"', "expected it with one whose commands can run in a container"),
        ('run = "x"\ndocker_socket = true', "found without 'image'"),
        ('target = "docker"\ninputs = ["a"]', "expected .dockerignore to say it"),
        ('target = "docker"\nlocations = ["a", "b"]\nname = "x"', "expected {location} in it"),
        ('target = "docker"\nname = "Shop"', "the name of an image"),
        ('target = "docker"\ntags = ["a b"]', "expected a tag"),
        ('run = "x"\nname = "a"', "found with the target 'shell', expected it with 'docker'"),
        ('run = "x"\nimage = "--privileged"', "the name of an image"),
        ('target = "docker"\nrun = "--pull --file ../other/D"', 'found "--file", which no proof would know of'),
        ('target = "docker"\nrun = "-qf../D"', "expected source to name the Dockerfile"),
        ('target = "docker"\nrun = "--build-context=x=../x"', "expected what is built from in the location"),
        ('target = "docker"\nrun = "--label \'a"', "No closing quotation"),
        ('target = "docker"\nlocations = ["x.y", "x-y"]', 'called {project}/x-y:dev as that of "x.y" is'),
        ('target = "docker"\nlocations = ["a", "A"]\ntags = ["{location}"]', "called {project}/a:a as that of"),
        (
            'target = "docker"\nlocations = ["x.y"]\n[stages.t]\ntarget = "docker"\nlocations = ["x-y"]',
            'as that of "x.y" of stage "s" is',
        ),
        ('target = "docker"\ntype = "test"', 'expected "build" or nothing'),
    ],
)
def test_what_cannot_be_is_said_at_once(lines: str, words: str) -> None:
    with pytest.raises(ConfigError) as found:
        parse((JOB + lines).encode(), "x", targets=tuple(KINDS))
    assert words in str(found.value)


@pytest.mark.parametrize(
    "lines",
    [
        'run = "--pull --label -x=f --network host -t f"',
        'locations = ["x.y", "x-y"]\ntags = []',
        'locations = ["x"]\ntags = ["a"]\n[stages.t]\ntarget = "docker"\nlocations = ["x"]\ntags = ["a"]',
        'locations = ["x.y"]\nname = "a"\n[stages.t]\ntarget = "docker"\nlocations = ["x-y"]\nname = "b"',
    ],
)
def test_what_can_be_is_not_refused(lines: str) -> None:
    parse((f'{JOB}target = "docker"\n' + lines).encode(), "x", targets=tuple(KINDS))


def test_a_hook_does_not_answer_by_itself_where_an_engine_is_to_be_asked() -> None:
    shell = Stage("s", run="x")
    pinned = f"python@sha256:{'0' * 64}"
    assert "whether its image" in why_none([stage()], (), "/bin")
    assert "what python:3 is now" in why_none([shell._replace(image="python:3")], (), "/bin")
    assert why_none([shell._replace(image=pinned)], (), "/bin") == ""
