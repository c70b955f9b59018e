//! The command `edgepick`.

fn main() {}
