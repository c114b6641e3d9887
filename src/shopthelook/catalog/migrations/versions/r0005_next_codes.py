"""The embedder that serves, and codes of the one that is to follow it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables. The embedder with the most codes is the one that serves."""
    embedder = op.create_table(
        "embedder",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("bundle", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_embedder"),
        sa.CheckConstraint("id = 1", name="one_embedder"),
    )
    op.create_table(
        "next_codes",
        sa.Column("product_id", _ID, nullable=False),
        sa.Column("bundle", sa.String, nullable=False),
        sa.Column("image_hash", sa.String),
        sa.Column("code", sa.LargeBinary),
        sa.Column("category_id", sa.Integer),
        sa.Column("category_score", sa.Float),
        sa.Column("guesses", _JSON),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("product_id", name="pk_next_codes"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_next_codes_product_id_products", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_next_codes_bundle", "next_codes", ["bundle", "product_id"])
    op.create_table(
        "next_object_codes",
        sa.Column("object_id", _ID, nullable=False),
        sa.Column("bundle", sa.String, nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),
        sa.Column("guesses", _JSON),
        sa.PrimaryKeyConstraint("object_id", name="pk_next_object_codes"),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name="fk_next_object_codes_object_id_objects", ondelete="CASCADE"
        ),
    )
    products = sa.table("products", sa.column("bundle", sa.String))
    most = (
        sa.select(products.c.bundle)
        .where(products.c.bundle.is_not(None))
        .group_by(products.c.bundle)
        .order_by(sa.func.count().desc(), products.c.bundle)
        .limit(1)
    )
    found = op.get_bind().scalar(most)
    if found is not None:
        op.bulk_insert(embedder, [{"id": 1, "bundle": found}])
