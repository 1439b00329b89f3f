"""Whom the client below huggingface_hub asks, how long, and how often."""

import httpx2
import pytest

from validators.http_client import LedAstray, Patience, PatientClient, Trouble, is_hub_host

HUB = "https://huggingface.co"


@pytest.mark.parametrize(
    ("url", "home", "allowed"),
    [
        (f"{HUB}/api/datasets/a/b", HUB, True),
        ("https://cdn-lfs.hf.co/x", HUB, True),
        ("https://cas-bridge.xethub.hf.co/x", HUB, True),
        ("https://cdn-lfs.huggingface.co/x", HUB, True),
        ("https://cdn-lfs.hf.co/x", "https://mirror.example", True),
        ("https://mirror.example/x", "https://mirror.example", True),
        ("http://localhost:1/x", "http://127.0.0.1:2", True),
        ("http://[::1]/x", "http://127.0.0.1:2", True),
        ("http://huggingface.co/x", HUB, False),
        ("http://cdn-lfs.hf.co/x", "http://127.0.0.1", False),
        ("https://evilhf.co/x", HUB, False),
        ("https://hf.co.evil.example/x", HUB, False),
        ("https://huggingface.co@evil.example/x", HUB, False),
        ("http://localhost/x", HUB, False),
        ("https://127.0.0.1/x", HUB, False),
        ("http://169.254.169.254/latest", "http://127.0.0.1", False),
        ("file:///etc/passwd", HUB, False),
    ],
)
def test_only_hosts_of_the_hub_are_asked(url, home, allowed):
    assert is_hub_host(httpx2.URL(url), httpx2.URL(home)) is allowed


def client(answers, home=HUB, **patience):
    """A client whose network is a list of answers; and its naps."""
    naps: list[float] = []
    found = PatientClient(home, Patience(sleep=naps.append, **patience))
    asked: list[httpx2.Request] = []

    def answer(request):
        asked.append(request)
        response = answers.pop(0)
        if isinstance(response, Exception):
            raise response
        return response

    found._transport = httpx2.MockTransport(answer)
    found._mounts = {}
    return found, naps, asked


def test_waits_grow_and_end():
    ours, naps, _ = client([httpx2.Response(503) for _ in range(5)])
    with pytest.raises(Trouble, match="GET /x: the Hub answers 503"):
        ours.get(f"{HUB}/x?token=secret")
    assert naps == [1, 2, 4, 8]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"RateLimit": '"api";r=0;t=9'}, 9.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 1.0),
        ({"Retry-After": "soon"}, 1.0),
        ({}, 1.0),
    ],
)
def test_the_hub_is_waited_for_as_long_as_it_asks(headers, wait):
    ours, naps, asked = client([httpx2.Response(429, headers=headers), httpx2.Response(200)])
    assert ours.get(f"{HUB}/x").status_code == 200
    assert naps == [wait]
    assert len(asked) == 2


def test_but_not_for_ever():
    ours, naps, _ = client([httpx2.Response(429, headers={"Retry-After": "61"})])
    with pytest.raises(Trouble) as caught:
        ours.get(f"{HUB}/x")
    assert (caught.value.wait, naps) == (61.0, [])


def test_a_redirect_to_a_foreign_host_is_refused_once():
    ours, naps, asked = client([httpx2.Response(302, headers={"Location": "https://evil.example"})])
    with pytest.raises(LedAstray, match=r"leads to evil\.example"):
        ours.get(f"{HUB}/x")
    assert (naps, len(asked)) == ([], 1)


def test_whoever_adds_a_token_or_a_cookie_adds_it_in_vain():
    ours, _, asked = client([httpx2.Response(200, headers={"Set-Cookie": "a=b"}),
                             httpx2.Response(200)])  # fmt: skip
    for _ in range(2):
        ours.get(f"{HUB}/x", headers={"Authorization": "Bearer hf_canary", "Cookie": "c=d"})
    for request in asked:
        assert not {"authorization", "cookie"} & set(request.headers)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx2.ConnectError("x"), "cannot be reached"),
        (httpx2.ConnectTimeout("x"), "cannot be reached"),
        (httpx2.ReadTimeout("x"), "gives no answer"),
        (httpx2.RemoteProtocolError("x"), "the connection was lost"),
    ],
)
def test_a_network_that_fails_is_tried_again_and_named(error, said):
    ours, naps, asked = client([error] * 5)
    with pytest.raises(Trouble, match=said):
        ours.get(f"{HUB}/x")
    assert (len(naps), len(asked)) == (4, 5)
