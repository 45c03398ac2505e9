"""python locks/sbom.py PYTHON --to FILE: what PYTHON has installed, our weights and our data.

CycloneDX, without a time or a random number: the same environment and files make the same FILE.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parent.parent
FOLDERS = {
    "data/models/encoder": ComponentType.MACHINE_LEARNING_MODEL,
    "data/models/reranker": ComponentType.MACHINE_LEARNING_MODEL,
    "data/demo": ComponentType.DATA,
    "data/pairs": ComponentType.DATA,
    "data/guidelines": ComponentType.DATA,
}


def main() -> None:
    """Write the file, or end with what the tool or the schema objects to."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python locks/sbom.py")
    parser.add_argument("python", help="of the environment to describe")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    bom = installed(options.python)
    assert bom.metadata.component is not None
    ours = [folder(name, kind) for name, kind in FOLDERS.items()]
    pinned = pins()
    direct = [part for part in bom.components if normalized(part.name) in pinned]
    bom.components.update(ours)
    bom.register_dependency(bom.metadata.component, [*direct, *ours])
    described = json.loads(JsonV1Dot6(bom).output_as_string())
    del described["serialNumber"], described["metadata"]["timestamp"]
    content = json.dumps(described, ensure_ascii=False, indent=1)
    objection = JsonStrictValidator(SchemaVersion.V1_6).validate_str(content)
    if objection:
        sys.exit(f"{options.to}: not CycloneDX: {objection}")
    options.to.write_text(content + "\n", encoding="utf-8")
    sys.stdout.write(f"{options.to}: {len(bom.components)} components\n")


def installed(python: str) -> Bom:
    """The packages of an environment, as cyclonedx-py tells them, below this project."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "environment", python]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    bom: Bom = Bom.from_json(json.loads(done.stdout))  # type: ignore[attr-defined]
    return bom


def pins() -> set[str]:
    """The packages that requirements.txt names: what this project itself depends on."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return {normalized(line.partition("==")[0]) for line in lines if "==" in line}


def normalized(name: str) -> str:
    """One spelling of a package's name."""
    return name.lower().replace("_", "-").replace(".", "-")


def folder(name: str, kind: ComponentType) -> Component:
    """One of our folders with the SHA-256 of each of its files; all are under our licence."""
    files = sorted(path for path in (ROOT / name).rglob("*") if path.is_file())
    return Component(
        name=name,
        type=kind,
        bom_ref=name,
        licenses=[LicenseExpression("Apache-2.0")],
        components=[
            Component(
                name=path.relative_to(ROOT / name).as_posix(),
                type=ComponentType.FILE,
                bom_ref=path.relative_to(ROOT).as_posix(),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256(path))],
            )
            for path in files
        ],
    )


def sha256(path: Path) -> str:
    """Of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    main()
