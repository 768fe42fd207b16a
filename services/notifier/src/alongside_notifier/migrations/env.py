from alongside.db.migrate import run_env
from alongside_notifier.store.tables import METADATA

run_env(METADATA)
