"""Alembic migrations, run by `shopthelook.catalog.migrate` when a catalog is opened."""
