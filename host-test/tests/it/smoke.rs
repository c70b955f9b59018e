//! One request: when this fails, look here first.

use crate::client::get;
use crate::stands::stand;

#[test]
fn a_random_picture() {
    let stand = stand("sample");
    let reply = get(stand.http(), "/");
    assert_eq!(reply.status, 302, "{reply:?}");
    let location = reply.header("location").unwrap();
    assert_eq!(
        stand
            .pictures
            .urls
            .get(reply.header("x-image-id").unwrap())
            .map(String::as_str),
        Some(location)
    );
}
