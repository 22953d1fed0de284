"""Why a release is refused: one error for the whole aggregate wing."""

from appliance.errors import Trouble


class Refused(Trouble):
    """Something about the counts, the policy or the attack forbids the release.

    The sentence names the table, the geography code and the category code, never a number of students.
    """
