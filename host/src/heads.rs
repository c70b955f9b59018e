//! How large the head of an answer may be on its way through a platform.

use http::HeaderMap;

/// The kinds of functions whose platform says a limit, with bytes of all
/// fields' names and values. "KB" is taken for the smaller of its two meanings,
/// which leaves room for the fields that are added on the way.
static LIMITS: [(&str, usize); 3] = [
    // 502 `BadResponse` beyond.
    ("aliyun", 8_000),
    // A 410 without a body beyond.
    ("tencent", 4_000),
    ("tencent-image", 4_000),
];

/// What a redirect's fields take at most beside the picture's address.
const OTHERS: usize = 600;

/// The limit of a kind of function, if there is one.
#[must_use]
pub fn most(kind: &str) -> Option<usize> {
    let row = LIMITS.iter().find(|(name, _)| *name == kind);
    row.map(|(_, most)| *most)
}

/// The most bytes that a picture's address may have there for a redirect to
/// get through, if there is a limit.
#[must_use]
pub fn longest_address(kind: &str) -> Option<usize> {
    most(kind).map(|most| most - OTHERS)
}

/// Bytes of the names and values of all fields.
#[must_use]
pub fn size(fields: &HeaderMap) -> usize {
    let sizes = fields
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    sizes.sum()
}
