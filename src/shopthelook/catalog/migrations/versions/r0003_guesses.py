"""What the embedder says of products and of objects of scenes, beside what merchants say."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add the columns; what is there already has no guesses until it is embedded again."""
    for table in ("products", "objects"):
        op.add_column(table, sa.Column("guesses", _JSON))
