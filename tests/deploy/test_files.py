"""The Dockerfile, the compose file and the manifests name commands, options, settings and addresses that there are.

No container engine is needed; what only one can tell is in docs/deployment.md.
"""

from __future__ import annotations

import ipaddress
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from shopthelook.cli.main import main
from shopthelook.pipeline.config import ShopConfig
from shopthelook.serving.app import FORM_ROOM
from shopthelook.serving.routes import state

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
NGINX = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
MANIFESTS = {
    path.name: list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
}
TEXTS = [DOCKERFILE, COMPOSE_TEXT, NGINX, PAGE, (ROOT / "deploy" / "shop.toml").read_text(encoding="utf-8")]
TEXTS += [
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
]


def manifest(kind: str, name: str = "shopthelook") -> dict[str, Any]:
    (found,) = [
        one
        for some in MANIFESTS.values()
        for one in some
        if (one["kind"], one["metadata"]["name"]) == (kind, name)
    ]
    return dict(found)


def pods() -> list[dict[str, Any]]:
    """The specifications of the pods of the server and of the import."""
    job = manifest("CronJob", "shopthelook-import")
    return [
        manifest("Deployment")["spec"]["template"]["spec"],
        job["spec"]["jobTemplate"]["spec"]["template"]["spec"],
    ]


def calls() -> Iterator[list[str]]:
    """The arguments of every call of shopthelook that the files make, or tell to make."""
    yield json.loads(re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[0])
    yield COMPOSE["services"]["shop"]["command"]
    for pod in pods():
        yield pod["containers"][0]["args"]
    for text in TEXTS:
        for line in re.findall(r"docker run (?:\S+ )*?(?<=:/shop )shopthelook (.+)$", text, re.MULTILINE):
            yield shlex.split(line)
        for line in re.findall(
            r"(?:^|exec shop |deploy/shopthelook -- |run --rm shop )shopthelook (.+)$", text, re.MULTILINE
        ):
            yield shlex.split(line, comments=True)


@pytest.mark.parametrize("arguments", list(calls()), ids=" ".join)
def test_the_commands_are_understood(arguments: list[str]) -> None:
    command: click.Command = main
    context = click.Context(main)
    rest = list(arguments)
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None, arguments
        command, context = found, click.Context(found, parent=context, info_name=name)
    # Raises where an option, a value or an argument is not taken.
    command.make_context(context.info_name, rest, parent=context.parent)
    words = arguments[: len(arguments) - len(rest)]
    assert CliRunner().invoke(main, [*words, "--help"]).exit_code == 0


def test_the_variables_are_read() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = {name for text in TEXTS for name in re.findall(r"SHOPTHELOOK_[A-Z_]+", text)}
    assert "SHOPTHELOOK_DATABASE" in named
    for name in named:
        assert f'"{name}"' in source, name


def test_the_settings_are_read() -> None:
    mounted = ShopConfig.from_toml((ROOT / "deploy" / "shop.toml").read_text(encoding="utf-8"))
    assert (mounted.index_engine, mounted.milvus_uri) == ("milvus", "http://milvus:19530")
    in_cluster = ShopConfig.from_toml(manifest("ConfigMap")["data"]["shop.toml"])
    assert in_cluster.index_engine == "embedded"


def test_the_image_is_slim_and_not_roots() -> None:
    build, final = DOCKERFILE.split("\nFROM ")[1:]
    assert "pip wheel" in build
    assert re.search(r"^USER (\d+)$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    # No compiler, no Node.js and no package manager's leavings: what is needed comes with the environment.
    assert not re.search(r"apt|apk|gcc|build-essential|node|pip", final)
    extras = re.findall(r"\.whl\)\[(.*)\]", build)[0].split(",")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras) <= set(declared)


def test_what_is_copied_is_let_through() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for source in line.split()
    }
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)
    # What the build needs is there: the hook, the metadata, and the files that these name.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    hook = project["tool"]["hatch"]["build"]["hooks"]["custom"]["path"]
    assert {hook, project["project"]["readme"], *project["project"]["license-files"]} <= copied


def test_everybody_speaks_of_one_port() -> None:
    ports = {re.findall(r"--port\W+(\d+)", text)[0] for text in (DOCKERFILE, COMPOSE_TEXT)}
    (server,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    ports |= {server["args"][server["args"].index("--port") + 1], str(server["ports"][0]["containerPort"])}
    ports |= set(re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE))
    ports |= set(re.findall(r"server shop:(\d+)", NGINX)) | set(re.findall(r"127.0.0.1:(\d+)/", DOCKERFILE))
    assert ports == {"8000"}
    published = COMPOSE["services"]["proxy"]["ports"]
    assert [one.partition(":")[2] for one in published] == re.findall(r"listen (\d+);", NGINX)
    assert manifest("Service")["spec"]["ports"][0]["targetPort"] == server["ports"][0]["name"]


def test_the_servers_health_is_asked_where_it_is_told() -> None:
    told = {route.path for route in state.router.routes if hasattr(route, "path")}
    (server,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    asked = {server[name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
    asked |= set(re.findall(r"127.0.0.1:\d+(/\w+)", DOCKERFILE))
    assert asked == {"/healthz", "/readyz"}
    assert asked <= told


def test_the_proxy_is_trusted_and_lets_the_largest_picture_through() -> None:
    settings = ShopConfig.from_toml((ROOT / "deploy" / "shop.toml").read_text(encoding="utf-8"))
    (pool,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    proxy = ipaddress.ip_address(COMPOSE["services"]["proxy"]["networks"]["front"]["ipv4_address"])
    (trusted,) = settings.security.proxy_networks()
    # The proxy alone: not the gateway, by whose address callers come, nor an address that another container may get.
    assert list(trusted) == [proxy]
    subnet, others = (ipaddress.ip_network(pool[name]) for name in ("subnet", "ip_range"))
    assert proxy in subnet
    assert others.subnet_of(subnet)
    assert proxy not in others
    assert proxy != next(subnet.hosts())
    assert "front" in COMPOSE["services"]["shop"]["networks"]
    # What a caller writes into the header goes no further.
    assert re.findall(r"X-Forwarded-For (\S+);", NGINX) == ["$remote_addr"]
    (most,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(most) * 2**20 >= settings.max_bytes + FORM_ROOM


def test_what_compose_names_is_declared() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
        assert {one["source"] for one in service.get("configs", [])} <= set(COMPOSE["configs"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / "deploy" / source).is_file(), volume
            else:
                assert source in COMPOSE["volumes"], volume
        for needed in (one for one, how in service.get("depends_on", {}).items() if how):
            # Its health is waited for, so that it has to tell it: by itself or by its image.
            assert needed == "shop" or "healthcheck" in services[needed], needed
    assert services["shop"]["deploy"]["replicas"] == 2
    database = services["shop"]["environment"]["SHOPTHELOOK_DATABASE"]
    user, name = services["postgres"]["environment"]["POSTGRES_USER"], "shopthelook"
    assert database.startswith(f"postgresql://{user}:$")
    assert database.endswith(f"@postgres/{name}")


@pytest.mark.parametrize("pod", pods(), ids=["server", "import"])
def test_what_pods_name_is_declared(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    volumes = {one["name"]: one for one in pod["volumes"]}
    assert {one["name"] for one in container["volumeMounts"]} == set(volumes)
    assert (
        volumes["shop"]["persistentVolumeClaim"]["claimName"]
        == manifest("PersistentVolumeClaim")["metadata"]["name"]
    )
    settings = manifest("ConfigMap", volumes["settings"]["configMap"]["name"])
    (mounted,) = [one for one in container["volumeMounts"] if one["name"] == "settings"]
    assert mounted["subPath"] in settings["data"]
    (variable,) = container["env"]
    secret = variable["valueFrom"]["secretKeyRef"]
    assert secret["key"] in manifest("Secret", secret["name"])["stringData"]
    # The folder and the user of the image.
    assert re.findall(r"SHOPTHELOOK_SHOP=(\S+)", DOCKERFILE) == ["/shop"]
    assert "/shop" in {one["mountPath"] for one in container["volumeMounts"]}
    assert re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE) == [str(pod["securityContext"]["runAsUser"])]


def test_selectors_select_the_servers() -> None:
    server = manifest("Deployment")["spec"]
    labels = server["template"]["metadata"]["labels"]
    job = manifest("CronJob", "shopthelook-import")["spec"]["jobTemplate"]["spec"]["template"]["metadata"][
        "labels"
    ]
    selectors = [
        server["selector"]["matchLabels"],
        manifest("Service")["spec"]["selector"],
        manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        server["template"]["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ]
    for selector in selectors:
        assert selector.items() <= labels.items()
        assert not selector.items() <= job.items()
    assert server["replicas"] > manifest("PodDisruptionBudget")["spec"]["minAvailable"]
    rules = ShopConfig().security
    grace = server["template"]["spec"]["terminationGracePeriodSeconds"]
    assert grace > rules.upload_timeout_s + rules.answer_timeout_s
