"""The database's own refusal to change or remove history."""

from sqlalchemy import Connection, Table, event


def append_only(table: Table, refusal: str, *unique: tuple[str, str]) -> None:
    """Have a table's rows only ever added to, from its making on.

    `unique` names the pairs of columns by which a row is one of its kind: SQLite's REPLACE would
    delete by them without asking the trigger on DELETE.
    """
    name = table.name
    same = " OR ".join(f"({one} = NEW.{one} AND {two} = NEW.{two})" for one, two in unique)
    statements: dict[str, tuple[str, ...]] = {
        "sqlite": (
            f"""
            CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name}
            BEGIN SELECT RAISE(ABORT, '{refusal}'); END
            """,
            f"""
            CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name}
            BEGIN SELECT RAISE(ABORT, '{refusal}'); END
            """,
            f"""
            CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name}
            WHEN EXISTS (SELECT 1 FROM {name} WHERE {same})
            BEGIN SELECT RAISE(ABORT, '{refusal}'); END
            """,  # noqa: S608  # names of our own
        ),
        "postgresql": (
            f"""
            CREATE OR REPLACE FUNCTION {name}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
            END $$
            """,
            f"""
            CREATE TRIGGER {name}_no_change BEFORE UPDATE OR DELETE ON {name}
            FOR EACH ROW EXECUTE FUNCTION {name}_append_only()
            """,
            f"""
            CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}_append_only()
            """,
        ),
    }

    def guard(_target: Table, connection: Connection, **_options: object) -> None:
        for statement in statements[connection.dialect.name]:
            connection.exec_driver_sql(statement)

    event.listen(table, "after_create", guard)
