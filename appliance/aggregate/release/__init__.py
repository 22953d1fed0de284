"""A release as a file: package, descriptor, report, signature."""

from appliance.aggregate.release import archive
from appliance.aggregate.release.facts import EarlierPackage, ReleaseFacts, School, label
from appliance.aggregate.release.package import build, package_bytes, preview_bytes, tables_of
from appliance.aggregate.release.sshsig import PublicKey, Signer

__all__ = [
    "EarlierPackage",
    "PublicKey",
    "ReleaseFacts",
    "School",
    "Signer",
    "archive",
    "build",
    "label",
    "package_bytes",
    "preview_bytes",
    "tables_of",
]
