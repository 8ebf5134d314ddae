"""Which network addresses belong to the public internet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

GLOBAL_UNICAST = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them: a tunnel to an IPv4 address of the sender's choice
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, the same; withdrawn by RFC 7526
        "3fff::/20",  # documentation
    )
)
NAT64 = IPv6Network("64:ff9b::/96")
"""Where networks without IPv4 put it [RFC 6052]: the last 32 bits are the address that is reached."""
NOT_PUBLIC_4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments: public to Python before 3.12.4
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody's server may be there: not private, loopback, link-local, multicast, reserved or unspecified.

    An address that wraps an IPv4 one is judged by what it reaches.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in block for block in NOT_PUBLIC_4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in GLOBAL_UNICAST and not any(address in block for block in NOT_PUBLIC_6)
