"""A PKCS#12 file that Java takes as a trust store.

Java trusts a certificate in it that has the attribute `trustedKeyUsage` of Oracle's, 2.16.840.1.113894.746875.1.1,
and sees no entry in others (JDK, sun.security.pkcs12.PKCS12KeyStore).
"""

from tlslab.truststores.kind import Kind, Laid, each

PASSWORD = "changeit"
"""That of the JDK's own store; it keeps nothing secret."""


def _file(path: str, pem: str) -> Laid:
    # The first start of the launcher reads the adapters before there is any package.
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    certificates = [
        pkcs12.PKCS12Certificate(x509.load_pem_x509_certificate(item.encode()), f"ca-{number}".encode())
        for number, item in enumerate(each(pem))
    ]
    return Laid(
        path, {path: pkcs12.serialize_java_truststore(certificates, BestAvailableEncryption(PASSWORD.encode()))}
    )


KIND = Kind("pkcs12", "PKCS#12 file", "truststore.p12", _file)
