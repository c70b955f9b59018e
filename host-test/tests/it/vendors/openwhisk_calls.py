"""Calls an action behind one of OpenWhisk's proxies, as its invoker does, in a
network that is nobody else's: python3 openwhisk_calls.py ZIP PROXY [ARGUMENT]...
Prints what came of each call; fails at the first that is not as it should be.
"""
import base64
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

archive, *proxy = sys.argv[1:]
SENTINEL = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n"


def up():
    """Brings the loopback up: SIOCSIFFLAGS, IFF_UP."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))


def started():
    """The proxy, once it listens."""
    process = subprocess.Popen(proxy, stdout=open("out", "w"), stderr=open("err", "w"))
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", 8080)).close()
            return process
        except OSError:
            time.sleep(0.01)
    sys.exit(f"the proxy ended: {open('err').read()}")


def post(path, body):
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:8080{path}", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def run(value):
    """The result of an activation."""
    activation = {
        "value": value,
        "activation_id": "44794bd6aab74415b4e42a308d880e5b",
        "action_name": "/guest/pics",
        "action_version": "0.0.1",
        "namespace": "guest",
        "transaction_id": "0f0e0d0c",
        "deadline": "1783711204000",
    }
    status, body = post("/run", json.dumps(activation).encode())
    assert status == 200, (status, body)
    return json.loads(body)


def web(path="", query="", **more):
    """The result of a web action's call, raw."""
    headers = {"host": "ow.example.net", "accept": "*/*"}
    return run({
        "__ow_method": "get", "__ow_headers": headers, "__ow_path": path, "__ow_query": query,
        **more,
    })


def init():
    with open(archive, "rb") as file:
        code = base64.b64encode(file.read()).decode()
    value = {"name": "pics", "main": "main", "code": code, "binary": True,
             "env": {"__OW_ACTION_NAME": "/guest/pics", "__OW_API_HOST": "https://ow"}}
    body = json.dumps({"value": value}).encode()
    # The second one is refused before it is read.
    first, second = post("/init", body), post("/init", b"{}")
    print("init", first, second)
    assert (first[0], second[0]) == (200, 403)


def calls():
    for _ in range(20):
        answer = web()
        assert answer["headers"]["X-Request-Id"] == "44794bd6aab74415b4e42a308d880e5b"
        print(answer["statusCode"], answer["headers"]["Location"])
    seeded = [web(query="seed=a%20b")["headers"]["Location"] for _ in range(2)]
    assert seeded[0] == seeded[1], seeded
    answer = web("/nothing")
    print(answer["statusCode"], answer["body"])
    assert answer["statusCode"] == 404
    # More than fits into an argument of a program.
    answer = web(__ow_body="eHh4" * 50_000)
    assert answer["statusCode"] == 302, answer
    answer = run({"count": 2})
    print(answer)
    assert answer["count"] == len(answer["images"]) == 2
    status, body = post("/run", b"")
    print(status, body)
    assert status == 200 and "url" in json.loads(body)
    return 26


def main():
    up()
    process = started()
    init()
    activations = calls()
    process.terminate()
    process.wait()
    for name in ["out", "err"]:
        with open(name) as file:
            log = file.read()
        assert log.count(SENTINEL) == activations, log
        print(f"{name}: {activations} sentinels")


main()
