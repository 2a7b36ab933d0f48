"""C14: many readers, one token request; a revoked grant asks a person, once."""

from collections import Counter
from collections.abc import Mapping

from claw.connect.conformance.check import Check, NotApplicable, Run, expect
from claw.connect.conformance.harness import Tenancy
from claw.connect.conformance.rehearsal import Rehearsal, expect_same, records_of, rehearse
from claw.connect.conformance.subject import Impossible
from claw.connect.manifest import template_parameters
from claw.connect.token_server import TokenServer
from claw.ports.manifest import Manifest, OAuth2Spec

_DAYS = 3
_ENGINES, _READERS = 2, 50


async def _many_readers_make_one_token_request(run: Run) -> None:
    manifest = run.subject.connector.manifest
    spec = manifest.auth.oauth2
    if spec is None:
        raise NotApplicable("its credential does not run out, so nothing is refreshed")
    async with rehearse(run, days=_DAYS) as on:
        tokens = on.stage.tokens
        tenancy = await on.tenant("signed-in", secrets=_secrets(spec, tokens))
        await _one_request(tenancy, tokens, manifest, "at first")
        tokens.expire()
        await _one_request(tenancy, tokens, manifest, "when the token had run out")
        on.stage.book(on.at(0, 9), 60)
        await on.sync_well(tenancy, "signed in")
        await _revoked(on, tenancy, tokens)


async def _one_request(
    tenancy: Tenancy, tokens: TokenServer, manifest: Manifest, when: str
) -> None:
    before = len(tokens.log)
    template = _parameterless(manifest)
    outcomes = await tenancy.read_at_once(template, engines=_ENGINES, readers=_READERS)
    spread = dict(Counter(outcomes))
    expect(spread == {"ok": _ENGINES * _READERS}, f"{when}: the readers ended with {spread}")
    asked = len(tokens.log) - before
    expect(asked == 1, f"{when}: {len(outcomes)} readers made {asked} token requests")
    seen = await tenancy.connection()
    expect(
        seen.status == "active" and not seen.reconnect_tasks,
        f"{when}: the race for a token was taken for a revocation",
    )


async def _revoked(on: Rehearsal, tenancy: Tenancy, tokens: TokenServer) -> None:
    """One task, however often it is tried; what was read before stays."""
    before = await records_of(tenancy)
    tokens.revoke()
    for _ in range(2):
        seen = await on.sync(tenancy)
        expect(seen.status != "ok", "the grant is revoked, and the sync went well")
        found = await tenancy.connection()
        expect(
            (found.status, found.reconnect_tasks) == ("paused", 1),
            f"the grant is revoked: the connection is {found.status}, with "
            f"{found.reconnect_tasks} reconnect tasks",
        )
    expect_same(await records_of(tenancy), before, "after the grant was revoked")


def _secrets(spec: OAuth2Spec, tokens: TokenServer) -> Mapping[str, str]:
    """The stage's client and consent, under the names that the manifest gives them."""
    given = tokens.secrets
    names = {
        "client_id": spec.client_id,
        "client_secret": spec.client_secret,
        "refresh_token": spec.refresh_token,
    }
    return {name: given[kind] for kind, name in names.items() if name is not None}


def _parameterless(manifest: Manifest) -> str:
    for read in manifest.reads:
        if read.method == "GET" and not template_parameters(read.template):
            return read.template
    raise Impossible("no declared read is without parameters, so none can be sent at once")


TOKENS = Check(
    number="C14",
    title="Many readers make one token request",
    body=_many_readers_make_one_token_request,
)
