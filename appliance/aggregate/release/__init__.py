"""A release as a file: package, descriptor, report, signature."""

from appliance.aggregate.release.facts import ReleaseFacts, School
from appliance.aggregate.release.package import build, package_bytes
from appliance.aggregate.release.sshsig import PublicKey, Signer

__all__ = ["PublicKey", "ReleaseFacts", "School", "Signer", "build", "package_bytes"]
