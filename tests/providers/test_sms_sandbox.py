"""The sandbox takes numbers of nobody, and each key once."""

from uuid import UUID

from claw.ports.channels import NotSent, Parcel, Sent
from claw.providers.sms.sandbox import SandboxSms


def parcel(address: str, key: str = "k") -> Parcel:
    return Parcel(
        tenant_id=UUID(int=1),
        key=key,
        address=address,
        subject="",
        text="",
        html="",
        sms="1 job",
        json=b"",
    )


async def test_a_number_for_fiction_is_taken_with_a_receipt_that_stays_the_same() -> None:
    first = await SandboxSms().send(parcel("+61491570006"))
    again = await SandboxSms().send(parcel("+61491570006"))
    other = await SandboxSms().send(parcel("+61491570006", key="other"))

    assert isinstance(first, Sent)
    assert first == again
    assert first != other


async def test_a_number_of_somebody_is_refused() -> None:
    assert await SandboxSms().send(parcel("+61412345678")) == NotSent("sandbox_number", again=False)
