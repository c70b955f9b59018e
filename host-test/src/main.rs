//! Emulated gateways by hand.

fn main() {}
