//! Everything that is tested through the real component.

mod bless;
mod client;
mod scenario;
mod stands;

// One request.
mod smoke;
// The public interface as callers see it, through every door: data in
// `fixtures/scenarios/`.
mod http;
// Connections: reuse, pipelining, limits.
mod connections;
// Random answers are fair, and nothing random is baked in.
mod fairness;
// Imports and exports; hosts that offer nothing but the proxy world.
mod surface;
