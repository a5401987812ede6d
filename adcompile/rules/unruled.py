def message(op):
    return (f"`{op}` has no derivative rule", None)
