"""Which cells to hide so that nothing sensitive can be derived, at the least proven cost.

The attacker shares no code with this package (an import contract says so), so a slip here cannot hide from it.
"""

from appliance.aggregate.disclosure.suppression.plan import Block, Pattern, Work, choose, cover, mend
from appliance.aggregate.disclosure.suppression.promises import Unkept

__all__ = ["Block", "Pattern", "Unkept", "Work", "choose", "cover", "mend"]
