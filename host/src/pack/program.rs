//! The runner, wherever it is: named by its owner, beside this program, or
//! built from the source that this program was built from.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use object::LittleEndian;
use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64, PT_INTERP};
use object::read::elf::{FileHeader as _, ProgramHeader as _};

use crate::runner_engine::Architecture;

mod build;

/// The variable that names the runner's file.
const VARIABLE: &str = "EDGEPICK_RUNNER";

/// The runner's file beside this program, and its package.
const NAME: &str = "edgepick-runner";

/// Where a runner is looked for, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The file that its owner names.
    pub named: Option<PathBuf>,
    /// The folder of this program.
    pub beside: Option<PathBuf>,
    /// The top of the source that this program was built from.
    pub checkout: Option<PathBuf>,
}

/// Why there is no runner.
#[derive(Debug, thiserror::Error)]
pub enum NoRunner {
    /// The named one cannot be read.
    #[error("{VARIABLE} names {path}, which cannot be read: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The named one would not start on any platform.
    #[error("{VARIABLE} names {}, which is no static Linux program for {}", .0.display(), .1.name())]
    Foreign(PathBuf, Architecture),
    /// There is none.
    #[error(
        "there is no {NAME} for {arch}, the program that every zip holds: put it beside {program}, name it in \
         {VARIABLE}, or run edgepick from a checkout of its source, where it is built",
        arch = architecture.name(),
        program = program.as_deref().map_or_else(|| "edgepick".into(), Path::to_string_lossy)
    )]
    Nowhere {
        /// What it would run on.
        architecture: Architecture,
        /// This program.
        program: Option<PathBuf>,
    },
    /// The source is there, and no C compiler for it.
    #[error(
        "the runner for {arch} wants a C compiler for it: install `{name}`, or name one in {variable}",
        arch = .0.name(),
        name = build::c_compilers(*.0)[1],
        variable = build::c_variable(*.0)
    )]
    NoCCompiler(Architecture),
    /// The source is there and does not build.
    #[error(
        "the runner does not build, see above; with {VARIABLE} naming a runner's file none is built"
    )]
    Build,
}

impl Places {
    /// Those of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let program = env::current_exe().ok();
        Self {
            named: env::var_os(VARIABLE)
                .filter(|path| !path.is_empty())
                .map(Into::into),
            beside: program.and_then(|path| path.parent().map(ToOwned::to_owned)),
            checkout: Path::new(env!("CARGO_MANIFEST_DIR"))
                .parent()
                .map(ToOwned::to_owned),
        }
    }

    /// The bytes of the runner for an architecture.
    ///
    /// # Errors
    ///
    /// When the file that its owner names is none, or there is none at all and
    /// none can be built.
    pub fn runner(&self, architecture: Architecture) -> Result<Vec<u8>, NoRunner> {
        if let Some(path) = &self.named {
            let bytes = fs::read(path).map_err(|source| NoRunner::Unreadable {
                path: path.clone(),
                source,
            })?;
            return if runs_anywhere(&bytes, architecture) {
                Ok(bytes)
            } else {
                Err(NoRunner::Foreign(path.clone(), architecture))
            };
        }
        // Cargo leaves a runner for this very machine beside `edgepick` when it
        // builds the workspace; that one does not run elsewhere.
        let beside = self.beside.as_ref().map(|folder| folder.join(NAME));
        if let Some(bytes) = beside.and_then(|path| fs::read(path).ok())
            && runs_anywhere(&bytes, architecture)
        {
            return Ok(bytes);
        }
        match &self.checkout {
            Some(top) if top.join("runner/Cargo.toml").is_file() => build::build(top, architecture),
            _ => Err(NoRunner::Nowhere {
                architecture,
                program: self.beside.as_ref().map(|folder| folder.join("edgepick")),
            }),
        }
    }
}

/// Whether a file is a Linux program for an architecture that needs no
/// interpreter: one that is linked dynamically wants a C library that the
/// platforms may lack.
fn runs_anywhere(file: &[u8], architecture: Architecture) -> bool {
    let machine = match architecture {
        Architecture::X86_64 => EM_X86_64,
        Architecture::Arm64 => EM_AARCH64,
    };
    let Ok(header) = FileHeader64::<LittleEndian>::parse(file) else {
        return false;
    };
    let Ok(endian) = header.endian() else {
        return false;
    };
    header.e_machine(endian) == machine
        && header
            .program_headers(endian, file)
            .is_ok_and(|headers| !headers.iter().any(|h| h.p_type(endian) == PT_INTERP))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a static program for a machine, with one program header of
    /// that type.
    fn program(machine: u16, header: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\0");
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[32] = 64; // where the program headers begin
        bytes[54] = 56; // their size
        bytes[56] = 1; // their number
        bytes[64..68].copy_from_slice(&header.to_le_bytes());
        bytes
    }

    const LOAD: u32 = object::elf::PT_LOAD;

    #[test]
    fn only_a_static_program_for_the_platforms_will_do() {
        let [x86_64, arm64] = Architecture::ALL;
        for (file, fits) in [
            (program(EM_X86_64, LOAD), Some(x86_64)),
            (program(EM_AARCH64, LOAD), Some(arm64)),
            (program(EM_X86_64, PT_INTERP), None),
            (program(EM_AARCH64, PT_INTERP), None),
            (program(EM_X86_64, LOAD)[..80].to_vec(), None),
            (b"#!/bin/sh\n".to_vec(), None),
            (Vec::new(), None),
        ] {
            for architecture in Architecture::ALL {
                let expected = fits == Some(architecture);
                assert_eq!(runs_anywhere(&file, architecture), expected, "{file:x?}");
            }
        }
    }

    #[test]
    fn a_runner_for_other_processors_will_not_do() {
        let [x86_64, arm64] = Architecture::ALL;
        let folder = tempfile::tempdir().unwrap();
        let named = folder.path().join("mine");
        let (mine, beside) = (program(EM_X86_64, LOAD), program(EM_AARCH64, LOAD));
        fs::write(&named, &mine).unwrap();
        fs::write(folder.path().join(NAME), &beside).unwrap();
        let mut places = Places {
            named: Some(named),
            beside: Some(folder.path().to_owned()),
            checkout: None,
        };
        assert_eq!(places.runner(x86_64).unwrap(), mine);
        let error = places.runner(arm64).unwrap_err().to_string();
        assert!(error.ends_with("Linux program for arm64"), "{error}");
        places.named = None;
        assert_eq!(places.runner(arm64).unwrap(), beside);
        let error = places.runner(x86_64).unwrap_err().to_string();
        assert!(
            error.starts_with("there is no edgepick-runner for x86_64"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_cross_compiler_is_named_with_its_variable() {
        for (architecture, name, variable) in [
            (
                Architecture::X86_64,
                "x86_64-linux-gnu-gcc",
                "CC_x86_64_unknown_linux_musl",
            ),
            (
                Architecture::Arm64,
                "aarch64-linux-gnu-gcc",
                "CC_aarch64_unknown_linux_musl",
            ),
        ] {
            let error = NoRunner::NoCCompiler(architecture).to_string();
            assert!(error.contains(name) && error.contains(variable), "{error}");
        }
    }

    #[test]
    fn the_named_runner_comes_before_the_one_beside() {
        let folder = tempfile::tempdir().unwrap();
        let named = folder.path().join("mine");
        let (mine, beside) = (program(EM_X86_64, LOAD), program(EM_X86_64, 0));
        fs::write(&named, &mine).unwrap();
        fs::write(folder.path().join(NAME), &beside).unwrap();
        let mut places = Places {
            named: Some(named.clone()),
            beside: Some(folder.path().to_owned()),
            checkout: None,
        };
        assert_eq!(places.runner(Architecture::X86_64).unwrap(), mine);
        fs::write(&named, "text").unwrap();
        let error = places.runner(Architecture::X86_64).unwrap_err().to_string();
        let expected = format!("EDGEPICK_RUNNER names {}, which is no", named.display());
        assert!(error.starts_with(&expected), "{error}");
        fs::remove_file(&named).unwrap();
        let error = places.runner(Architecture::X86_64).unwrap_err().to_string();
        assert!(error.contains("cannot be read"), "{error}");
        places.named = None;
        assert_eq!(places.runner(Architecture::X86_64).unwrap(), beside);
    }

    #[test]
    fn without_any_runner_one_sentence_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        // As cargo leaves it: for this machine.
        fs::write(folder.path().join(NAME), program(EM_X86_64, PT_INTERP)).unwrap();
        let places = Places {
            named: None,
            beside: Some(folder.path().to_owned()),
            checkout: Some(folder.path().to_owned()),
        };
        let error = places.runner(Architecture::X86_64).unwrap_err().to_string();
        for part in [
            &*folder.path().join("edgepick").to_string_lossy(),
            VARIABLE,
            "checkout",
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(error.lines().count(), 1);
    }
}
