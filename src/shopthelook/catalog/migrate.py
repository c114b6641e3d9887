"""Brings a database to the newest schema, whoever else opens it at the same moment."""

import threading
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from shopthelook.catalog.database import MIGRATION_LOCK, Database
from shopthelook.catalog.records import CatalogError
from shopthelook.catalog.schema import metadata

# Alembic keeps the migration that runs in module globals.
_one_at_a_time = threading.Lock()


def migrate(database: Database) -> None:
    """Run the migrations that the database lacks, in one transaction.

    Raises CatalogError where a newer version of this package has made the database.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head()
    with database.reading() as connection:
        if _revision(connection) == newest:
            return
    if database.is_read_only:
        raise CatalogError(
            f"the catalog {database.label} has another schema than this version of shopthelook; open the shop "
            "once where it may be written, and with the newest version"
        )
    with _one_at_a_time, database.writing(MIGRATION_LOCK) as connection:
        # Another process may have been faster while this one waited for the lock.
        present = _revision(connection)
        if present == newest:
            return
        if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
            raise CatalogError(
                f"the catalog {database.label} has the schema {present!r}, which this version does not know; "
                "upgrade shopthelook"
            )
        with EnvironmentContext(
            config,
            scripts,
            fn=lambda current, _: scripts._upgrade_revs("head", current),
            destination_rev="head",
        ) as environment:
            environment.configure(connection=connection, target_metadata=metadata)
            environment.run_migrations()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
