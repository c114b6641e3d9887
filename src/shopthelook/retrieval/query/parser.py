"""A filter's text to its tree, by recursive descent.

query     := or END
or        := and (OR and)*
and       := not (AND not)*
not       := NOT not | "(" or ")" | "*" | condition
condition := field ":" value
           | field ":" ("[" | "{") limit TO limit ("]" | "}")
           | field ("<" | "<=" | ">" | ">=") number
           | field ("=" | "!=") value
           | field [NOT] IN "(" value ("," value)* ")"
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from shopthelook.retrieval.query.ast import And, Filter, In, Not, Or, Range, Span, Term
from shopthelook.retrieval.query.errors import QueryError, quoted
from shopthelook.retrieval.query.fold import fold_field, number, plain
from shopthelook.retrieval.query.lexer import Kind, Token, tokens
from shopthelook.retrieval.query.limits import DEEPEST, TOO_DEEP, check

_CONDITION = "a condition such as brand:Norr or price < 50"


def parse(text: str) -> Filter:
    """Read a filter.

    Raises:
        QueryError: it is malformed or too large; the message points at the column.
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    def query(self) -> Filter:
        if self._ended:
            self._fail(f"the filter is empty; expected {_CONDITION}")
        found = self._or()
        if not self._ended:
            self._fail_after_condition()
        try:
            check(found)
        except QueryError as error:
            self._fail(error.reason, (0, len(self._text)))
        return found

    # Operators

    def _or(self) -> Filter:
        return self._joined("OR", self._and, Or)

    def _and(self) -> Filter:
        return self._joined("AND", self._not, And)

    def _joined(self, operator: str, part: Callable[[], Filter], kind: type[And] | type[Or]) -> Filter:
        parts = [part()]
        while self._now.is_word(operator):
            self._at += 1
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return kind(tuple(parts), (parts[0].span[0], parts[-1].span[1]))

    def _not(self) -> Filter:
        token = self._now
        if token.is_word("NOT"):
            self._at += 1
            self._enter(token)
            child = self._not()
            self._depth -= 1
            return Not(child, (token.start, child.span[1]))
        if token.is_sign("("):
            self._at += 1
            self._enter(token)
            inside = self._or()
            if not self._now.is_sign(")"):
                self._fail_after_condition(opened=token)
            self._at += 1
            self._depth -= 1
            return inside
        return self._condition()

    def _enter(self, token: Token) -> None:
        self._depth += 1
        if self._depth >= DEEPEST:
            self._fail(TOO_DEEP, token)

    # Conditions

    def _condition(self) -> Filter:
        field = self._now
        if field.kind not in (Kind.WORD, Kind.STRING):
            self._fail(f"expected {_CONDITION}, found {field}")
        if field.reserved:
            self._fail(
                f"expected {_CONDITION}, found the operator {field}; as a field's name it needs quotes"
            )
        self._at += 1
        operator = self._now
        if self._is_star(field) and not self._starts_operator(operator):
            return And((), (field.start, field.end))
        if not fold_field(field.text):
            self._fail("a field has no name", field)
        if not self._starts_operator(operator):
            self._fail(
                f"expected :, a comparison or IN after the field {field}, found {operator}; "
                f"a condition looks like brand:Norr, price < 50 or color IN (red, blue)"
            )
        self._at += 1
        if operator.is_sign(":"):
            return self._after_colon(field)
        if operator.kind is Kind.COMPARISON:
            return self._comparison(field, operator)
        if operator.is_word("NOT"):
            if not self._now.is_word("IN"):
                self._fail(f"expected IN after NOT, found {self._now}; to exclude, put NOT before the field")
            self._at += 1
            listed = self._list(field)
            return Not(listed, listed.span)
        return self._list(field)

    @staticmethod
    def _is_star(token: Token) -> bool:
        return token.kind is Kind.WORD and token.text == "*"

    def _starts_operator(self, token: Token) -> bool:
        if token.is_sign(":") or token.kind is Kind.COMPARISON or token.is_word("IN"):
            return True
        # "*" stands alone too, and then a NOT behind it is a forgotten AND.
        return token.is_word("NOT") and not self._is_star(self._tokens[self._at - 1])

    def _after_colon(self, field: Token) -> Filter:
        token = self._now
        if token.is_sign("[", "{"):
            return self._range(field)
        if token.is_sign("("):
            self._fail(f"expected a value after {field}:, found {token}; for several values use IN (a, b)")
        if token.kind is Kind.COMPARISON:
            self._fail(f"expected a value after {field}:, found {token}; a comparison goes without the colon")
        value = self._value(f"{field}:")
        return Term(field.text, value.text, (field.start, value.end))

    def _comparison(self, field: Token, operator: Token) -> Filter:
        sign = operator.text
        if sign in ("=", "!="):
            value = self._value(f"{field} {sign}")
            span = (field.start, value.end)
            term = Term(field.text, value.text, span)
            return term if sign == "=" else Not(term, span)
        limit, end = self._number(f"{field} {sign}")
        span = (field.start, end)
        if sign in ("<", "<="):
            return Range(field.text, None, limit, high_open=sign == "<", span=span)
        return Range(field.text, limit, None, low_open=sign == ">", span=span)

    def _range(self, field: Token) -> Filter:
        opening = self._take()
        low = self._limit()
        if not self._now.is_word("TO"):
            self._fail(f"expected TO between the limits, found {self._now}; a range looks like [10 TO 50]")
        self._at += 1
        high = self._limit()
        closing = self._now
        if not closing.is_sign("]", "}"):
            self._fail(f"expected ] or }} at the end of the range, found {closing}")
        self._at += 1
        if low is not None and high is not None and low > high:
            span = (opening.start, closing.end)
            self._fail(f"the range is turned round: {plain(low)} is above {plain(high)}", span)
        return Range(
            field.text, low, high, opening.text == "{", closing.text == "}", (field.start, closing.end)
        )

    def _limit(self) -> float | None:
        if self._is_star(self._now):
            self._at += 1
            return None
        return self._number("the range", "a number or *")[0]

    def _list(self, field: Token) -> Filter:
        if not self._now.is_sign("("):
            self._fail(f"expected ( after IN, found {self._now}; a list looks like {field.text} IN (a, b)")
        self._at += 1
        values = [self._value("IN").text]
        while self._now.is_sign(","):
            self._at += 1
            values.append(self._value("the comma").text)
        closing = self._now
        if not closing.is_sign(")"):
            self._fail(f"expected , or ) in the list, found {closing}{self._quotes_hint()}")
        self._at += 1
        return In(field.text, tuple(values), (field.start, closing.end))

    def _value(self, after: str) -> Token:
        token = self._now
        if token.kind not in (Kind.WORD, Kind.STRING):
            self._fail(f"expected a value after {after}, found {token}")
        if token.reserved:
            self._fail(
                f"expected a value after {after}, found the operator {token}; as a value it needs quotes"
            )
        return self._take()

    def _number(self, after: str, wanted: str = "a number such as 49.90") -> tuple[float, int]:
        token = self._now
        found = number(token.text) if token.kind in (Kind.WORD, Kind.STRING) else None
        if found is None:
            self._fail(f"expected {wanted} after {after}, found {token}")
        self._at += 1
        return found, token.end

    # Help

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    @property
    def _ended(self) -> bool:
        return self._now.kind is Kind.END

    def _take(self) -> Token:
        token = self._now
        self._at += 1
        return token

    def _fail_after_condition(self, opened: Token | None = None) -> NoReturn:
        """Where a condition ends and neither an operator nor the end follows."""
        wanted = "AND, OR or the end" if opened is None else "AND, OR or )"
        token = self._now
        if opened is not None and token.kind is Kind.END:
            self._fail("this parenthesis is not closed; add ) where it ends", opened)
        if token.is_sign(")"):
            self._fail(f"expected {wanted}, found {token}, which nothing opened")
        hint = ""
        if token.is_sign("(") or token.kind in (Kind.WORD, Kind.STRING):
            hint = "; between two conditions goes AND"
        self._fail(f"expected {wanted}, found {token}{hint}{self._quotes_hint()}")

    def _quotes_hint(self) -> str:
        """Where words follow a bare value, they were probably meant to be part of it."""
        before = self._tokens[self._at - 1]
        if before.kind is not Kind.WORD or self._now.is_sign(")") or self._ended:
            return ""
        last = self._at
        while self._tokens[last].kind is Kind.WORD and not self._tokens[last].reserved:
            last += 1
        if self._tokens[last].is_sign(":") or self._tokens[last].kind is Kind.COMPARISON:
            last -= 1  # that word is the next condition's field
        if last > self._at:
            meant = quoted(self._text[before.start : self._tokens[last - 1].end])
            return f"; a value with spaces goes in quotes: {meant}"
        return "; a value with signs goes in quotes" if self._now.kind is not Kind.WORD else ""

    def _fail(self, reason: str, where: Token | Span | None = None) -> NoReturn:
        place = self._now if where is None else where
        span = (place.start, place.end) if isinstance(place, Token) else place
        raise QueryError(reason, self._text, span)
