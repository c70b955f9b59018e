//! The native side of edgepick.
