"""Tables of a change of the embedder. Every change here needs a migration, as in `schema`."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from shopthelook.catalog.columns import Id, ModelGuesses
from shopthelook.catalog.schema import metadata

# One row: the bundle whose codes are searched. No row before the first code is written.
embedder = Table(
    "embedder",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("bundle", String, nullable=False),
    CheckConstraint("id = 1", name="one_embedder"),
)

# What another embedder made of a product's picture, beside the code in `products`, until that one serves. It counts
# only while the product has the picture that it was made from. Without a code, `reason` says why there is none.
next_codes = Table(
    "next_codes",
    metadata,
    Column("product_id", Id, ForeignKey("products.id", ondelete="CASCADE"), primary_key=True),
    Column("bundle", String, nullable=False),
    Column("image_hash", String),
    Column("code", LargeBinary),
    Column("category_id", Integer),
    Column("category_score", Float),
    Column("guesses", ModelGuesses),
    Column("reason", Text),
    Index("ix_next_codes_bundle", "bundle", "product_id"),
)

# The same of the objects of scenes; these go when their scene is decomposed anew.
next_object_codes = Table(
    "next_object_codes",
    metadata,
    Column("object_id", Id, ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("bundle", String, nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("guesses", ModelGuesses),
)
