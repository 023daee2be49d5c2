"""Conditions: named facts about a situation that decide what a client says of it.

A condition that is wrong is a defect: an expired certificate, a name that the certificate does not carry. One that is
not wrong exists because some client refuses it, words it, or lets it change what it does: a server that demands
encryption unasked. The conditions of an act are the intention; the self-check measures the same facts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tlslab.model.certificate import KeyPurpose, KeyUse
from tlslab.model.proxy import OK
from tlslab.model.situation import Situation, Speaks


@dataclass(frozen=True, slots=True)
class Seen:
    """What the self-check measured of a situation, by looks that no client makes.

    `speaks`: what is met at the server's port. `answers`: a process accepts connections there. `encrypts`: it does not
    say that it cannot (MS-TDS, ENCRYPT_NOT_SUP). `presents`: it shows certificates to a client that speaks every
    version of TLS. `shares_version`: it shows them to one that speaks the versions of this client side.
    `errors`: what OpenSSL's `verify` finds with what this client side trusts and was given: the number of the error
    (X509_V_ERR_*) and the depth, 0 for the leaf. `anchors`: the depths of those that were found with something that
    the client trusts. `errors_when_complete`: the same with the certificates that the server may have left out.
    `carries_name`: the leaf's SAN has the name that this client side expects (RFC 9525). `weak_signatures`,
    `weak_keys`: the depths at which a hash is used, or a key, that OpenSSL refuses at security level 2; of hashes, a
    certificate that signed itself left out. `purposes`, `uses`: what the leaf's extended key usage and key usage name.
    Among the errors are those that lists of revoked certificates and answers of OCSP show (3, 12, 23). `stapled`: an
    answer of OCSP came with the handshake, where one is demanded.
    `shares_cipher`: it has cipher suites that clients offer. `only_strict`, `not_strict`: it shows nothing to who
    begins as this client does, and shows its certificates to who begins with TLS (TDS 8.0), or with PRELOGIN.
    `pinned`: its certificate is the one that this client side was told to accept, where it was told of one.
    `answered`: what it answers a request of a client with the certificate of this one, or with none, where it demands
    one; "" where it asks nobody. `client_errors`: what OpenSSL finds of that certificate with what the server trusts.
    `proxy`: with which status the client's proxy answers one that begins as this client does; where it lets that one
    through, all else was seen behind it.
    """

    answers: bool = True
    encrypts: bool = True
    presents: bool = True
    shares_version: bool = True
    errors: frozenset[tuple[int, int]] = frozenset()
    errors_when_complete: frozenset[tuple[int, int]] = frozenset()
    carries_name: bool = True
    weak_signatures: frozenset[int] = frozenset()
    weak_keys: frozenset[int] = frozenset()
    anchors: frozenset[int] = frozenset()
    purposes: frozenset[KeyPurpose] = frozenset()
    uses: frozenset[KeyUse] = frozenset()
    speaks: Speaks = Speaks.ITS_PROTOCOL
    stapled: bool = True
    shares_cipher: bool = True
    only_strict: bool = False
    not_strict: bool = False
    pinned: bool = True
    answered: str = ""
    client_errors: frozenset[tuple[int, int]] = frozenset()
    proxy: int = OK

    def has(self, number: int, depth: int | None = None) -> bool:
        """Whether OpenSSL finds this error, at this depth or at any."""
        return any(found == number and depth in (None, at) for found, at in self.errors)


@dataclass(frozen=True, slots=True)
class Condition:
    """One named fact; two conditions of one name are the same.

    `words`: what is so, to stand behind "something is wrong: " or "this is so: ". `present`: whether a situation is
    meant to have it; pure and total. `seen`: whether what the self-check measured shows it; None for what no look from
    outside can show, as an option of the client. `wrong`: it is a defect. `masks`: the names of conditions that neither
    a client nor the self-check can meet while this one is there.
    """

    name: str
    words: str = field(compare=False)
    present: Callable[[Situation], bool] = field(compare=False, repr=False)
    seen: Callable[[Seen], bool] | None = field(default=None, compare=False, repr=False)
    wrong: bool = field(default=False, compare=False)
    masks: frozenset[str] = field(default=frozenset(), compare=False)

    def __str__(self) -> str:
        return self.name


def unmasked(present: Iterable[Condition]) -> frozenset[Condition]:
    """Those of the conditions that none of the others masks."""
    present = frozenset(present)
    masked = {name for condition in present for name in condition.masks}
    return frozenset(condition for condition in present if condition.name not in masked)


def conditions_of(situation: Situation, known: Iterable[Condition]) -> frozenset[Condition]:
    """The conditions of a situation: those that are present, less those that one of them masks."""
    met = situation.met
    return unmasked(condition for condition in known if condition.present(met))


def conditions_seen(seen: Seen, known: Iterable[Condition]) -> frozenset[Condition]:
    """The conditions that a measurement shows, less those that one of them masks."""
    return unmasked(condition for condition in known if condition.seen is not None and condition.seen(seen))


def defects(found: Iterable[Condition]) -> frozenset[Condition]:
    """The conditions that are wrong."""
    return frozenset(condition for condition in found if condition.wrong)


def misbuilt(situation: Situation, seen: frozenset[Condition], known: Iterable[Condition]) -> str:
    """In what the defects that the self-check saw differ from those that the situation is meant to have, in words; ""
    when in nothing. Then the situation says nothing about a client.
    """
    wanted = defects(conditions_of(situation, known))
    if seen == wanted:
        return ""
    return f"found {_names(seen)}, but the situation should have {_names(wanted)}"


def _names(found: Iterable[Condition]) -> str:
    return ", ".join(sorted(map(str, found))) or "nothing wrong"
