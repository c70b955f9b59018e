//! Everything that is tested through the real component.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod bless;
mod client;
mod scenario;
mod skipped;
mod stands;
mod zips;

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
// Every wire format has a decoder, an emulator and fixtures.
mod registry;
// Nothing that the harness is made of comes from the decoders.
mod isolation;
// Golden replies to the platforms' events.
mod goldens;
// What a log says of them.
mod entries;
// Tencent's API Gateway, and the trap that redirects fall into there.
mod tencent;
// Events of AWS, Azure and Google that nobody waits for.
mod unattended;
// Events of Tencent, Huawei and Baidu that nobody waits for.
mod acknowledged;
// Paths that functions are published under at Huawei and Baidu.
mod prefixes;
// A component that panics, loops and hoards memory.
mod unruly;
// Lists become components: what edits change, and what they do not.
mod bake;
// The command `host-test`.
mod cli;
// Alibaba's default domain, and its triggers without a caller.
mod aliyun;
// LeanCloud's functions.
mod leancloud;
// LeanCloud's REST interface before production and staging.
mod leancloud_api;
// OpenWhisk's extensions and its invoke.
mod openwhisk;
// The vendors' own packages: fetched from their registries, so ignored unless
// asked for.
mod vendors;
// What platforms do with a zip, with programs that were written for it.
mod runtimes;
// Alibaba's control plane, as a process with programs that run.
mod aliyun_api;
