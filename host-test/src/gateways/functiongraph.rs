//! Huawei Cloud FunctionGraph behind whatever calls it.

/// Most bytes of a result: 6 MB, and how far the platform's own counting is off.
pub(super) const MOST_RESULT: usize = 6 * 1024 * 1024 + 100;
