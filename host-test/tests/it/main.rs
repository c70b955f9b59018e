//! Everything that is tested through the real component.

mod client;
mod http;
mod scenario;
mod stands;
