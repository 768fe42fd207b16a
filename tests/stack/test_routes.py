"""The paths of each service are said in one way everywhere."""

import pytest

from alongside.host import create_services
from alongside.settings import Settings
from alongside.stack.routes import ROUTES

pytestmark = pytest.mark.unit


def test_the_door_sends_each_path_to_the_service_that_owns_it(tmp_path):
    services = create_services(Settings(data=tmp_path))
    assert {name: set(app.prefixes) for name, app in services.items()} == {
        name: set(prefixes) for name, prefixes in ROUTES.items()
    }
