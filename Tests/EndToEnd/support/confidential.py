"""Everything said to the servers that no log may ever repeat; the last test looks for it."""

_phrases: set[str] = set()

# Shorter words would be found by chance.
_SHORTEST = 8


def confide(phrase: str) -> str:
    assert len(phrase) >= _SHORTEST, "too short to be looked for"
    _phrases.add(phrase)
    return phrase


def phrases() -> frozenset[str]:
    return frozenset(_phrases)
