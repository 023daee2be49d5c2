"""The atlas, docs/atlas.md: what each release of SQL Server's clients verifies, in which mode, and what it says."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from tlslab.report.observed import DEFECTS, MEASURED, Did, Release

HEAD = f"""\
# The atlas: what clients of SQL Server verify

For each client and release: what it looks at by default and in each mode of encryption, how it finds the name, and what
it says of each defect. This page is made by `./tlslab refresh`, of the baselines of the pinned clients (`baselines/`),
of those of other releases (`baselines/releases/`; `./tlslab baseline --release NAME@VERSION` makes one), and of a
measurement of sixteen releases of SqlClient (2026-11-30, .NET 10, Debian 12; marked †: {MEASURED}). An
empty place: not asked, or the client has no such option. Where a command has `@`, that release is installed for it
alone; Microsoft.Data.SqlClient's by .NET's SDK.
"""
PINS = """\
Of SqlClient. *Own pin, untrusted*: whether the pin lets the certificate in that it names. *Other pin*: whether a good
certificate that is not the pinned one is refused. *No list*: whether a certificate without a list of revoked ones is
refused; no other release ever looks at revocation.
"""
BY_DEFAULT = {"untrusted": "default:untrusted", "name": "default:wrongname"}
VERIFIES = ("checks the chain", "checks the name")
ENCRYPTS = {"always": "always", "never": "never", "only where the server forces it": "if forced", "unknown": "unknown"}
"""What releases do by default, in a word."""
UNKNOWN_OPTION = (
    "ArgumentException",
    "The property encrypt does not contain a valid boolean value",
    'The "config.options.encrypt" property must be of type boolean',
    "Bad numbytes parameter passed to dbstrcpy",
    "'encryption' option should be",
    "invalid encrypt 'strict'",
)
"""How clients refuse an option, or a value of it, before they connect."""
_LONGEST = 230


ABSENT = """\
## What is not here

- **pymssql before 2.2.6**: no wheel for Python 3.11 and newer, and the lab builds no driver of C by itself.
- **python-tds before 1.16**: sources alone, no wheel. `pip wheel` makes one, as its rows say; 1.12 and older ask for
  `pkg_resources` as well, which setuptools no longer has. python-tds is played with pyOpenSSL 25.0.0
  (`+pyopenssl==25.0.0`): newer ones lack what its check of the name calls.
- **tedious before 14, mssql-jdbc before 9.4, go-mssqldb before 1.0**: older than the five years that this page is for,
  or, of go-mssqldb 0.x, with another interface than the lab's program is written for.
- **mssql-python before 1.0**: there was none.
- **Microsoft.Data.SqlClient (†)**: NuGet has it. PyPI's `arrowsqlbcpy` 0.2.1 carries 5.2.2 in a library that needs
  glibc 2.38 (Debian 12 has 2.36: ``version `GLIBC_2.38' not found``) and never tells why a certificate was refused. So
  it is played by the .NET SDK alone.
"""


def atlas_in_markdown(releases: Sequence[Release], defaults: Mapping[str, str]) -> str:
    """The whole page. `defaults`: what the pinned clients do without an option, measured, by the client's name."""
    return "\n".join(
        [HEAD, *_modes(releases, defaults), *_names(releases), *_pins(releases), *_words(releases), ABSENT]
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows), ""]


def _who(release: Release) -> str:
    return f"`{release.client}` {_version(release)}"


def _modes(releases: Sequence[Release], defaults: Mapping[str, str]) -> list[str]:
    head = (
        "release",
        "TLS library",
        "nothing given",
        "encryption asked for",
        "server alone demands it",
        "TDS 8.0",
        "played by",
    )
    return [
        "## Does it verify?\n",
        "Of a certificate whose CA nobody trusts: `yes` it refuses, **no** it connects. *Nothing given*: no option.\n",
        *_table(
            head,
            (
                (
                    _who(item),
                    item.tls_library,
                    _default(item, defaults),
                    _refuses(item, "untrusted CA"),
                    _refuses(item, "server demands encryption"),
                    _refuses(item, "TDS 8.0"),
                    f"`{item.command}`" if item.command else "",
                )
                for item in releases
            ),
        ),
    ]


def _default(release: Release, defaults: Mapping[str, str]) -> str:
    if release.measured:
        chain, name = (release.did[attempt].connected for attempt in BY_DEFAULT.values())
        return "**no**" if chain and name else "yes"
    if release.defaults:
        verifies = {release.defaults[question] for question in VERIFIES} == {"yes"}
        return "yes" if verifies else f"**no** (encrypts {ENCRYPTS[release.defaults['encrypts'].partition(':')[0]]})"
    return "" if release.version else defaults.get(release.client, "")


def _refuses(release: Release, question: str) -> str:
    done = release.did.get(question)
    if done is None:
        return ""
    if _has_no_such_option(done):
        return "no such option"
    return "hangs" if done.hung else "**no**" if done.connected else "yes"


def _has_no_such_option(done: Did) -> bool:
    return any(words in done.text for words in UNKNOWN_OPTION)


def _takes(release: Release, question: str) -> str:
    done = release.did.get(question)
    return "" if done is None else "yes" if done.connected else "no"


def _names(releases: Sequence[Release]) -> list[str]:
    head = (
        "release",
        "CN alone",
        "IP address in the SAN",
        "wildcard",
        "short name for the full one",
        "option for another name",
    )
    return [
        "## How does it find the name?\n",
        "`yes`: it connects. A short name that connects was found by the client itself, beside the rules (RFC 6125).\n",
        *_table(
            head,
            (
                (
                    _who(item),
                    _takes(item, "name in the CN alone"),
                    _takes(item, "IP address dialled"),
                    _takes(item, "wildcard"),
                    _takes(item, "short name dialled"),
                    item.other_name or "no",
                )
                for item in releases
            ),
        ),
    ]


def _pins(releases: Sequence[Release]) -> list[str]:
    asked = [item for item in releases if item.measured]
    return [
        "## Pins and revocation\n",
        PINS,
        *_table(
            ("release", "own pin, untrusted", "other pin", "no list"),
            (
                (
                    _who(item),
                    _pin(item, "pin:untrusted=own", "connects", "refused"),
                    _pin(item, "pin:good=other", "**ignored**", "refused"),
                    "**refused**" if not item.did["M:good"].connected else "connects",
                )
                for item in asked
            ),
        ),
    ]


def _pin(release: Release, attempt: str, connected: str, refused: str) -> str:
    done = release.did.get(attempt)
    if done is None or _has_no_such_option(done):
        return "no option"
    return connected if done.connected else refused


def _words(releases: Sequence[Release]) -> list[str]:
    lines = [
        "## What does it say?\n",
        "With encryption asked for. One line for each text, with the releases that say it.\n",
    ]
    for client, of_client in groupby(sorted(releases, key=lambda item: item.client), lambda item: item.client):
        known = list(of_client)
        rows: list[tuple[str, str, str]] = []
        for question in DEFECTS:
            said: dict[str, list[Release]] = {}
            for item in known:
                if question in item.did:
                    said.setdefault(_said(item.did[question]), []).append(item)
            rows += [(question, text, ", ".join(_version(item) for item in who)) for text, who in said.items()]
        lines += [f"### {client}\n", *_table(("defect", "it", "releases"), rows)]
    return lines


def _version(release: Release) -> str:
    if release.version:
        return release.version.partition("~")[0].partition("+")[0] + ("†" if release.measured else "")
    return f"{release.says} (pinned)" if release.says else "pinned"


def _said(done: Did) -> str:
    if done.connected:
        return "**connects**"
    if done.hung:
        return "hangs"
    text = done.text.replace("|", "\\|").replace("`", "'")
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2].rstrip()} ... {text[-_LONGEST // 2 :].lstrip()}"
    return f"`{short}`"
