"""Trust store: the CA's certificate is there, and laid down so that the client does not find it."""

from tlslab.model.certificate import Authority
from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import STORE_ABSENT, STORE_NOT_HASHED, STORE_UNREADABLE, UNTRUSTED
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import HASHED_DIRECTORY, Situation, Store, StoreFlaw
from tlslab_scenarios._sources import (  # fmt: skip
    CA_FILE_DELETED,
    CA_LOCATIONS,
    CERTIFICATE_IN_DER,
    CURL_77,
    CURL_CACERT,
    CURL_CAPATH,
    REHASH,
    REHASH_C,
    WHERE_CERTIFICATES_GO,
)


@scenario(
    form="missing-file",
    title="The file that the client shall trust is not there",
    conditions=[STORE_ABSENT, UNTRUSTED],
    sources=[CURL_77, CURL_CACERT, CA_LOCATIONS],
)
def missing_file(healthy: Situation) -> Situation:
    """The option names a file with the CA's certificate, and no file of that name is there. The server is in order.

    **Symptom.** Many clients say it, each in words of its own: curl "error setting certificate file" (77; from 8.17 on
    "error adding trust anchors from file"), Python "FileNotFoundError: [Errno 2] No such file or directory" without the name of the file, requests "Could not find a
    suitable TLS CA certificate bundle, invalid path". Others go on with nothing to trust, and show the error of a CA that
    is unknown: wget says first "Failed to open cert", and what reads SSL_CERT_FILE (Microsoft's ODBC driver, Node with
    --use-openssl-ca) says no more than "unable to get local issuer certificate". FreeTDS says in its log alone "loading CA
    file failed".

    **Cause.** A path that is relative to another directory, an image or a container into which the file was not copied, a
    letter. OpenSSL takes a default file that is missing for no error, and so does what reads its variables.

    **Look.** `ls -lL FILE`, as the client's user, in its container, from its working directory. `openssl s_client -CAfile
    FILE` says whether OpenSSL can read it.

    **Fix.** Put the file where the option looks for it. Nothing is to be done on the server.
    """
    return healthy.with_client(store=Store(flaw=StoreFlaw.MISSING))


@scenario(
    form="dangling-link",
    title="The file that the client shall trust is a link to nothing",
    conditions=[STORE_ABSENT, UNTRUSTED],
    sources=[CURL_77, CA_FILE_DELETED, CA_LOCATIONS],
)
def dangling_link(healthy: Situation) -> Situation:
    """The option names a symbolic link, and the file behind it has gone. The server is in order.

    **Symptom.** That of a missing file, although the directory lists one: curl "error setting certificate file" (77), Python
    "FileNotFoundError: [Errno 2] No such file or directory", OpenSSL "no such file", Node "ENOENT: no such file or
    directory".

    **Cause.** The package that brought the file was removed or has moved it, a volume is not mounted, or an image took
    over the links without what they point to.

    **Look.** `ls -lL FILE` follows the link and fails; `readlink -f FILE` says where it leads.

    **Fix.** Put the file where the link leads, or set the link anew.
    """
    return healthy.with_client(store=Store(flaw=StoreFlaw.DANGLING))


@scenario(
    form="empty-file",
    title="The file that the client shall trust is empty",
    conditions=[STORE_UNREADABLE, UNTRUSTED],
    sources=[CURL_77, CA_LOCATIONS],
)
def empty_file(healthy: Situation) -> Situation:
    """The option names a file that is there, and there is nothing in it. The server is in order.

    **Symptom.** OpenSSL and Python say "no certificate or crl found", curl "error setting certificate file" (77), gnutls-cli
    "No certificate was found." Node and Go trust nothing then, or what they bring, and say the same as of a CA that is
    unknown.

    **Cause.** A download that failed and made the file all the same, a secret without a value, a disk that was full.

    **Look.** `wc -c FILE`, and `openssl x509 -in FILE -noout -subject`.

    **Fix.** Write the certificate into it: between its BEGIN and END lines, which belong to it.
    """
    return healthy.with_client(store=Store(flaw=StoreFlaw.EMPTY))


@scenario(
    form="der",
    title="The file that the client shall trust is in DER instead of PEM",
    conditions=[STORE_UNREADABLE, UNTRUSTED],
    sources=[CURL_CACERT, CA_LOCATIONS, CERTIFICATE_IN_DER],
)
def der(healthy: Situation) -> Situation:
    """The CA publishes its certificate in DER, as Windows writes it, too (.cer, .crt), and the client reads PEM. The
    server is in order.

    **Symptom.** That of a file without a certificate: OpenSSL and Python "no certificate or crl found", curl "error setting
    certificate file" (77), gnutls-cli "No certificate was found." Node and Go say nothing of the file, and the same as of
    a CA that is unknown.

    **Cause.** The name of a file says nothing of its form: .crt and .cer are used for both.

    **Look.** `head -c 27 FILE`: PEM begins with a BEGIN line, DER does not. `openssl x509 -inform der -in FILE -noout
    -subject` reads DER.

    **Fix.** Convert it: `openssl x509 -inform der -in FILE -out ca.pem`.
    """
    return healthy.with_client(store=Store(flaw=StoreFlaw.DER))


@scenario(
    form="not-hashed",
    title="The certificates in the directory that the client shall trust have no links by hash",
    conditions=[STORE_NOT_HASHED, UNTRUSTED],
    sources=[CA_LOCATIONS, CURL_CAPATH, WHERE_CERTIFICATES_GO],
)
def not_hashed(healthy: Situation) -> Situation:
    """The CA's certificate was copied into the directory of certificates, a file of its own in PEM, and that was all. The
    server is in order.

    **Symptom.** OpenSSL, and all that uses it, does not see the file: "unable to get local issuer certificate", as if it
    were not there, and no word of the directory. GNU Wget with GnuTLS and Go connect: they read every file.

    **Cause.** OpenSSL does not list the directory. It looks for a file that is called by the hash of the issuer's name,
    `HHHHHHHH.0`, and only when it needs that issuer.

    **Look.** `openssl x509 -in FILE -noout -hash` says the name; `ls -l DIR` shows whether a link of that name is there.

    **Fix.** `openssl rehash DIR` makes the links. For the system's directory, `update-ca-certificates` does, from the
    places that it reads.
    """
    return healthy.with_client(store=Store(HASHED_DIRECTORY, StoreFlaw.NOT_HASHED))


@scenario(
    form="bundle",
    title="A bundle of several certificates lies in the directory that the client shall trust",
    conditions=[STORE_NOT_HASHED, UNTRUSTED],
    sources=[REHASH, REHASH_C, CA_LOCATIONS, WHERE_CERTIFICATES_GO],
)
def bundle(healthy: Situation) -> Situation:
    """A file with several certificates (a cloud's bundle of its CAs) was put into the directory of certificates, and
    `openssl rehash` was run. The server is in order.

    **Symptom.** OpenSSL's clients say "unable to get local issuer certificate" as before. GNU Wget with GnuTLS and Go
    connect: they read every file, and all that is in it.

    **Cause.** A link has the name of one certificate, so `openssl rehash` makes links for files that hold exactly one. Of
    others it warns that it is skipping them, and ends with 0.

    **Look.** Run `openssl rehash DIR` again and read what it says of the file. `grep -c BEGIN FILE` counts the
    certificates.

    **Fix.** Split the bundle, a file for each certificate, and rehash; or tell the client of the bundle as a file.
    """
    trusted = (*healthy.client.trust_anchors, Authority("Another CA of the Bundle"))
    return healthy.with_client(trust_anchors=trusted, store=Store(HASHED_DIRECTORY, StoreFlaw.BUNDLE))


def _as_it_should_be(broken: Situation) -> Situation:
    return broken.with_client(store=Store(broken.client.store.kind))


@missing_file.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "Put the CA's certificate, in PEM, where the option looks for it; an absolute path is the same from everywhere.",
        "Let the client's user read it.",
    ],
    sources=[CURL_CACERT, CA_LOCATIONS],
)
def put_the_file_there(broken: Situation) -> Situation:
    """Put the file where the client looks for it."""
    return _as_it_should_be(broken)


dangling_link.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "See where the link leads: `readlink -f FILE`.",
        "Put the CA's certificate there, in PEM, or set the link anew.",
    ],
    sources=[CURL_CACERT, CA_LOCATIONS],
)(put_the_file_there)

empty_file.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Get the CA's certificate again, in PEM, and look into the file before the client does."],
    sources=[CURL_CACERT, CA_LOCATIONS],
)(put_the_file_there)


@der.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["`openssl x509 -inform der -in FILE -out ca.pem`", "Name the new file to the client."],
    sources=[CERTIFICATE_IN_DER, CURL_CACERT],
)
def convert_to_pem(broken: Situation) -> Situation:
    """Convert the certificate to PEM."""
    return _as_it_should_be(broken)


@not_hashed.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["`openssl rehash DIR`", "Do it again whenever a certificate comes or goes."],
    sources=[REHASH, CURL_CAPATH],
)
def rehash(broken: Situation) -> Situation:
    """Make the links by which OpenSSL finds the certificates."""
    return _as_it_should_be(broken)


@bundle.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Split the bundle: a file for each certificate, called *.pem or *.crt.", "`openssl rehash DIR`"],
    sources=[REHASH, CA_LOCATIONS],
)
def split_and_rehash(broken: Situation) -> Situation:
    """Split the bundle into files of one certificate each, and rehash."""
    return _as_it_should_be(broken)


@bundle.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Name the bundle by the option for a file, instead of its directory by that for a directory."],
    sources=[CA_LOCATIONS, CURL_CACERT],
)
def name_the_file(broken: Situation) -> Situation:
    """Tell the client of the bundle as a file: there may be several certificates in it."""
    return broken.with_client(store=Store())
