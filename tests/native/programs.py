"""Functions for the tests, apart from them: pytest rewrites `assert` where it finds tests."""


def checked(x):
    if x < 0:
        raise ArithmeticError(f"{x} is negative")
    assert x < 10, "too large"
    return x * x // 1 + x
