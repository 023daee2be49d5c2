"""OpenSSL: what its path validation and its handshake say. Most clients show these words inside their own."""

from tlslab.model.circumstances import ALLOWS_OLD_VERSIONS, LOW_SECURITY_LEVEL, NOT_TOLD_OF_REVOCATION, SENT_ALONE
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    OTHER_SERVICE,
    PLAIN_HTTP,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    SMALL_DH,
    STAPLE_MISSING,
    UNTRUSTED,
    WEAK_HANDSHAKE_SIGNATURE,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Offers, says, says_each, tolerates
from tlslab.model.situation import TLSVersion

_OPENSSL = "https://github.com/openssl/openssl/blob"
VERIFY = Source(
    "OpenSSL, crypto/x509/x509_txt.c, X509_verify_cert_error_string",
    f"{_OPENSSL}/0223dfcf1e4d4d6f0a9a671ce570c6a1c057fe93/crypto/x509/x509_txt.c",
)
VERIFY_111 = Source(
    "OpenSSL 1.1.1w, crypto/x509/x509_txt.c, X509_verify_cert_error_string (before 3.0: without the hyphen)",
    f"{_OPENSSL}/OpenSSL_1_1_1w/crypto/x509/x509_txt.c",
)
REASONS = Source(
    "OpenSSL, ssl/ssl_err.c, SSL_str_reasons",
    f"{_OPENSSL}/3d4bb90138b0586f88f44a67b7ea3b7ab4a88081/ssl/ssl_err.c",
)
FLAGS = Source(
    "OpenSSL, X509_VERIFY_PARAM_set_flags(3): X509_V_FLAG_CRL_CHECK enables the checking of CRLs",
    f"{_OPENSSL}/9bfa6fa218e96bb0d885f41bb91b505176f48c03/doc/man3/X509_VERIFY_PARAM_set_flags.pod",
)
SIGNATURE_REASONS = Source(
    "OpenSSL, crypto/rsa/rsa_err.c, RSA_str_reasons",
    f"{_OPENSSL}/02e483d236d735a9e0c925fafe8b89d58b6d0a01/crypto/rsa/rsa_err.c",
)
NO_SIGNATURE_OF_THIS_KEY = ("invalid padding", "block type is not 01", "data too large for modulus")
"""What the queue of errors begins with where an RSA key is tried on the signature of another one: which of them depends
on the two keys. The reason for which the certificate is refused comes last.
"""

VERSIONS = Source(
    "OpenSSL, SSL_CTX_set_min_proto_version(3): 0, the default, is down to the lowest version that it supports",
    f"{_OPENSSL}/1e6fb414ea43b03ca73146a6108985f82c688460/doc/man3/SSL_CTX_set_min_proto_version.pod",
)
LEVELS = Source(
    "OpenSSL, SSL_CTX_set_security_level(3), DEFAULT CALLBACK BEHAVIOUR, Levels 1 and 2 (1024 and 2048 bits); the "
    "words are in ssl/ssl_err.c",
    f"{_OPENSSL}/02e14a65fd6cc63204b43a79d510e95a63bdd901/doc/man3/SSL_CTX_set_security_level.pod",
)
SHA1_HANDSHAKE = Source(
    "openssl/openssl, issue 18194: TLS 1.0 at the default security level fails where the server signs its key "
    "exchange, and works with RSA key exchange; the words are in ssl/ssl_err.c, SSL_str_reasons",
    "https://github.com/openssl/openssl/issues/18194",
)

LIBRARY = Library(
    "openssl",
    (
        *says_each(
            {
                SELF_SIGNED: "self-signed certificate",
                # A leaf whose issuer is not there, whatever the reason, is one error (20); one that came alone can be
                # another (21).
                UNTRUSTED: "unable to get local issuer certificate",
                INCOMPLETE: "unable to get local issuer certificate",
                EXPIRED: "certificate has expired",
                WEAK_SIGNATURE: "CA signature digest algorithm too weak",
                REVOKED: "certificate revoked",
                REVOCATION_UNKNOWN: "unable to get certificate CRL",
                REVOCATION_STALE: "CRL has expired",
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=VERIFY,
        ),
        *says(
            [UNTRUSTED],
            Phase.VERIFY,
            "unable to get local issuer certificate",
            "unable to verify the first certificate",
            basis=Basis.AUTHORITATIVE,
            source=VERIFY,
            when=[SENT_ALONE],
        ),
        *says(
            [INCOMPLETE],
            Phase.VERIFY,
            "unable to verify the first certificate",
            basis=Basis.AUTHORITATIVE,
            source=VERIFY,
        ),
        *says([SELF_SIGNED], Phase.VERIFY, "self signed certificate", basis=Basis.AUTHORITATIVE, source=VERIFY_111),
        *(
            tolerates(
                "OpenSSL looks at revocation only where a program tells it to, and at no answer of OCSP by itself",
                of=[condition],
                when=[NOT_TOLD_OF_REVOCATION],
                basis=Basis.AUTHORITATIVE,
                source=FLAGS,
            )
            for condition in (REVOKED, REVOCATION_STALE, STAPLE_MISSING)
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "hostname mismatch",
            "IP address mismatch",
            basis=Basis.AUTHORITATIVE,
            source=VERIFY,
        ),
        *says(
            [NO_COMMON_VERSION],
            Phase.HANDSHAKE,
            "tlsv1 alert protocol version",
            "unsupported protocol",
            "no protocols available",
            basis=Basis.AUTHORITATIVE,
            source=REASONS,
        ),
        *says(
            [WEAK_HANDSHAKE_SIGNATURE],
            Phase.HANDSHAKE,
            "legacy sigalg disallowed or unsupported",
            basis=Basis.AUTHORITATIVE,
            source=SHA1_HANDSHAKE,
            when=[~ALLOWS_OLD_VERSIONS],
        ),
        *says(
            [NO_COMMON_CIPHER],
            Phase.HANDSHAKE,
            "sslv3 alert handshake failure",
            "ssl/tls alert handshake failure",  # since OpenSSL 3.2
            basis=Basis.AUTHORITATIVE,
            source=REASONS,
        ),
        *says([SMALL_DH], Phase.HANDSHAKE, "dh key too small", basis=Basis.AUTHORITATIVE, source=LEVELS),
        tolerates(
            "at security level 1 OpenSSL takes Diffie-Hellman groups from 1024 bits on",
            of=[SMALL_DH],
            when=[LOW_SECURITY_LEVEL],
            basis=Basis.AUTHORITATIVE,
            source=LEVELS,
        ),
        *says_each(
            {
                **dict.fromkeys((PLAIN_HTTP, OTHER_SERVICE), "wrong version number"),
                ENDS_EARLY: "unexpected eof while reading",
            },
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=REASONS,
        ),
    ),
    offers=(
        Offers(
            TLSVersion.TLSv1_0,
            TLSVersion.TLSv1_3,
            "it begins with the oldest version that it has, unless openssl.cnf says otherwise (MinProtocol)",
            Basis.AUTHORITATIVE,
            VERSIONS,
        ),
    ),
)
