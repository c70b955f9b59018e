"""LeanCloud's package for Python calls functions:
python3 leancloud_calls.py http://ADDRESS APP-ID APP-KEY MASTER-KEY
Prints a line for each thing that holds; fails at the first that does not.
"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

address, app_id, app_key, master_key = sys.argv[1:]
os.environ["LEANCLOUD_API_SERVER"] = address

import leancloud
from leancloud import cloud

leancloud.init(app_id, app_key=app_key)


def fails(code, name, **arguments):
    """A call that fails with this code."""
    try:
        result = cloud.run(name, **arguments)
    except leancloud.LeanCloudError as error:
        assert error.code == code, error
    else:
        raise AssertionError(result)


def functions_give_plain_records():
    picture = cloud.run("random")
    assert picture["url"].startswith("https://"), picture
    pictures = cloud.run("pictures", count=3, category="animals/cats")
    assert pictures["count"] == 3, pictures
    assert [image["category"] for image in pictures["images"]] == ["animals/cats"] * 3


def calls_give_objects():
    picture = cloud.rpc("random")
    assert isinstance(picture, leancloud.Object), picture
    assert picture._class_name == "Picture"
    assert picture.get("url").startswith("https://")
    images = cloud.rpc("pictures", count=2, category="animals")["images"]
    assert len({image.get("url") for image in images}) == 2, images


def values_keep_their_types_there_and_back():
    since = datetime(2026, 7, 10, 18, 39, 4, 5000, tzinfo=timezone.utc)
    place = leancloud.GeoPoint(39.9, 116.4)
    file = {
        "__type": "File",
        "objectId": "66a1f0c2d4e5b60012ab34ce",
        "name": "a.webp",
        "url": "https://cdn.example.net/a.webp",
    }
    todo = {"__type": "Object", "className": "Todo", "title": "工程师周会"}
    album = leancloud.Object.extend("Album").create_without_data("66a1f0c2d4e5b60012ab34cd")
    back = cloud.rpc(
        "echo", since=since, place=place, file=file, album=album, deep=[1, None, {"todo": todo}]
    )
    assert back["since"] == since, back
    assert back["place"] == place, back
    assert isinstance(back["file"], leancloud.File), back
    assert back["file"].url == file["url"]
    assert back["album"]._class_name == "Album" and back["album"].id == album.id
    assert back["deep"][:2] == [1, None]
    assert back["deep"][2]["todo"].get("title") == "工程师周会"


def use_production_chooses_the_environment():
    seen = {}
    for production in (True, False):
        leancloud.use_production(production)
        info = cloud.run("info")
        seen[info["environment"]] = info["pictures"]
    leancloud.use_production(True)
    assert list(seen) == ["production", "stage"], seen
    assert seen["production"] != seen["stage"], seen


def the_master_key_and_a_session_are_taken():
    leancloud.init(app_id, app_key=app_key, master_key=master_key)
    assert cloud.run("random")["url"]
    leancloud.init(app_id, app_key=app_key)
    for token, right in (("p0o9i8u7y6t5", True), ("x", False)):
        user = leancloud.User()
        user._session_token = token
        leancloud.User.set_current(user)
        if right:
            assert cloud.run("random")["url"]
        else:
            fails(211, "random")
    leancloud.User.set_current(None)


def failures_have_codes():
    fails(1, "none")
    fails(404, "random", category="nowhere")
    fails(400, "pictures", count=99)
    fails(142, "refuses")
    fails(124, "silent")
    # What this package makes of an answer without a document.
    fails(-1, "dead")
    leancloud.init(app_id, app_key="wrong")
    fails(401, "random")
    leancloud.init(app_id, app_key=app_key)


def two_hundred_calls_at_once_lose_nothing():
    with ThreadPoolExecutor(200) as pool:
        back = list(pool.map(lambda caller: cloud.rpc("echo", caller=caller), range(200)))
    assert [result["caller"] for result in back] == list(range(200))


for check in (
    functions_give_plain_records,
    calls_give_objects,
    values_keep_their_types_there_and_back,
    use_production_chooses_the_environment,
    the_master_key_and_a_session_are_taken,
    failures_have_codes,
    two_hundred_calls_at_once_lose_nothing,
):
    check()
    print("ok", check.__name__.replace("_", " "))
