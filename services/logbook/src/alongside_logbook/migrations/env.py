from alongside.db.migrate import run_env
from alongside_logbook.store.tables import METADATA

run_env(METADATA)
