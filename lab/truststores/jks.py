"""A JKS file: Java's own format, its default until Java 9 (JEP 229). `keytool` alone writes it."""

from tlslab.setup.needs import Packages, Program
from tlslab.truststores.kind import Kind, Laid, each
from tlslab.truststores.pkcs12 import PASSWORD

KEYTOOL = Program(
    "keytool",
    Packages(apt="default-jre-headless", dnf="java-17-openjdk-headless", zypper="java-17-openjdk-headless"),
)
_STORE = ("-storetype", "JKS", "-storepass", PASSWORD, "-noprompt")


def _file(path: str, pem: str) -> Laid:
    files = {f"ca-{number}.pem": item for number, item in enumerate(each(pem))}
    return Laid(
        path,
        files,
        tuple(
            # Without it the JVM writes to the machine's /tmp, whatever TMPDIR says.
            (
                KEYTOOL.name,
                "-J-XX:-UsePerfData",
                "-importcert",
                "-keystore",
                path,
                *_STORE,
                "-alias",
                name,
                "-file",
                name,
            )
            for name in files
        ),
    )


KIND = Kind("jks", "JKS file", "truststore.jks", _file, needs=(KEYTOOL,))
