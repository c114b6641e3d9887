"""Data with something in it replaced or left out, for tests that must take whatever comes."""

from typing import Any

from hypothesis import strategies as st

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["a.png", "\0", "..", "chair", "\ud800", 1e39, 3])
    # A new one each time: it may be spoiled itself.
    | st.builds(lambda: [1, 2, 3, 4]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["id", "bbox", "name"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def spoiled(value: Any, data: st.DataObject) -> Any:
    """The value with something in it replaced, or left out; it is changed in place."""
    if isinstance(value, dict | list) and value and data.draw(st.integers(0, 5)):
        key = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        if not data.draw(st.integers(0, 5)):
            del value[key]
        else:
            value[key] = spoiled(value[key], data)
        return value
    return data.draw(VALUES)
