"""Products with their change log, scenes with their objects, imports with their problems."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _products()
    _scenes()
    _imports()


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("id", _ID, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("title", "description", "link", "image_link")
        ),
        sa.Column("additional_image_links", _JSON, nullable=False),
        sa.Column("availability", sa.String),
        sa.Column("price", sa.BigInteger),
        sa.Column("sale_price", sa.BigInteger),
        sa.Column("currency", sa.String),
        sa.Column("category_id", sa.Integer),
        sa.Column("category_source", sa.String),
        sa.Column("category_score", sa.Float),
        *(sa.Column(name, sa.Text) for name in ("product_type", "brand", "gtin", "mpn", "color", "pattern")),
        *(sa.Column(name, sa.Text) for name in ("material", "size")),
        sa.Column("gender", sa.String),
        sa.Column("age_group", sa.String),
        sa.Column("item_group_id", sa.Text),
        sa.Column("condition", sa.String),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("row_hash", sa.String, nullable=False),
        sa.Column("image_hash", sa.String),
        sa.Column("code", sa.LargeBinary),
        sa.Column("bundle", sa.String),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
    )
    op.create_index("ix_products_category_id", "products", ["category_id", "id"])
    op.create_index("ix_products_code", "products", ["bundle", "id", "code", "category_id"])
    op.create_table(
        "changes",
        sa.Column("seq", _KEY, autoincrement=False, nullable=False),
        sa.Column("product_id", _ID, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
    )


def _scenes() -> None:
    op.create_table(
        "scenes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("image_hash", sa.String, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("detector", sa.String, nullable=False),
        sa.Column("embedder", sa.String, nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.Column("n_objects", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scenes"),
    )
    op.create_table(
        "objects",
        sa.Column("id", _ID, nullable=False),
        sa.Column("scene_id", _ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("x1", "y1", "x2", "y2")),
        sa.Column("category_id", sa.Integer, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_objects"),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name="fk_objects_scene_id_scenes", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_objects_scene_id", "objects", ["scene_id", "position"])


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME),
        sa.Column("counts", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_marks",
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("product_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("import_id", "product_id", name="pk_import_marks"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_import_marks_import_id_imports", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "problems",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("line", sa.BigInteger),
        sa.Column("product_id", sa.Text),
        sa.Column("field", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_problems"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_problems_import_id_imports", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_problems_import_id", "problems", ["import_id", "id"])
