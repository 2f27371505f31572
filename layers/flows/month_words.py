"""Months of twelve digits, January first, as words."""

__all__ = ["months_in_words"]


def months_in_words(digits: str) -> str:
    """Return `all year`, or the numbers of the months with a 1, such as `months 1-3, 12`."""
    if "0" not in digits:
        return "all year"
    spans: list[list[int]] = []
    for month in (place + 1 for place, digit in enumerate(digits) if digit == "1"):
        if spans and spans[-1][1] == month - 1:
            spans[-1][1] = month
        else:
            spans.append([month, month])
    return "months " + ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)
