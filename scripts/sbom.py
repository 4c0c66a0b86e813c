"""Write the bill of materials of what operators run, as CycloneDX JSON: `make sbom`."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
VENDORED = ROOT / "src" / "classbell" / "web" / "static" / "LICENSES.txt"
BLOCK = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

NAMED_OTHERWISE = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Licences as packages write them, where that is not the identifier of SPDX."""

SAID_UNCLEARLY = {"aiosmtpd": "Apache-2.0"}
"""Packages whose first word on it is no licence, read from their own text."""

NOT_INSTALLED = frozenset({"httpx2-jsfetch"})
"""Packages of the lock for systems that nothing of this runs on: their licence is unknown here."""

BROUGHT_ALONG = {
    "htmx": ("2.0.11", "0BSD", "pages ask for a part of themselves"),
    "fluent-tokens": ("1.0.0-alpha.24", "MIT", "colours, spaces and type of the pages"),
    "fluent-svg-icons": ("1.1.343", "MIT", "icons of the pages"),
}
"""What lies in the repository itself: version, licence, use. Texts: static/LICENSES.txt."""


def locked() -> dict[str, tuple[str, list[str]]]:
    """Return each package of the lock with its version and the hashes of its files."""
    text = LOCK.read_text(encoding="utf-8")
    found = list(BLOCK.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    return {
        one[1]: (one[2], HASH.findall(text[one.start() : end]))
        for one, end in zip(found, ends, strict=True)
    }


def licence_of(name: str) -> str:
    """Return the licence of an installed package, as SPDX writes it; empty where none is known."""
    if name in NOT_INSTALLED:
        return ""
    if name in SAID_UNCLEARLY:
        return SAID_UNCLEARLY[name]
    about = metadata.metadata(name)
    said = "".join(about.get_all("License-Expression") or [])
    if not said:
        kinds = [one for one in about.get_all("Classifier") or [] if one.startswith("License ::")]
        said = kinds[0].rpartition(" :: ")[2] if kinds else "".join(about.get_all("License") or [])
    return NAMED_OTHERWISE.get(said, said)


def bill() -> Bom:
    """Return the bill of materials; without a moment or a number, so that the same is the same."""
    licences = LicenseFactory()
    made = Bom()
    whole = Component(
        name="classbell",
        type=ComponentType.APPLICATION,
        bom_ref="classbell",
        licenses=[licences.make_from_string("MIT")],
    )
    made.metadata.component = whole
    for name, (version, hashes) in locked().items():
        made.components.add(
            Component(
                name=name,
                version=version,
                type=ComponentType.LIBRARY,
                bom_ref=f"{name}=={version}",
                purl=PackageURL("pypi", name=name, version=version),
                licenses=[licences.make_from_string(one) for one in [licence_of(name)] if one],
                description=f"one of {len(hashes)} files, each with its hash in requirements.lock",
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hashes[0])]
                if len(hashes) == 1
                else (),
            )
        )
    for name, (version, licence, use) in BROUGHT_ALONG.items():
        made.components.add(
            Component(
                name=name,
                version=version,
                type=ComponentType.LIBRARY,
                bom_ref=f"static/{name}",
                licenses=[licences.make_from_string(licence)],
                description=f"lies in the repository: {use}",
            )
        )
    made.register_dependency(whole, made.components)
    return made


def main() -> None:
    """Write it to a file that is named, or to standard output."""
    text = JsonV1Dot6(bill()).output_as_string(indent=2)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")
        print(f"{sys.argv[1]}: {len(locked()) + len(BROUGHT_ALONG)} components")
    else:
        print(text)


if __name__ == "__main__":
    main()
