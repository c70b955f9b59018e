//! Where a deployment's code comes from. One of `zip_file`, an image and an
//! object of OSS makes `code` ignored.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::parameters::Parameters;
use crate::aliyun_api::Plane;
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::resource::code::{check, local_object, single_file};

/// Most bytes that are fetched, and how long that may take.
const MOST: usize = 100 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// `code`, `zip_file`, `image` or `oss`.
    pub(super) kind: &'static str,
    pub(super) zip: Option<Vec<u8>>,
    pub(super) image: Option<String>,
}

pub(super) async fn fetch(plane: &Plane, parameters: &Parameters) -> Result<Source, Refused> {
    let kind = kind(parameters)?;
    let zip = match kind {
        "image" => None,
        "zip_file" => {
            let url = parameters.zip_file.as_deref().unwrap_or_default();
            let zip = get(plane, url).await?;
            check(&zip)?;
            Some(zip)
        }
        "oss" => Some(object(plane, parameters)?),
        _ => Some(code(plane, parameters).await?),
    };
    Ok(Source {
        kind,
        zip,
        image: parameters.image()?,
    })
}

fn kind(parameters: &Parameters) -> Result<&'static str, Refused> {
    let given: Vec<_> = [
        ("image", parameters.is_container()),
        ("zip_file", parameters.zip_file.is_some()),
        ("oss", parameters.oss_bucket.is_some()),
    ]
    .into_iter()
    .filter_map(|(kind, given)| given.then_some(kind))
    .collect();
    match given.as_slice() {
        [] if parameters.code.is_some() => Ok("code"),
        [] => {
            let message = "no code: accepted are code, zip_file, oss_bucket with oss_object_key, and an image";
            Err(Refused::new(400, "MissingCodeSource", message))
        }
        [kind] => Ok(*kind),
        kinds => {
            let message = format!("more than one source of code: {}", kinds.join(", "));
            Err(Refused::new(400, "ConflictingCodeSource", message))
        }
    }
}

fn object(plane: &Plane, parameters: &Parameters) -> Result<Vec<u8>, Refused> {
    let bucket = parameters.oss_bucket.as_deref().unwrap_or_default();
    let object = parameters.oss_object_key.as_deref().unwrap_or_default();
    match local_object(&plane.folder, bucket, object)? {
        Some(zip) => {
            check(&zip)?;
            Ok(zip)
        }
        None => {
            let message = format!("there is no oss/{bucket}/{object} in the data folder");
            Err(Refused::new(404, "NoSuchObject", message))
        }
    }
}

/// Base64 of a zip or of one source file, or the URL of either.
async fn code(plane: &Plane, parameters: &Parameters) -> Result<Vec<u8>, Refused> {
    let code = parameters.code.as_deref().unwrap_or_default();
    let bytes = if code.starts_with("http://") || code.starts_with("https://") {
        get(plane, code).await?
    } else {
        STANDARD
            .decode(code)
            .map_err(|_| Refused::value("code", "base64, or a URL", "other text"))?
    };
    if bytes.starts_with(b"PK") {
        check(&bytes)?;
        return Ok(bytes);
    }
    single_file(&bytes, parameters.runtime()?, &parameters.handler()?)
}

/// Fetches a URL of an allowed host. Redirects are not followed: they would
/// lead elsewhere.
async fn get(plane: &Plane, url: &str) -> Result<Vec<u8>, Refused> {
    let failed = |why: String| Refused::new(502, "CodeFetchFailed", format!("{url}: {why}"));
    let uri: Uri = url
        .parse()
        .map_err(|_| Refused::value("URL", "http://HOST/PATH", url))?;
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    if !plane.options.allow_fetch.contains(&authority) {
        let message = format!("'{authority}' is not among the hosts of --allow-fetch");
        return Err(Refused::new(403, "AccessDenied", message));
    }
    let bytes = match uri.scheme_str() {
        Some("http") => tokio::time::timeout(PATIENCE, plain(&uri, &authority)).await,
        Some("https") => tokio::time::timeout(PATIENCE, secure(url.to_owned())).await,
        _ => return Err(Refused::value("URL", "http:// or https://", url)),
    };
    match bytes {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(why)) => Err(failed(why)),
        Err(_) => Err(failed(format!(
            "no answer in {} seconds",
            PATIENCE.as_secs()
        ))),
    }
}

async fn plain(uri: &Uri, authority: &str) -> Result<Vec<u8>, String> {
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let place = (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(place).await.map_err(|e| text(&e))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|e| text(&e))?;
    tokio::spawn(connection);
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .parse()
        .map_err(|e| text(&e))?;
    let host = HeaderValue::try_from(authority).map_err(|e| text(&e))?;
    request.headers_mut().insert(HOST, host);
    request
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    let response = sender.send_request(request).await.map_err(|e| text(&e))?;
    if !response.status().is_success() {
        return Err(format!("the answer is {}", response.status()));
    }
    let body = Limited::new(response.into_body(), MOST).collect().await;
    Ok(body.map_err(|e| text(&e))?.to_bytes().to_vec())
}

/// By curl: nothing here speaks TLS.
async fn secure(url: String) -> Result<Vec<u8>, String> {
    let (most, patience) = (MOST.to_string(), PATIENCE.as_secs().to_string());
    let run = move || {
        std::process::Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--proto", "=https"])
            .args(["--max-filesize", &most, "--max-time", &patience, "--", &url])
            .output()
    };
    let output = tokio::task::spawn_blocking(run)
        .await
        .map_err(|e| e.to_string())?;
    let output = output.map_err(|e| format!("curl, which fetches https, cannot be run: {e}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(output.stdout)
}
