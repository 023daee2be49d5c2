"""What releases of SQL Server's clients did, by question: from baselines, and from the measurement of SqlClient.

A question is an act of the catalogue in one word: what a client does where the certificate is self-signed, where the
name stands in the common name alone. The pages of the atlas and of the findings are made of the answers.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tlslab.model.act import BROKEN, FIXED

MEASURED = "measured, not replayed here"
"""Of SqlClient's releases: measured where NuGet can be reached, 2026-11-30, .NET 10, Debian 12."""
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "expired": ("expired", "M:expired"),
    "not yet valid": ("not-yet-valid", "M:notyet"),
    "self-signed": ("self-signed", "M:selfsigned"),
    "untrusted CA": ("untrusted-ca.direct", "M:untrusted"),
    "intermediate missing": ("missing-intermediate", "M:nointer"),
    "another name": ("name-mismatch", "M:wrongname"),
    "for clients alone (EKU)": ("wrong-eku", "M:ekuclient"),
    "signed with SHA-1": ("sha1-signature.client", "M:sha1"),
    "RSA key of 1024 bits": ("weak-key", "M:rsa1024"),
    "name in the CN alone": ("name-mismatch.common-name-alone", "M:cnonly"),
    "short name dialled": ("name-mismatch.short-name", "short-name:good"),
    "IP address dialled": ("ip-san", "M127:ipsan"),
    "wildcard": ("valid-name.wildcard", "M:wildcard"),
    "server demands encryption": ("untrusted-ca.forced", "Opt:forceduntrusted"),
    "TDS 8.0": ("untrusted-ca.strict", "S:untrusted.s"),
}
"""Each question: the scenario whose broken act asks it, and the attempt of the measurement that did."""
DEFECTS = tuple(QUESTIONS)[:9]
OTHER_NAME = "name-mismatch", "expect-certificate-name"
"""The scenario and the fix that tell what an option for another name does."""


@dataclass(frozen=True, slots=True)
class Did:
    """What came of it: whether it connected, or hung; what it said."""

    connected: bool
    text: str = ""
    hung: bool = False


@dataclass(frozen=True)
class Release:
    """One release of a client. `did`: its answers by question, and by the names of the measurement's attempts."""

    client: str
    version: str
    tls_library: str
    did: Mapping[str, Did] = field(repr=False)
    other_name: str = ""
    """What an option for another name does: `adds`, `replaces`, `yes` where nobody looked which, "" without one."""
    measured: bool = False
    """It comes from the measurement, and is not replayed here."""
    says: str = ""
    """Of a pinned client: its version."""
    defaults: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What it does without an option, by question, where that was measured with it (`tlslab.matrix.defaults`)."""

    @property
    def command(self) -> str:
        """The command that plays it; of a measured release the one that does where .NET's SDK is."""
        if self.measured and self.client == "sqlclient":
            return ""
        if not self.version:
            return f"./tlslab run --client {self.client}"
        number, own_build, rest = self.version.partition("~")
        if not own_build:
            return f"./tlslab run --client {self.client}@{self.version}"
        # PyPI has that release as sources alone; what tells one build from another is of that build.
        built = f"./{self.client.replace('-', '_')}-{number}-*.whl"
        spec = f"{self.client}@$(ls {built})" + "".join(f"+{item}" for item in rest.split("+")[1:])
        return f"pip wheel --no-deps {self.client}=={number} && ./tlslab run --client {spec}"


def of_baselines(baselines: Iterable[Mapping[str, Any]]) -> list[Release]:
    """The clients of these baselines that play SQL Server."""
    found = [_of_baseline(item) for item in baselines if any(cell.endswith("/sqlserver") for cell in item["cells"])]
    return sorted(found, key=lambda item: (item.client, _numbers(item.version)))


def _of_baseline(baseline: Mapping[str, Any]) -> Release:
    acts: dict[str, Did] = {}
    for outcome in baseline["outcomes"]:
        said = " ".join(outcome["text"])
        done = Did(outcome["result"] == "connected", said, outcome["result"] == "timeout")
        acts.update(dict.fromkeys(outcome["acts"], done))
    did: dict[str, Did] = {}
    for question, (scenario, _) in QUESTIONS.items():
        for act, done in acts.items():
            if act.startswith(f"{scenario}/") and act.endswith(f"/sqlserver: {BROKEN}"):
                did[question] = done
    # Every other scenario by its own name.
    for act, done in acts.items():
        if act.endswith(f"/sqlserver: {BROKEN}"):
            did.setdefault(act.partition("/")[0], done)
        # What became of a fix, by the scenario and the fix.
        if act.endswith(f"/sqlserver: {FIXED}"):
            did.setdefault(act.rpartition("/")[0], done)
    renamed = acts.get(f"{'/'.join(OTHER_NAME)}/sqlserver: {FIXED}")
    name, _, version = str(baseline["client"]).partition("@")
    found = re.search(r"\d+(?:\.\d+)+", str(baseline.get("version", "")))
    return Release(
        name,
        version,
        str(baseline["tls_library"]),
        did,
        "yes" if renamed is not None and renamed.connected else "",
        says=found[0] if found and not version else "",
        defaults=baseline.get("defaults", {}),
    )


def of_measurement(data: Mapping[str, Any]) -> list[Release]:
    """SqlClient's releases, the oldest first."""
    found: list[Release] = []
    for number, name in enumerate(data["releases"]):
        driver, version = name.split(" ")
        did: dict[str, Did] = {}
        for attempt, made in data["attempts"].items():
            outcome = made["outcomes"][number]
            if outcome is not None:
                did[attempt] = _measured(data, data["outcomes"][outcome])
        did |= {question: did[attempt] for question, (_, attempt) in QUESTIONS.items() if attempt in did}
        client = "microsoft-data-sqlclient" if driver.startswith("Microsoft") else "sqlclient"
        found.append(Release(client, version, "OpenSSL, .NET's own check", did, _other_name(did), measured=True))
    return found


def _other_name(did: Mapping[str, Did]) -> str:
    if not did["kw:hnic"].connected:
        return ""
    return "adds" if did["hnic=nope:good"].connected else "replaces"


def _measured(data: Mapping[str, Any], outcome: Mapping[str, Any]) -> Did:
    if outcome.get("connected"):
        return Did(True)
    words = [f"{name}: {data['texts'][text]}" for name, text in outcome.get("chain", ())]
    return Did(False, " ---> ".join(" ".join(each.split()) for each in words), bool(outcome.get("hangs")))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
