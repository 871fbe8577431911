"""An existing AutoPulse database: made by Alembic and SQLAlchemy, adopted, and used on.

The models are those of the design document; where it says "existing fields" they are the base
revision of docs/rules.md, section A. Usage: adoption_test.py CALL_EVENT_MIGRATE
"""

import datetime
import decimal
import pathlib
import subprocess
import sys
import tempfile
import unittest

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.orm import Session, declarative_base, relationship

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "postgres"))
from postgres_cluster import PostgresCluster  # noqa: E402

UTC = datetime.timezone.utc
Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(100))


class ServiceRecord(Base):
    """As the document's D2 leaves it."""

    __tablename__ = "service_record"
    id = sa.Column(sa.Integer, primary_key=True)
    customer_name = sa.Column(sa.String(100))
    customer_phone = sa.Column(sa.String(20))
    vehicle_info = sa.Column(sa.String(100))
    service_type = sa.Column(sa.String(50))
    status = sa.Column(sa.String(20), nullable=False)
    appointment_date = sa.Column(sa.DateTime(timezone=True))


class Call(Base):
    """As the document's D1 leaves it."""

    __tablename__ = "call"
    id = sa.Column(sa.Integer, primary_key=True)
    service_record_id = sa.Column(sa.Integer, sa.ForeignKey("service_record.id"))
    customer_number = sa.Column(sa.String(20))
    direction = sa.Column(sa.String(10))
    status = sa.Column(sa.String(20), nullable=False)
    start_time = sa.Column(sa.DateTime(timezone=True))
    end_time = sa.Column(sa.DateTime(timezone=True))
    duration_sec = sa.Column(sa.Integer)
    recording_url = sa.Column(sa.Text)
    vapi_call_id = sa.Column(sa.String(100), nullable=True)
    ended_reason = sa.Column(sa.String(50), nullable=True)
    cost = sa.Column(sa.Numeric(10, 4), nullable=True)
    duration_ms = sa.Column(sa.Integer, nullable=True)
    service_record = relationship(ServiceRecord)


class Transcript(Base):
    """As the document's D3 leaves it."""

    __tablename__ = "transcript"
    id = sa.Column(sa.Integer, primary_key=True)
    call_id = sa.Column(sa.Integer, sa.ForeignKey("call.id"), nullable=False)
    role = sa.Column(sa.String(50), nullable=False)
    content = sa.Column(sa.Text)
    timestamp = sa.Column(sa.DateTime(timezone=True), nullable=False)
    seconds_from_start = sa.Column(sa.Float, nullable=True)
    duration = sa.Column(sa.Integer, nullable=True)
    end_time = sa.Column(sa.DateTime(timezone=True), nullable=True)


# What the three revisions add to the models above, so what base does not have yet.
ADDED = {
    "call": {"vapi_call_id", "ended_reason", "cost", "duration_ms"},
    "transcript": {"seconds_from_start", "duration", "end_time"},
}


def is_demo():
    return sa.Column("is_demo", sa.Boolean(), nullable=False, server_default=sa.false())


# What they drop, so what base still has.
DROPPED = {
    "call": [is_demo],
    "service_record": [
        lambda: sa.Column("feedback", sa.Text(), nullable=True),
        lambda: sa.Column("rating", sa.SmallInteger(), nullable=True),
        lambda: sa.Column(
            "service_advisor_id", sa.Integer(), sa.ForeignKey("user.id"), nullable=True
        ),
        is_demo,
    ],
}


def copy_of(column):
    """A column like that of a model, for a table of Alembic's."""
    keys = [sa.ForeignKey(key.target_fullname) for key in column.foreign_keys]
    return sa.Column(
        column.name,
        column.type,
        *keys,
        primary_key=column.primary_key,
        nullable=column.nullable,
    )


def create_base_with_alembic(engine):
    """Makes the base revision as AutoPulse's own Alembic scripts would have."""
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        for model in [User, ServiceRecord, Call, Transcript]:
            table = model.__table__
            columns = [copy_of(c) for c in table.columns if c.name not in ADDED.get(table.name, ())]
            dropped = [make() for make in DROPPED.get(table.name, ())]
            operations.create_table(table.name, *columns, *dropped)


def insert_base_rows(engine):
    """Rows of before, inserted as AutoPulse's models of before would have."""
    time = sa.bindparam("t", type_=sa.DateTime(timezone=True))
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO \"user\" (name) VALUES ('Ada')"))
        connection.execute(
            sa.text(
                "INSERT INTO service_record (customer_name, status, appointment_date, rating, "
                "service_advisor_id) VALUES ('Grace', 'Scheduled', :t, 5, 1)"
            ).bindparams(time),
            {"t": datetime.datetime(2024, 5, 1, 10, tzinfo=UTC)},
        )
        connection.execute(
            sa.text(
                "INSERT INTO call (service_record_id, status, start_time, direction, is_demo) "
                "VALUES (1, 'In Progress', :t, 'outbound', true)"
            ).bindparams(time),
            {"t": datetime.datetime(2024, 5, 1, 10, 0, 0, 250, tzinfo=UTC)},
        )
        connection.execute(
            sa.text(
                "INSERT INTO transcript (call_id, role, content, timestamp) "
                "VALUES (1, 'human', 'hello', :t)"
            ).bindparams(time),
            {"t": datetime.datetime(2024, 5, 1, 10, 0, 1, tzinfo=UTC)},
        )


class Adoption:
    """Tests for both databases. `url` is what call-event-migrate is told, `engine` SQLAlchemy's."""

    program = None

    def set_up(self, url, engine_url):
        self.url = url
        self.engine = sa.create_engine(engine_url)
        self.addCleanup(self.engine.dispose)
        create_base_with_alembic(self.engine)
        insert_base_rows(self.engine)

    def migrate(self, *words):
        run = subprocess.run(
            [self.program, "--database=" + self.url, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.assertEqual(run.returncode, 0, run.stdout)
        return run.stdout

    def adopt(self):
        self.migrate("stamp", "base")
        self.migrate("upgrade")

    def columns_of(self, table):
        columns = sa.inspect(self.engine).get_columns(table)
        return {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in columns}

    def test_an_adopted_database_has_all_that_is_needed(self):
        self.adopt()
        self.assertEqual(self.migrate("verify"), "the schema has all that is needed\n")

    def test_rows_of_before_are_read_by_the_models(self):
        self.adopt()
        with Session(self.engine) as session:
            call = session.get(Call, 1)
            self.assertEqual(call.status, "In Progress")
            # SQLite's times have no zone; they are UTC.
            self.assertEqual(
                call.start_time.replace(tzinfo=UTC),
                datetime.datetime(2024, 5, 1, 10, 0, 0, 250, tzinfo=UTC),
            )
            self.assertEqual(call.service_record.customer_name, "Grace")
            self.assertEqual(call.service_record.status, "Scheduled")
            self.assertEqual(session.query(Transcript).one().content, "hello")
            self.assertEqual(session.get(User, 1).name, "Ada")

    def test_the_models_go_on_writing(self):
        self.adopt()
        with Session(self.engine) as session:
            record = ServiceRecord(status="Scheduled", customer_name="Edsger")
            call = Call(status="Ready", service_record=record)
            session.add(call)
            session.flush()
            # Numbered by the database, on from where base was.
            self.assertEqual((record.id, call.id), (2, 2))
            session.add(
                Transcript(call_id=call.id, role="human", timestamp=datetime.datetime.now(UTC))
            )
            call.cost = decimal.Decimal("0.1234")
            call.ended_reason = "customer-ended-call"
            session.commit()
        with Session(self.engine) as session:
            call = session.get(Call, 2)
            self.assertEqual(call.cost, decimal.Decimal("0.1234"))
            call.status = "Completed"
            call.service_record.status = "Completed"
            session.commit()
            session.delete(session.get(Call, 1))
            session.commit()
            self.assertEqual(session.query(Transcript).count(), 1)

    def test_the_models_delete_no_service_record_that_a_call_has(self):
        self.adopt()
        with Session(self.engine) as session:
            session.delete(session.get(ServiceRecord, 1))
            with self.assertRaises(sa.exc.IntegrityError):
                session.commit()


class SqliteAdoptionTest(Adoption, unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = folder.name + "/autopulse.db"
        self.set_up("sqlite:" + path, "sqlite:///" + path)


class PostgresAdoptionTest(Adoption, unittest.TestCase):
    def setUp(self):
        cluster = PostgresCluster()
        url = cluster.__enter__().create_database()
        self.addCleanup(cluster.__exit__)
        self.set_up(url, url)

    def test_the_way_down_ends_at_what_alembic_had_made(self):
        tables = ["user", "service_record", "call", "transcript"]
        before = {table: self.columns_of(table) for table in tables}
        self.adopt()
        self.assertNotEqual(self.columns_of("call"), before["call"])
        self.migrate("downgrade", "base", "--yes")
        self.assertEqual({table: self.columns_of(table) for table in tables}, before)
        advisor = sa.inspect(self.engine).get_foreign_keys("service_record")
        self.assertEqual(
            [(key["constrained_columns"], key["referred_table"]) for key in advisor],
            [(["service_advisor_id"], "user")],
        )
        insert_base_rows(self.engine)

    def test_what_alembic_migrated_itself_is_adopted_where_it_is(self):
        with self.engine.begin() as connection:
            operations = Operations(MigrationContext.configure(connection))
            for table, names in ADDED.items():
                for name in sorted(names):
                    operations.add_column(table, copy_of(Base.metadata.tables[table].c[name]))
            for table, makers in DROPPED.items():
                for make in makers:
                    operations.drop_column(table, make().name)
        self.migrate("stamp", "transcript")
        self.migrate("upgrade")
        self.assertEqual(self.migrate("verify"), "the schema has all that is needed\n")


if __name__ == "__main__":
    Adoption.program = sys.argv.pop(1)
    # SQLAlchemy warns that SQLite holds costs as floating point, which four places survive.
    unittest.main(warnings="ignore")
