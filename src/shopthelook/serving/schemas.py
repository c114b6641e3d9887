"""What the API takes and answers, as types. Boxes are xyxy fractions of width and height."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
)
from pydantic.config import JsonDict


def clean(text: str) -> str:
    """The text, or ValueError where no database keeps it."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("must be text without zero bytes and half characters")
    return text


# JSON can spell what no database keeps: a zero byte, and halves of surrogate pairs.
Text = Annotated[str, AfterValidator(clean)]

BoxList = Annotated[
    list[float],
    Field(
        min_length=4,
        max_length=4,
        description="x1, y1, x2, y2 as fractions of the picture's width and height",
        examples=[[0.1, 0.35, 0.55, 0.9]],
    ),
]


class ErrorBody(BaseModel):
    """What was wrong."""

    code: str = Field(description="a stable word for programs", examples=["not_a_picture"])
    message: str = Field(description="what was wrong and what to do next")
    field: str | None = Field(description="the request's field at fault", examples=["photo"])


class ErrorAnswer(BaseModel):
    """The one shape of every failure."""

    error: ErrorBody


class CategoryOut(BaseModel):
    """A category of the Google Product Taxonomy."""

    id: int = Field(examples=[443])
    name: str = Field(examples=["Chairs"])
    path: str = Field(examples=["Furniture > Chairs"])


class AttributeOut(BaseModel):
    """One thing that is said of a product or an object."""

    name: str = Field(description="as filters name it", examples=["color"])
    value: str = Field(examples=["Red"])
    by: Literal["merchant", "model"] = Field(description="who says it; the merchant's word wins")
    confidence: float | None = Field(
        default=None, ge=0, le=1, description="how sure the model is; null for what the merchant says"
    )


Attributes = Annotated[
    list[AttributeOut],
    Field(
        description="colour, pattern, gender and the like; only what is known",
        examples=[[{"name": "color", "value": "Red", "by": "model", "confidence": 0.94}]],
    ),
]


class ObjectOut(BaseModel):
    """One object of a picture."""

    id: str | None = Field(description="set for objects of stored scenes", examples=["living-room/2"])
    box: BoxList
    category: CategoryOut | None
    score: float = Field(ge=0, le=1, description="the detector's confidence; 0 where nobody detected it")
    attributes: Attributes


class ProductOut(BaseModel):
    """A product as the shop shows it."""

    product_id: str
    title: str
    description: str | None = None
    brand: str | None = None
    price: str | None = Field(default=None, description="decimal, as text so that no digit is lost")
    sale_price: str | None = Field(default=None, description="what it costs now, where that is less")
    currency: str | None = Field(default=None, description="ISO 4217", examples=["EUR"])
    availability: str | None = None
    link: str | None = Field(default=None, description="the merchant's page; http or https")
    image: str | None = Field(
        default=None, description="the shop's own copy of the picture; add `?w=160|320|640|1280`"
    )
    category: CategoryOut | None = None
    category_source: str | None = Field(default=None, description="`merchant` or `predicted`")
    category_score: float | None = Field(default=None, description="how sure the model is, where predicted")
    attributes: Attributes


class HitOut(ProductOut):
    """A product that looks like the object."""

    distance: int = Field(ge=0, description="bits in which the codes differ; smaller is closer")
    similarity: float = Field(ge=0, le=1, description="1 - distance / bits")


class StepOut(BaseModel):
    """One look into the index."""

    widened: str | None
    plan: str = Field(description="the way that the engine took", examples=["scan"])
    rows_qualified: int | None = Field(
        description="products that category and filter leave; null if the engine cannot tell"
    )
    rows_compared: int | None = Field(
        description="codes compared with the object's; null if the engine cannot tell"
    )
    tokens_matched: int


class ExplanationOut(BaseModel):
    """How hits were found."""

    where: str | None = Field(description="the filter that ran, with the restriction by gender")
    steps: list[StepOut]


class FacetValueOut(BaseModel):
    """One value of a field, and how many products have it."""

    value: str = Field(
        description="as a filter takes it; a category's id; for prices the limits, the second left out",
        examples=["Blue"],
    )
    count: int = Field(ge=0, examples=[12])
    selected: bool = Field(description="the filter asks for it")
    where: str = Field(description="the condition that finds it, for `where`", examples=["color:Blue"])
    category: CategoryOut | None = Field(default=None, description="of the field `category`")


class FacetOut(BaseModel):
    """The values of one field, the most frequent first, prices from the lowest."""

    field: str = Field(examples=["color"])
    counted: int = Field(description="products that were looked at, nearest first")
    complete: bool = Field(
        description="these were all that qualify; otherwise there may be more with each value"
    )
    values: list[FacetValueOut]


class ObjectHitsOut(ObjectOut):
    """One object and its nearest products, closest first."""

    searched: CategoryOut | None = Field(
        description="the subtree that was searched; null: all products, or what the filter names"
    )
    widened: str | None = Field(
        default=None,
        description="how hits go beyond that, with `relax`; null where they do not",
        examples=["to the categories beside it in Furniture"],
    )
    explanation: ExplanationOut | None = Field(default=None, description="with `explain`")
    facets: list[FacetOut] | None = Field(default=None, description="with `facets`")
    hits: list[HitOut]


class DecomposeAnswer(BaseModel):
    """The objects of a picture, best first."""

    width: int
    height: int
    objects: list[ObjectOut]


class SearchAnswer(BaseModel):
    """The products like each object of a picture."""

    width: int | None = Field(description="pixels after EXIF rotation; null where no picture was searched")
    height: int | None
    whole_picture: bool = Field(description="no object was found, so the whole picture was searched")
    objects: list[ObjectHitsOut]


class SceneCard(BaseModel):
    """A stored scene."""

    id: str
    title: str
    image: str = Field(description="add `?w=160|320|640|1280`", examples=["/v1/pictures/9f86d0..."])
    width: int
    height: int


class ScenePage(BaseModel):
    """Some scenes, and where the next ones start."""

    scenes: list[SceneCard]
    next: str | None = Field(description="give it as `cursor` for the next page; null at the end")


class SceneOut(SceneCard):
    """A stored scene and its objects, best first."""

    objects: list[ObjectOut]


class HitPage(ObjectHitsOut):
    """Some of an object's products, and where the next ones start."""

    next_offset: int | None = Field(description="give it as `offset` for the next page; null at the end")


class StatusAnswer(BaseModel):
    """What the shop holds."""

    version: str
    title: str
    detector: str
    embedder: str
    products: int
    with_code: int = Field(description="products that a search can find")
    other_code: int = Field(description="products whose code is another embedder's")
    without_code: int
    scenes: int
    objects: int
    problems: int = Field(description="problems of the last import")
    index_size: int
    index_seq: int = Field(description="the last change that the index in memory has seen")
    last_seq: int = Field(description="the last change in the database")
    next_embedder: str | None = Field(
        description="the embedder of shop.toml where another one still serves; it follows when all products are done"
    )
    next_codes: int = Field(description="products that have a code of it")
    next_failed: int = Field(description="products that cannot get one")
    note: str | None = Field(description="what is wrong with the embedder")


class Health(BaseModel):
    """The process is alive (or ready)."""

    status: Literal["ok", "loading", "not ready"]
    reason: str | None = Field(default=None, description="what keeps it from answering searches")


Attribute = JsonValue
PRODUCT_EXAMPLE: JsonDict = {
    "id": "chair-41",
    "title": "Oak lounge chair",
    "link": "https://shop.example/chair-41",
    "image_link": "https://shop.example/chair-41.jpg",
    "price": "129.00 EUR",
    "brand": "Norr",
    "availability": "in_stock",
    "google_product_category": "Furniture > Chairs",
}


class ProductChange(BaseModel):
    """A product as Google Merchant attributes, all of them optional; unknown ones are kept.

    Values are checked by the catalog, product by product, so that one bad price in a list of a
    thousand is that product's result and not the list's end.
    """

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": PRODUCT_EXAMPLE})
    __pydantic_extra__: dict[str, Attribute]

    id: Attribute = Field(default=None, description="the merchant's own id")
    title: Attribute = None
    description: Attribute = None
    link: Attribute = Field(default=None, description="the product's page")
    image_link: Attribute = Field(default=None, description="its picture, fetched under the shop's rules")
    price: Attribute = Field(default=None, description='number and ISO 4217 currency: "129.00 EUR"')
    sale_price: Attribute = None
    availability: Attribute = None
    brand: Attribute = None
    google_product_category: Attribute = Field(default=None, description="path or id")


def _one_or_many(body: Any) -> str:
    return "many" if isinstance(body, list) else "one"


ProductsIn = Annotated[
    Annotated[list[ProductChange], Field(min_length=1, max_length=1000), Tag("many")]
    | Annotated[ProductChange, Tag("one")],
    Discriminator(_one_or_many),
]


class Problem(BaseModel):
    """One thing that was wrong with a product."""

    field: str | None
    reason: str


class UpsertResult(BaseModel):
    """What became of one product."""

    id: str
    status: Literal["added", "updated", "unchanged", "failed"]
    problems: list[Problem] = Field(description="also of products that were taken: dropped optional fields")


class UpsertAnswer(BaseModel):
    """What became of each product, in the order given."""

    results: list[UpsertResult]
    seq: int = Field(description="the change number after this write; a search from now on shows it")


class DeleteRequest(BaseModel):
    """Ids to remove."""

    ids: list[Text] = Field(min_length=1, max_length=10_000, examples=[["chair-41", "chair-42"]])


class DeleteAnswer(BaseModel):
    """How many there were."""

    removed: int
