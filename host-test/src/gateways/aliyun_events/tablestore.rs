//! Tablestore's event: CBOR (RFC 8949) from the trigger, the same as JSON from
//! the console's test.

use bytes::Bytes;
use http::Request;
use serde::Serialize;

use crate::gateways::times::Moment;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rows {
    version: &'static str,
    records: Vec<Record>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    r#type: &'static str,
    info: Info,
    primary_key: Vec<Key>,
    columns: Vec<Column>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    /// Microseconds since 1970.
    timestamp: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    column_name: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Column {
    r#type: &'static str,
    column_name: &'static str,
    value: i64,
    /// Milliseconds since 1970.
    timestamp: i64,
}

/// A row that the path names was put.
fn rows(moment: Moment, request: &Request<Bytes>) -> Rows {
    let millis = moment.epoch_millis();
    Rows {
        version: "Sync-v1",
        records: vec![Record {
            r#type: "PutRow",
            info: Info {
                timestamp: millis.saturating_mul(1000),
            },
            primary_key: vec![Key {
                column_name: "path",
                value: request.uri().path().to_owned(),
            }],
            columns: vec![Column {
                r#type: "Put",
                column_name: "size",
                value: i64::try_from(request.body().len()).unwrap_or(i64::MAX),
                timestamp: millis,
            }],
        }],
    }
}

pub(super) fn cbor(moment: Moment, request: &Request<Bytes>) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Memory takes whatever is written.
    let _ = ciborium::into_writer(&rows(moment, request), &mut bytes);
    bytes
}

pub(super) fn json(moment: Moment, request: &Request<Bytes>) -> Vec<u8> {
    serde_json::to_vec(&rows(moment, request)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_begins_as_documented() {
        let mut bytes = Vec::new();
        let rows = Rows {
            version: "Sync-v1",
            records: Vec::new(),
        };
        ciborium::into_writer(&rows, &mut bytes).unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "a26756657273696f6e6753796e632d7631675265636f72647380");
    }

    #[test]
    fn both_forms_say_the_same() {
        let request = Request::builder().uri("/a").body(Bytes::from_static(b"xy"));
        let (request, moment) = (request.unwrap(), Moment::now());
        let read: ciborium::Value = ciborium::from_reader(&*cbor(moment, &request)).unwrap();
        let read: serde_json::Value = read.deserialized().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json(moment, &request)).unwrap();
        assert_eq!(read, json);
        let record = &json["Records"][0];
        assert_eq!(record["PrimaryKey"][0]["Value"], "/a");
        assert_eq!(record["Columns"][0]["Value"], 2);
        assert_eq!(record["Info"]["Timestamp"], moment.epoch_millis() * 1000);
    }
}
