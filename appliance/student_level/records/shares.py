"""Shares in tenths of a percent, as every page rounds them."""


def tenths(count: int, out_of: int) -> int:
    """A share in tenths of a percent, rounded, but never onto 10 %, nor onto all or nothing, when it is not that.

    9.96 % reads 9.9, because 10 % or more is a line that this student has not reached.
    """
    share = (2000 * count + out_of) // (2 * out_of)
    if share == 100 and count * 10 < out_of:
        return 99
    if share == 0 and count:
        return 1
    return 999 if share == 1000 and count < out_of else share
