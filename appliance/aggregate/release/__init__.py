"""A release as a file: package, descriptor, report, signature."""

from appliance.aggregate.release.facts import EarlierPackage, ReleaseFacts, School, label
from appliance.aggregate.release.package import build, package_bytes
from appliance.aggregate.release.sshsig import PublicKey, Signer

__all__ = ["EarlierPackage", "PublicKey", "ReleaseFacts", "School", "Signer", "build", "label", "package_bytes"]
