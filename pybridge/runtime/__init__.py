"""Numbers that checks compute with: exact rationals, certified enclosures, norms, claims and verdicts."""
