"""C14: many readers, one token request; a lost race is no revocation."""

from claw.connect.conformance.check import Check, NotApplicable, Run


async def _many_readers_make_one_token_request(run: Run) -> None:
    kind = run.subject.connector.manifest.auth.kind
    raise NotApplicable(f"its credential ({kind}) does not run out, so nothing is refreshed")


TOKENS = Check(
    number="C14",
    title="Many readers make one token request",
    body=_many_readers_make_one_token_request,
)
