"""The distributed mode as plain processes on one machine: PostgreSQL, Apache Kafka, services, door."""
