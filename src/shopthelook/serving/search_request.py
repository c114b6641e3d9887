"""What a search can be asked for, as types."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from shopthelook.geometry import Box
from shopthelook.pipeline.listing import AMONG, FACETS, MOST_AMONG, MOST_FACETS, Listing, Sort
from shopthelook.serving.schemas import BoxList, Text, clean


def _text_or_object(value: Any) -> Any:
    if value is None or isinstance(value, dict):
        return value
    if isinstance(value, str):
        return clean(value)
    raise ValueError("must be a filter as text or as a JSON object")


# What a filter means is for the pipeline to say, which points at the column.
Where = Annotated[
    Any,
    AfterValidator(_text_or_object),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}]}),
]
Gender = Literal["women", "men", "unisex", "any"]


def _split_box(value: Any) -> Any:
    """A box written as text; what the numbers mean is checked where the box is used."""
    if not isinstance(value, str):
        return value
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        numbers = []
    return numbers if len(numbers) == 4 else Box.parse(value).as_list()


def facet_fields(value: Any) -> Any:
    """The fields to count: the usual ones for true, or those of a list or of names with commas between them."""
    if value is None or value is False:
        return ()
    if value is True:
        return FACETS
    if isinstance(value, str):
        named = clean(value).strip()
        if named.casefold() in {"", "true", "false"}:
            return FACETS if named.casefold() == "true" else ()
        value = named.split(",")
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("must be true, or names of fields")
    names = tuple(clean(one).strip() for one in value)
    if len(names) > MOST_FACETS or not all(0 < len(one) <= 100 for one in names):
        raise ValueError(f"must be at most {MOST_FACETS} names of fields, of 1 to 100 characters each")
    return names


Facets = Annotated[
    Any,
    AfterValidator(facet_fields),
    WithJsonSchema(
        {"anyOf": [{"type": "boolean"}, {"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    ),
]

WHERE = "a filter, as text or JSON: docs/query-language.md"
MIN_SIMILARITY = "least similarity of a hit"
RELAX = "where there are fewer than k hits, go on in the categories beside, then in the one above"
EXPLAIN = "say how the hits were found"
SORT = "`price` and `-price` order the nearest `among` products by what a shopper pays, and list no others"
FACET_FIELDS = (
    "count the values of fields among the nearest `among` products, a field's without the filter's own "
    f"condition on it: `true` for {', '.join(FACETS)}, or names of fields"
)
AMONG_NEAREST = "how many of the nearest products `sort` and `facets` look at"
GENDER = "restrict apparel to it and to unisex; `any`: no restriction, not even by the object's own"


class SearchRequest(BaseModel):
    """What to look for: a photo, or something that the shop already holds."""

    model_config = ConfigDict(extra="forbid")

    scene_id: Text | None = Field(default=None, description="search every object of a stored scene")
    object_id: Text | None = Field(default=None, description="search one object of a stored scene")
    product_id: Text | None = Field(default=None, description="find products that look like this one")
    box: Annotated[BoxList | None, BeforeValidator(_split_box)] = Field(
        default=None,
        description='with a photo or a scene: search this part of the picture. A list, or "x1,y1,x2,y2"',
    )
    kind: Text | None = Field(
        default=None,
        description="with `box`: what is in it, as the detector calls it; it is searched like a found object",
        examples=["Furniture > Chairs"],
    )
    category: Text | None = Field(
        default=None,
        description="search this category's subtree, by name, path or id, whatever the detector says",
        examples=["Furniture > Chairs"],
    )
    k: int = Field(default=10, ge=1, le=200, description="hits per object at most")
    threshold: float | None = Field(default=None, ge=0, le=1, description="least score of an object")
    where: Where = Field(default=None, description=WHERE, examples=["brand:Norr AND price < 50"])
    min_similarity: float | None = Field(default=None, ge=0, le=1, description=MIN_SIMILARITY)
    relax: bool = Field(default=False, description=RELAX)
    explain: bool = Field(default=False, description=EXPLAIN)
    gender: Gender | None = Field(default=None, description=GENDER)
    sort: Sort = Field(default="similarity", description=SORT)
    facets: Facets = Field(default=(), description=FACET_FIELDS, examples=[True])
    among: int = Field(default=AMONG, ge=1, le=MOST_AMONG, description=AMONG_NEAREST)

    def options(self) -> dict[str, Any]:
        """What every search of the shop takes."""
        names = ("k", "where", "min_similarity", "relax", "explain", "gender")
        listing = Listing(self.sort, self.facets, self.among)
        return {name: getattr(self, name) for name in names} | {"listing": listing}
