"""Ten thousand businesses that want their summary at six: when that is, and whether they get it."""
