"""The API against its own description: what it allows and what it forbids, made up by schemathesis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shopthelook import Shop
from shopthelook.pipeline.security import SecurityRules
from tests.fixtures.tiny_shop import running

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
EXAMPLES = 15
# That many there are at least; with fewer, a part of the description would be missing.
LEAST_OPERATIONS = 15


@pytest.fixture(scope="module")
def described(shop: Shop) -> Iterator[tuple[str, dict[str, str]]]:
    """Where the shop is served with keys, and a key for everything."""
    with pytest.MonkeyPatch.context() as patch:
        rules = SecurityRules(requests_per_minute=0, searches_per_minute=0, public_reading=False)
        # Made-up picture links lead nowhere, not even to a name server.
        patch.setattr(shop, "config", replace(shop.config, security=rules, allow_hosts=("127.0.0.1",)))
        key, written = shop.catalog.keys.create("description", ["admin"])
        with running(shop, loopback=False, max_body_bytes=1_000_000) as address:
            yield address, {"Authorization": f"Bearer {written}"}
        shop.catalog.keys.revoke(key.id)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_call_answers_as_described(described: tuple[str, dict[str, str]], mode: GenerationMode) -> None:
    address, headers = described
    schema = schemathesis.openapi.from_url(f"{address}/v1/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= LEAST_OPERATIONS
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not {"parameters", "requestBody"} & set(
            operation.definition.raw
        ):
            continue  # nothing is sent that could be wrong
        strategy = operation.as_strategy(generation_mode=mode)

        @seed(1)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def call(case: schemathesis.Case) -> None:
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS, headers=headers)

        call()
