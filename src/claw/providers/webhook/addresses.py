"""Which addresses may be called: those of the public internet, and no others.

Python's ``is_global`` follows the registries of special-purpose addresses; what those leave
open is named here. An address that carries another one inside (mapped, 6to4, NAT64, Teredo)
is never called: the network on the way would unpack it.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_FORBIDDEN_4 = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("169.254.0.0/16"),
    # IETF protocol assignments, among them the anycast addresses that registries call global.
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("240.0.0.0/4"),
)
_PUBLIC_6 = IPv6Network("2000::/3")
_FORBIDDEN_6 = (
    # Teredo, ORCHID, benchmarking and documentation.
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    # 6to4 carries an IPv4 address.
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
    # Given back by the experimental 6bone.
    IPv6Network("3ffe::/16"),
)


def may_be_called(address: str) -> bool:
    """Whether an address, as a resolver writes it, is one of the public internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        # Also one with a zone (``fe80::1%eth0``), which leads to a link of this machine.
        return False
    return _public_4(parsed) if isinstance(parsed, IPv4Address) else _public_6(parsed)


def _public_4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _FORBIDDEN_4)


def _public_6(address: IPv6Address) -> bool:
    # All that is public today lies in one block; NAT64, mapped and local ones lie outside.
    return (
        address.scope_id is None
        and address in _PUBLIC_6
        and address.is_global
        and not any(address in network for network in _FORBIDDEN_6)
    )
