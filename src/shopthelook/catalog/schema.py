"""The tables. Every change here needs a migration beside it; a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from shopthelook.catalog.columns import BigKey, Id, Json, ModelGuesses, Money, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

products = Table(
    "products",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("image_link", Text, nullable=False),
    Column("additional_image_links", Json, nullable=False),
    Column("availability", String),
    Column("price", Money),
    Column("sale_price", Money),
    Column("currency", String),
    Column("category_id", Integer),
    Column("category_source", String),
    Column("category_score", Float),
    Column("product_type", Text),
    Column("brand", Text),
    Column("gtin", Text),
    Column("mpn", Text),
    Column("color", Text),
    Column("pattern", Text),
    Column("material", Text),
    Column("size", Text),
    Column("gender", String),
    Column("age_group", String),
    Column("item_group_id", Text),
    Column("condition", String),
    Column("custom", Json, nullable=False),
    Column("guesses", ModelGuesses),
    Column("row_hash", String, nullable=False),
    Column("image_hash", String),
    Column("code", LargeBinary),
    Column("bundle", String),
    Column("seq", BigInteger, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("ix_products_category_id", "category_id", "id"),
    # Holds all that loading an index needs, so that the wide rows (descriptions) are not read for it.
    Index("ix_products_code", "bundle", "id", "code", "category_id"),
)

# The log that indexes follow. `seq` is given by the writer, who holds the product lock: the order of the numbers
# is the order of the commits. Gaps are where a product has changed again later.
changes = Table(
    "changes",
    metadata,
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("product_id", Id, nullable=False),
    Column("deleted", Boolean, nullable=False),
)

# Names that others give to states of the database, such as one for each snapshot of the index: what was made
# from another database, or from a state that a restored backup does not have, is told by its unknown mark.
marks = Table(
    "marks",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("at", UtcTime, nullable=False),
)

scenes = Table(
    "scenes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("image_hash", String, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("detector", String, nullable=False),
    Column("embedder", String, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    # Counted when the objects are written, so that a wall of scenes does not count them.
    Column("n_objects", Integer, nullable=False),
)

objects = Table(
    "objects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scene_id", Id, ForeignKey("scenes.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    # Fractions of width and height.
    Column("x1", Float, nullable=False),
    Column("y1", Float, nullable=False),
    Column("x2", Float, nullable=False),
    Column("y2", Float, nullable=False),
    Column("category_id", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("guesses", ModelGuesses),
    Index("ix_objects_scene_id", "scene_id", "position"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("counts", Json, nullable=False),
    sqlite_autoincrement=True,
)

# Which products a running import has seen. Narrow and apart from products, so that marking an unchanged
# product does not rewrite its row, and so that two imports at once keep their marks apart.
import_marks = Table(
    "import_marks",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    Column("product_id", Id, primary_key=True),
    sqlite_with_rowid=False,
)

problems = Table(
    "problems",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("import_id", Integer, ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
    Column("line", BigInteger),
    Column("product_id", Text),
    Column("field", Text),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_problems_import_id", "import_id", "id"),
)

# Keys of the HTTP API. The secret itself is nowhere: `digest` is the SHA-256 of the salt and the secret.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
)
