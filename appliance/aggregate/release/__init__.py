"""A release as a file: package, descriptor, report, signature."""

from appliance.aggregate.release import archive
from appliance.aggregate.release.facts import Approval, EarlierPackage, ReleaseFacts, School, label
from appliance.aggregate.release.package import Draft, approved, draft, laid
from appliance.aggregate.release.sshsig import PublicKey, Signer

__all__ = [
    "Approval",
    "Draft",
    "EarlierPackage",
    "PublicKey",
    "ReleaseFacts",
    "School",
    "Signer",
    "approved",
    "archive",
    "draft",
    "label",
    "laid",
]
