//! What a component is from outside, and the memory it starts with.

use wasmparser::{ComponentExternalKind, DataKind, Encoding, Operator, Parser, Payload};

/// Why bytes are no component.
#[derive(Debug, thiserror::Error)]
pub enum ShapeError {
    /// They do not parse.
    #[error("the WebAssembly file is damaged: {0}")]
    Parse(#[from] wasmparser::BinaryReaderError),
    /// Something else, or cut off.
    #[error("not a WebAssembly component but {0}")]
    NoComponent(&'static str),
}

/// Whether bytes begin as every WebAssembly file does.
pub(crate) fn is_wasm(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm")
}

/// A component's imports, in its order.
///
/// # Errors
///
/// When the bytes are no component.
pub fn imports(component: &[u8]) -> Result<Vec<String>, ShapeError> {
    let mut names = Vec::new();
    sections(component, |payload| {
        if let Payload::ComponentImportSection(section) = payload {
            for import in section.clone() {
                names.push(import?.name.name.to_owned());
            }
        }
        Ok(())
    })?;
    Ok(names)
}

/// A component's exports, in its order.
///
/// # Errors
///
/// When the bytes are no component.
pub fn exports(component: &[u8]) -> Result<Vec<String>, ShapeError> {
    let mut names = Vec::new();
    sections(component, |payload| {
        if let Payload::ComponentExportSection(section) = payload {
            for export in section.clone() {
                let export = export?;
                if export.kind != ComponentExternalKind::Type {
                    names.push(export.name.name.to_owned());
                }
            }
        }
        Ok(())
    })?;
    Ok(names)
}

/// What the memories of a component's core modules hold at their start, from
/// address 0 to the last byte that is written, those that hold most first. The
/// zeros that a snapshot leaves out are there again.
///
/// # Errors
///
/// When the bytes do not parse.
pub fn memories(component: &[u8]) -> Result<Vec<Vec<u8>>, ShapeError> {
    let mut memories: Vec<Vec<u8>> = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } => memories.push(Vec::new()),
            Payload::DataSection(section) => {
                let Some(memory) = memories.last_mut() else {
                    continue;
                };
                for data in section {
                    let data = data?;
                    if let Some(start) = address(&data.kind)? {
                        write(memory, start, data.data);
                    }
                }
            }
            _ => {}
        }
    }
    memories.retain(|memory| !memory.is_empty());
    memories.sort_by_key(|memory| std::cmp::Reverse(memory.len()));
    Ok(memories)
}

/// Where a segment is written at the start, if that is known from the file.
fn address(kind: &DataKind<'_>) -> Result<Option<usize>, ShapeError> {
    let DataKind::Active {
        memory_index: 0,
        offset_expr,
    } = kind
    else {
        return Ok(None);
    };
    Ok(match offset_expr.get_operators_reader().read()? {
        Operator::I32Const { value } => usize::try_from(value.cast_unsigned()).ok(),
        _ => None,
    })
}

/// Writes `bytes` at `start`, but nothing beyond 4 GiB.
fn write(memory: &mut Vec<u8>, start: usize, bytes: &[u8]) {
    let end = start.saturating_add(bytes.len());
    if end > 1 << 32 {
        return;
    }
    if memory.len() < end {
        memory.resize(end, 0);
    }
    if let Some(place) = memory.get_mut(start..end) {
        place.copy_from_slice(bytes);
    }
}

/// Walks the outermost level of a component.
fn sections(
    component: &[u8],
    mut visit: impl FnMut(&Payload<'_>) -> Result<(), ShapeError>,
) -> Result<(), ShapeError> {
    if !component.starts_with(b"\0asm") {
        return Err(ShapeError::NoComponent("a file of another kind"));
    }
    let mut depth = 0_u32;
    let mut ended = false;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        match &payload {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } if depth == 0 => {
                return Err(ShapeError::NoComponent("a core module"));
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => {
                ended = depth == 0;
                depth = depth.saturating_sub(1);
            }
            payload if depth == 0 => visit(payload)?,
            _ => {}
        }
    }
    if ended {
        Ok(())
    } else {
        Err(ShapeError::NoComponent("a file that is cut off"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wasm(text: &str) -> Vec<u8> {
        wat::parse_str(text).unwrap()
    }

    #[test]
    fn names_of_the_outermost_level_are_read() {
        let component = wasm(
            r#"(component
                (import "a" (func $a))
                (component (import "inner" (func)) (export "hidden" (func 0)))
                (export "b" (func $a)))"#,
        );
        assert_eq!(imports(&component).unwrap(), ["a"]);
        assert_eq!(exports(&component).unwrap(), ["b"]);
    }

    #[test]
    fn what_is_no_component_is_named() {
        let component = wasm("(component (import \"a\" (func)))");
        let cut = component.get(..component.len() - 1).unwrap();
        for (bytes, expected) in [
            (
                &b""[..],
                "not a WebAssembly component but a file of another kind",
            ),
            (
                b"https://a.example/1.jpg",
                "not a WebAssembly component but a file",
            ),
            (
                &wasm("(module)"),
                "not a WebAssembly component but a core module",
            ),
            (cut, "the WebAssembly file is damaged: "),
        ] {
            let error = imports(bytes).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn memories_are_put_together_from_their_segments() {
        let component = wasm(
            r#"(component
                (core module (memory 1) (data (i32.const 1) "x"))
                (core module)
                (component (core module (memory 1)
                    (data (i32.const 2) "abc") (data (i32.const 8) "d") (data "passive"))))"#,
        );
        assert_eq!(
            memories(&component).unwrap(),
            [&b"\0\0abc\0\0\0d"[..], b"\0x"]
        );
    }
}
