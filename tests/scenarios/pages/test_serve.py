"""The served page answers its own page alone, and answers what the engine answers."""

import http.client
import json
import threading
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, World, set_to, shift
from ifonly.scenarios.pages.asking import Asking
from ifonly.scenarios.pages.levers import levers
from ifonly.scenarios.pages.packing import packed
from ifonly.scenarios.pages.serve import Served, serve


@pytest.fixture(scope="module")
def world():
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a", 0.0, 1.0, dims="unit")
        t = pm.Bernoulli("t", logit_p=a, dims="unit")
        pm.Normal("y", pm.math.exp(0.3 * a) + t, 1.0, dims="unit")
    data = World.simulate(model, {}, units=40, seed=1).data
    return World.from_evidence(model, {}, data, seed=2)


@pytest.fixture(scope="module")
def address(world):
    """Return where a page about the world is served, in a thread that ends with the process."""
    chosen = levers(world.state, "y", ("a", "t"))
    contents = {"outcome": "y", "count": 40, "rules": []}
    served = Served(contents, Asking(world.state, "y"), chosen)
    found, ready = [], threading.Event()

    def tell(text):
        found.append(text)
        ready.set()

    threading.Thread(target=serve, args=(served, tell), daemon=True).start()
    assert ready.wait(30)
    return urlsplit(found[0])


def sent(address, method="POST", path="/effect", body=None, **headers):
    token = parse_qs(address.query)["token"][0]
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request(method, path, body, {"X-Token": token, **headers})
    reply = connection.getresponse()
    return reply.status, reply.read().decode()


def test_a_setting_is_answered_as_python_answers_it(address, world):
    question = [{"kind": "shift", "value": 0.5}, {"kind": "set", "value": 1}]
    status, text = sent(address, body=json.dumps(question))
    assert status == 200
    expected = float(world.ask(ATE("y", do={"a": shift(0.5), "t": set_to(1)})))
    found = json.loads(text)["observed"]
    assert found["mean"] == pytest.approx(expected, rel=1e-12)
    assert found["draws"] == packed(np.array([found["mean"]]))


def test_the_page_is_given_to_who_has_the_token(address):
    status, text = sent(address, "GET", f"/?{address.query}")
    assert status == 200
    assert "connect-src 'self'" in text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Token": "guessed"},
        {"X-Token": ""},
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_a_request_that_is_not_the_pages_own_is_forbidden(address, headers):
    status, _ = sent(address, body="[]", **headers)
    assert status == 403


def test_the_page_without_its_token_is_forbidden(address):
    assert sent(address, "GET", "/")[0] == 403
    assert sent(address, "GET", "/?token=guessed")[0] == 403


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ("[]", "each of the 2 levers"),
        ("{}", "each of the 2 levers"),
        ('[{"kind": "jump", "value": 1}, {"kind": "as"}]', "'a' is moved by"),
        ('[{"kind": "as"}, {"kind": "set", "value": 0.5}]', "cannot be moved by 0.5"),
        ('[{"kind": "as"}, {"kind": "set", "value": 7}]', "outside"),
        ("nonsense", "Expecting value"),
    ],
    ids=str,
)
def test_what_is_no_setting_is_refused_in_words(address, body, match):
    status, text = sent(address, body=body)
    assert status == 400
    assert match in json.loads(text)["error"]


def test_nothing_else_is_there(address):
    assert sent(address, path="/other", body="[]")[0] == 404
    assert sent(address, body="x" * 20_000)[0] == 404
