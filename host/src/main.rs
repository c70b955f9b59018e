//! The command `edgepick`.

use std::process::ExitCode;

fn main() -> ExitCode {
    edgepick_host::commands::run(std::env::args_os())
}
