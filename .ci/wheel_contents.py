"""Build the wheel from the source distribution: it must hold every module, template and schema, and no more."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"orbitkernels": "", "theory": "theory/", "numerics": "numerics/", "proofs": "proofs/"}
KINDS = ("*.py", "py.typed", "*.schema.json", "templates/*")


def expected() -> set[str]:
    """Paths in the wheel of every file of the four folders; the links between them are not followed."""
    return {
        f"orbitkernels/{prefix}{path.relative_to(ROOT / folder)}"
        for folder, prefix in FOLDERS.items()
        for kind in KINDS
        for path in (ROOT / folder).glob(kind)
        if path.is_file()
    }


def built() -> set[str]:
    """Paths in the wheel, without its metadata."""
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, str(ROOT)]
        finished = subprocess.run(build, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if finished.returncode or "Package would be ignored" in finished.stdout:
            sys.exit(finished.stdout)
        (wheel,) = Path(folder).glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
    return {name for name in names if ".dist-info/" not in name}


wanted, found = expected(), built()
missing, surplus = wanted - found, found - wanted
if missing or surplus:
    sys.exit(f"wheel: missing {sorted(missing)}, surplus {sorted(surplus)}")
print(f"wheel: all {len(wanted)} files present, nothing else")
