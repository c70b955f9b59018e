//! Code: a zip in the call, source text, or an object of a local folder that
//! stands for a bucket.

use std::io::{Cursor, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc::{CRC_64_XZ, Crc};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::aliyun_api::error::Refused;
use crate::aliyun_api::schema::find;
use crate::aliyun_api::schema::function::is_custom;
use crate::aliyun_api::store::Item;

/// What a function is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Zip(Vec<u8>),
    /// An object that is not on this machine.
    Remote(Value),
}

/// CRC-64 as OSS has it, in decimal digits.
pub(crate) fn checksum(zip: &[u8]) -> String {
    Crc::<u64>::new(&CRC_64_XZ).checksum(zip).to_string()
}

/// Reads the member `code` of a function.
///
/// # Errors
/// When it is neither of the forms, or no zip.
pub(crate) fn read(
    code: &Value,
    runtime: &str,
    handler: &str,
    folder: &Path,
) -> Result<Code, Refused> {
    match code {
        Value::String(text) => text_or_zip(text, runtime, handler).map(Code::Zip),
        Value::Object(code) => location(code, folder),
        _ => Err(Refused::value("code", FORMS, "")),
    }
}

const FORMS: &str = "zipFile, or ossBucketName with ossObjectName";

fn location(code: &Item, folder: &Path) -> Result<Code, Refused> {
    let text = |member| find(code, member).and_then(Value::as_str);
    let bucket = text("ossBucketName").zip(text("ossObjectName"));
    match (text("zipFile"), bucket) {
        (Some(zip), None) => {
            let bytes = STANDARD.decode(zip.trim());
            let zip = bytes.map_err(|_| Refused::value("code.zipFile", "base64", "other text"))?;
            check(&zip)?;
            let given = text("checksum");
            if given.is_some_and(|given| given != checksum(&zip)) {
                let (allowed, given) = (checksum(&zip), given.unwrap_or_default());
                return Err(Refused::value("code.checksum", &allowed, given));
            }
            Ok(Code::Zip(zip))
        }
        (None, Some((bucket, object))) => match local_object(folder, bucket, object)? {
            Some(zip) => {
                check(&zip)?;
                Ok(Code::Zip(zip))
            }
            None => Ok(Code::Remote(
                json!({ "ossBucketName": bucket, "ossObjectName": object }),
            )),
        },
        _ => Err(Refused::value("code", FORMS, "both, or neither")),
    }
}

/// The object `KEY` of the folder `oss/BUCKET`.
pub(crate) fn local_object(
    folder: &Path,
    bucket: &str,
    object: &str,
) -> Result<Option<Vec<u8>>, Refused> {
    if !(3..=63).contains(&bucket.len())
        || bucket.starts_with('-')
        || bucket.ends_with('-')
        || !bucket
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        let allowed = "3 to 63 lower-case letters, digits and hyphens";
        return Err(Refused::value("ossBucketName", allowed, bucket));
    }
    let wrong = object.is_empty()
        || object.len() > 1023
        || object.starts_with(['/', '\\'])
        || object.contains('\0')
        || object.split(['/', '\\']).any(|part| part == "..");
    if wrong {
        let allowed = "1 to 1023 bytes without .. and without a slash at the start";
        return Err(Refused::value("ossObjectName", allowed, object));
    }
    match std::fs::read(folder.join("oss").join(bucket).join(object)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(_) => Ok(None),
    }
}

/// Refuses what is no zip or would be unpacked outside its folder.
pub(crate) fn check(zip: &[u8]) -> Result<(), Refused> {
    let wrong = |why: String| Refused::invalid(format!("the code is not a zip archive: {why}"));
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|e| wrong(e.to_string()))?;
    for index in 0..archive.len() {
        let entry = archive
            .by_index_raw(index)
            .map_err(|e| wrong(e.to_string()))?;
        if entry.enclosed_name().is_none() {
            let name = entry.name().unwrap_or_default();
            return Err(wrong(format!("{name:?} leaves its folder")));
        }
    }
    Ok(())
}

/// Base64 of a zip; else the source text of the file that the handler names.
fn text_or_zip(text: &str, runtime: &str, handler: &str) -> Result<Vec<u8>, Refused> {
    match STANDARD.decode(text.trim()) {
        Ok(bytes) if bytes.starts_with(b"PK") => {
            check(&bytes)?;
            Ok(bytes)
        }
        _ => single_file(text.as_bytes(), runtime, handler),
    }
}

/// A zip with one source file: a program named `bootstrap`, or the file that
/// the handler's first part names.
pub(crate) fn single_file(source: &[u8], runtime: &str, handler: &str) -> Result<Vec<u8>, Refused> {
    let stem = handler.split('.').next().unwrap_or_default();
    let (name, mode) = if is_custom(runtime) {
        ("bootstrap".to_owned(), 0o755)
    } else {
        let ending = [("python", "py"), ("nodejs", "js"), ("php", "php")];
        let mut endings = ending.iter();
        match endings.find(|(start, _)| runtime.starts_with(start)) {
            Some((_, ending)) => (format!("{stem}.{ending}"), 0o644),
            None => {
                return Err(Refused::value(
                    "code",
                    "a zip for this runtime",
                    "source text",
                ));
            }
        }
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let written = zip
        .start_file(name, SimpleFileOptions::DEFAULT.unix_permissions(mode))
        .and_then(|()| Ok(zip.write_all(source)?))
        .and_then(|()| zip.finish());
    written.map(Cursor::into_inner).map_err(Refused::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_oss() {
        assert_eq!(checksum(b"123456789"), "11051210869376104954");
    }

    #[test]
    fn code_is_read_in_all_its_forms() {
        let folder = tempfile::tempdir().unwrap();
        let zip = single_file(b"#!/bin/sh\n", "custom", "x").unwrap();
        std::fs::create_dir_all(folder.path().join("oss/my-bucket/a")).unwrap();
        std::fs::write(folder.path().join("oss/my-bucket/a/f.zip"), &zip).unwrap();
        let text = STANDARD.encode(&zip);
        let remote = json!({ "ossBucketName": "my-bucket", "ossObjectName": "other.zip" });
        let read = |code| read(&code, "python3", "index.handler", folder.path());
        for (code, expected) in [
            (json!({ "zipFile": text }), Code::Zip(zip.clone())),
            (
                json!({ "ZipFile": text, "checksum": checksum(&zip) }),
                Code::Zip(zip.clone()),
            ),
            (json!(text), Code::Zip(zip.clone())),
            (
                json!({ "ossBucketName": "my-bucket", "ossObjectName": "a/f.zip",
                        "ossAccessKeyId": "id", "ossAccessKeySecret": "secret" }),
                Code::Zip(zip.clone()),
            ),
            (remote.clone(), Code::Remote(remote)),
        ] {
            assert_eq!(read(code).unwrap(), expected);
        }
        let Code::Zip(source) = read(json!("def handler(): pass")).unwrap() else {
            panic!("no zip");
        };
        let mut archive = ZipArchive::new(Cursor::new(source)).unwrap();
        assert_eq!(archive.by_index(0).unwrap().name().unwrap(), "index.py");
        for code in [
            json!({}),
            json!(1),
            json!({ "zipFile": "!" }),
            json!({ "zipFile": STANDARD.encode("PK no zip") }),
            json!({ "zipFile": text, "checksum": "1" }),
            json!({ "zipFile": text, "ossBucketName": "my-bucket", "ossObjectName": "a" }),
            json!({ "ossBucketName": "my-bucket", "ossObjectName": "../../etc/passwd" }),
            json!({ "ossBucketName": "..", "ossObjectName": "a" }),
            json!({ "ossBucketName": "My_bucket", "ossObjectName": "a" }),
        ] {
            assert_eq!(read(code.clone()).unwrap_err().status, 400, "{code}");
        }
    }
}
