//! What is kept: JSON documents under names, and code, in one file that
//! survives being killed at any moment.

use std::path::Path;

use redb::{Database, ReadOnlyTable, ReadableDatabase as _, ReadableTable, Table, TableDefinition};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::error::Refused;

/// A document.
pub(crate) type Item = Map<String, Value>;

type Rows = TableDefinition<'static, &'static str, &'static [u8]>;

const ITEMS: Rows = TableDefinition::new("items");
const CODE: Rows = TableDefinition::new("code");

/// Joins the parts of a document's name. No part holds a slash.
pub(crate) fn key(parts: &[&str]) -> String {
    parts.join("/")
}

/// The database.
#[derive(Debug)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    /// Opens the database of a folder, which it makes where there is none.
    ///
    /// # Errors
    /// When the folder or the file cannot be made, read or locked.
    pub(crate) fn open(folder: &Path) -> Result<Self, Refused> {
        std::fs::create_dir_all(folder).map_err(Refused::internal)?;
        let database = Database::create(folder.join("state.redb")).map_err(Refused::internal)?;
        let store = Self { database };
        store.write(|_| Ok(()))?;
        Ok(store)
    }

    /// A view that later writes do not change.
    pub(crate) fn read(&self) -> Result<Reading, Refused> {
        let reading = self.database.begin_read().map_err(Refused::internal)?;
        Ok(Reading {
            items: reading.open_table(ITEMS).map_err(Refused::internal)?,
            code: reading.open_table(CODE).map_err(Refused::internal)?,
        })
    }

    /// Does all of it or nothing; when it returns, the disk has it. Writers
    /// wait for each other, so what `work` reads stays true until the end.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut Writing<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let transaction = self.database.begin_write().map_err(Refused::internal)?;
        let done = {
            let mut writing = Writing {
                items: transaction.open_table(ITEMS).map_err(Refused::internal)?,
                code: transaction.open_table(CODE).map_err(Refused::internal)?,
            };
            work(&mut writing)
        };
        match done {
            Ok(done) => {
                transaction.commit().map_err(Refused::internal)?;
                Ok(done)
            }
            Err(refused) => {
                transaction.abort().map_err(Refused::internal)?;
                Err(refused)
            }
        }
    }
}

/// Reading documents, from a view or within a write.
pub(crate) trait Shelf {
    /// The document of this name.
    fn get(&self, key: &str) -> Result<Option<Item>, Refused>;

    /// The documents whose names begin so, in the order of their names, which
    /// are given without that beginning.
    fn below(&self, prefix: &str) -> Result<Vec<(String, Item)>, Refused>;
}

/// A view of the store.
pub(crate) struct Reading {
    items: ReadOnlyTable<&'static str, &'static [u8]>,
    code: ReadOnlyTable<&'static str, &'static [u8]>,
}

impl Reading {
    /// The code that [`Writing::put_code`] kept.
    pub(crate) fn code(&self, digest: &str) -> Result<Option<Vec<u8>>, Refused> {
        let code = self.code.get(digest).map_err(Refused::internal)?;
        Ok(code.map(|code| code.value().to_vec()))
    }

    /// The digests of all code.
    pub(crate) fn digests(&self) -> Result<Vec<String>, Refused> {
        let rows = self.code.iter().map_err(Refused::internal)?;
        let digests = rows.map(|row| Ok(row?.0.value().to_owned()));
        digests
            .collect::<Result<_, redb::StorageError>>()
            .map_err(Refused::internal)
    }
}

/// A write under way.
pub(crate) struct Writing<'t> {
    items: Table<'t, &'static str, &'static [u8]>,
    code: Table<'t, &'static str, &'static [u8]>,
}

impl Writing<'_> {
    /// Keeps a document under a name.
    pub(crate) fn put(&mut self, key: &str, item: &Item) -> Result<(), Refused> {
        let bytes = serde_json::to_vec(item).map_err(Refused::internal)?;
        let put = self.items.insert(key, bytes.as_slice());
        put.map(|_| ()).map_err(Refused::internal)
    }

    /// Forgets a document; gives it, if there was one.
    pub(crate) fn remove(&mut self, key: &str) -> Result<Option<Item>, Refused> {
        let item = self.items.remove(key).map_err(Refused::internal)?;
        item.map(|item| parse(item.value())).transpose()
    }

    /// Keeps code; gives the digest that finds it.
    pub(crate) fn put_code(&mut self, code: &[u8]) -> Result<String, Refused> {
        let digest = Sha256::digest(code);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.code
            .insert(digest.as_str(), code)
            .map_err(Refused::internal)?;
        Ok(digest)
    }

    /// Forgets code.
    pub(crate) fn remove_code(&mut self, digest: &str) -> Result<(), Refused> {
        let removed = self.code.remove(digest);
        removed.map(|_| ()).map_err(Refused::internal)
    }
}

impl Shelf for Reading {
    fn get(&self, key: &str) -> Result<Option<Item>, Refused> {
        get(&self.items, key)
    }

    fn below(&self, prefix: &str) -> Result<Vec<(String, Item)>, Refused> {
        below(&self.items, prefix)
    }
}

impl Shelf for Writing<'_> {
    fn get(&self, key: &str) -> Result<Option<Item>, Refused> {
        get(&self.items, key)
    }

    fn below(&self, prefix: &str) -> Result<Vec<(String, Item)>, Refused> {
        below(&self.items, prefix)
    }
}

fn get(
    items: &impl ReadableTable<&'static str, &'static [u8]>,
    key: &str,
) -> Result<Option<Item>, Refused> {
    let item = items.get(key).map_err(Refused::internal)?;
    item.map(|item| parse(item.value())).transpose()
}

fn below(
    items: &impl ReadableTable<&'static str, &'static [u8]>,
    prefix: &str,
) -> Result<Vec<(String, Item)>, Refused> {
    let mut found = Vec::new();
    for row in items.range(prefix..).map_err(Refused::internal)? {
        let (key, item) = row.map_err(Refused::internal)?;
        let Some(rest) = key.value().strip_prefix(prefix) else {
            break;
        };
        found.push((rest.to_owned(), parse(item.value())?));
    }
    Ok(found)
}

fn parse(bytes: &[u8]) -> Result<Item, Refused> {
    serde_json::from_slice(bytes).map_err(Refused::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn item(n: u8) -> Item {
        json!({ "n": n }).as_object().unwrap().clone()
    }

    #[test]
    fn all_of_a_write_is_kept_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let digest = store
            .write(|w| {
                w.put("a/1", &item(1))?;
                w.put("a/2", &item(2))?;
                w.put("b/1", &item(3))?;
                w.put_code(b"code")
            })
            .unwrap();
        let refused = store.write(|w| {
            w.put("a/3", &item(4))?;
            w.remove("a/1")?;
            Err::<(), _>(Refused::invalid("no"))
        });
        assert_eq!(refused.unwrap_err().message, "no");
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        let reading = store.read().unwrap();
        let names = reading.below("a/").unwrap();
        assert_eq!(
            names,
            [("1".to_owned(), item(1)), ("2".to_owned(), item(2))]
        );
        assert_eq!(reading.get("b/1").unwrap(), Some(item(3)));
        assert_eq!(reading.code(&digest).unwrap().unwrap(), b"code");
        assert_eq!(reading.digests().unwrap(), [digest.as_str()]);
        store.write(|w| w.remove_code(&digest)).unwrap();
        assert!(store.read().unwrap().digests().unwrap().is_empty());
    }
}
