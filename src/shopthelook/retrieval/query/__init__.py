"""The query language: which products a search may find. Text and JSON in, a frozen tree out.

>>> parse('brand:Norr AND NOT price < 50')
And(children=(Term(field='brand', value='Norr'), Not(child=Range(...))))
"""

from shopthelook.retrieval.query.ast import And, Filter, In, Not, Or, Range, Term, all_of, any_of
from shopthelook.retrieval.query.errors import QueryError
from shopthelook.retrieval.query.fold import fold, fold_field, number
from shopthelook.retrieval.query.jsonform import from_json, to_json
from shopthelook.retrieval.query.limits import check
from shopthelook.retrieval.query.matches import matches
from shopthelook.retrieval.query.parser import parse
from shopthelook.retrieval.query.text import to_text

__all__ = [
    "And",
    "Filter",
    "In",
    "Not",
    "Or",
    "QueryError",
    "Range",
    "Term",
    "all_of",
    "any_of",
    "check",
    "fold",
    "fold_field",
    "from_json",
    "matches",
    "number",
    "parse",
    "to_json",
    "to_text",
]
