//! Emulated gateways, conformance tests and benches.
