"""What a search can be asked for, as types."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from shopthelook.geometry import Box
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


WHERE = "a filter, as text or JSON: docs/query-language.md"
MIN_SIMILARITY = "least similarity of a hit"
RELAX = "where there are fewer than k hits, go on in the categories beside, then in the one above"
EXPLAIN = "say how the hits were found"
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

    def options(self) -> dict[str, Any]:
        """What every search of the shop takes."""
        names = ("k", "where", "min_similarity", "relax", "explain", "gender")
        return {name: getattr(self, name) for name in names}
