"""Trainings, their certificates, and education evidence.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REFUSAL = "trainings are only ever added to: training_versions is append-only"

_GUARDS = {
    "sqlite": (
        f"""
        CREATE TRIGGER training_versions_no_update BEFORE UPDATE ON training_versions
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,
        f"""
        CREATE TRIGGER training_versions_no_delete BEFORE DELETE ON training_versions
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,
        f"""
        CREATE TRIGGER training_versions_no_replace BEFORE INSERT ON training_versions
        WHEN EXISTS (
            SELECT 1 FROM training_versions
            WHERE (person_id = NEW.person_id AND position = NEW.position)
               OR (training_id = NEW.training_id AND version = NEW.version)
        )
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
        """,  # noqa: S608  # a constant
    ),
    "postgresql": (
        f"""
        CREATE OR REPLACE FUNCTION training_versions_append_only() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER training_versions_no_change BEFORE UPDATE OR DELETE ON training_versions
        FOR EACH ROW EXECUTE FUNCTION training_versions_append_only()
        """,
        """
        CREATE TRIGGER training_versions_no_truncate BEFORE TRUNCATE ON training_versions
        FOR EACH STATEMENT EXECUTE FUNCTION training_versions_append_only()
        """,
    ),
}


def upgrade() -> None:
    op.create_table(
        "training_versions",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("training_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "position", name=op.f("pk_training_versions")),
    )
    op.create_index(
        "ix_training_versions_training",
        "training_versions",
        ["training_id", "version"],
        unique=True,
    )
    op.create_table(
        "training_chains",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_training_chains")),
    )
    op.create_table(
        "trainings",
        sa.Column("training_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("current", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("training_id", name=op.f("pk_trainings")),
    )
    op.create_index("ix_trainings_person", "trainings", ["person_id", "last_day"])
    op.create_table(
        "certificate_files",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "sha256", name=op.f("pk_certificate_files")),
    )
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    for name in ("certificate_files", "trainings", "training_chains", "training_versions"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION training_versions_append_only()")
