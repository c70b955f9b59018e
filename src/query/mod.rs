//! The parameters of the public interface: one table, [`PARAMETERS`].
//!
//! Unknown parameters are ignored, since people append them against caches. A
//! known one with a bad value, or two different values for one meaning, is an
//! error that names both. An empty value counts as absent, as forms send it.

mod table;
pub mod values;

use crate::error::{Code, Error};
use crate::settings::AnswerType;
use table::Given;
pub use table::{PARAMETERS, Parameter};
use values::{Every, OrientationWish, Tags};

/// Most characters of a request target (RFC 9110 section 4.1 asks for at least
/// 8,000 octets).
pub const MOST_TARGET: usize = 16_384;

/// A meaning that at most one value may be given for, remembering how it was
/// said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot<T>(Option<(T, String)>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: PartialEq> Slot<T> {
    /// The value, if one was given.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(value, _)| value)
    }

    /// How it was said, for instance `device=pc` or `the path /pc`.
    pub fn said(&self) -> Option<&str> {
        self.0.as_ref().map(|(_, said)| said.as_str())
    }

    /// Gives the meaning a value.
    ///
    /// # Errors
    /// [`Code::ConflictingValues`] when it has another one.
    pub fn put(&mut self, value: T, param: &str, text: &str, said: String) -> Result<(), Error> {
        match &self.0 {
            Some((have, _)) if *have == value => Ok(()),
            Some((_, before)) => Err(Error::new(
                Code::ConflictingValues,
                format!("two different values for one meaning: {before} and {said}"),
            )
            .param(param, text)
            .hint("give one of them")),
            None => {
                self.0 = Some((value, said));
                Ok(())
            }
        }
    }
}

/// What a request asks for, from its path and its query together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The form of the answer.
    pub answer: Slot<AnswerType>,
    /// Categories by the path: one at most.
    pub category_path: Slot<String>,
    /// Categories by parameter: any of them.
    pub categories: Vec<String>,
    /// Conditions on tags: all of them.
    pub tags: Tags,
    /// How the picture is to lie.
    pub orientation: Slot<OrientationWish>,
    /// 1 to 50.
    pub count: Slot<u8>,
    /// That very picture, by the path.
    pub id_path: Slot<String>,
    /// Those very pictures, by parameter.
    pub ids: Vec<String>,
    /// None of these.
    pub not: Vec<String>,
    /// At most 256 bytes.
    pub seed: Slot<String>,
    /// The key of a deck, at most 256 bytes.
    pub deck: Slot<String>,
    /// The card of that deck, from 0.
    pub k: Slot<u64>,
    /// The period.
    pub every: Slot<Every>,
    /// Pixels.
    pub min_width: Slot<u32>,
    /// Pixels.
    pub max_width: Slot<u32>,
    /// Pixels.
    pub min_height: Slot<u32>,
    /// Pixels.
    pub max_height: Slot<u32>,
    /// Width to height.
    pub ratio: Slot<(u32, u32)>,
}

/// The row for a name as a caller writes it.
#[must_use]
pub fn parameter(name: &str) -> Option<&'static Parameter> {
    PARAMETERS
        .iter()
        .find(|p| p.name == name || p.also.contains(&name))
}

impl Query {
    /// Reads a query string (`application/x-www-form-urlencoded`, WHATWG URL
    /// section 5.1; decoded exactly once) into the query.
    ///
    /// # Errors
    /// The first parameter that cannot be accepted. Those behind it are read all
    /// the same: they may say what form the error takes.
    pub fn read(&mut self, query: &str) -> Result<(), Error> {
        let mut first = Ok(());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            first = first.and(self.set(&name, &value));
        }
        first
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let Some(parameter) = parameter(name) else {
            return Ok(());
        };
        if value.is_empty() && parameter.name != "json" {
            return Ok(());
        }
        (parameter.set)(
            &Given {
                name,
                value,
                parameter,
            },
            self,
        )
    }

    /// Checks what only the whole can show.
    ///
    /// # Errors
    /// A parameter without the one it needs, or two ways of choosing at once.
    pub fn check(&self) -> Result<(), Error> {
        if let Some(deck) = self.deck.get()
            && self.k.get().is_none()
        {
            return Err(Error::new(
                Code::MissingParameter,
                "deck needs k, the number of the card",
            )
            .param("deck", deck)
            .hint("k is a whole number from 0"));
        }
        one_list(&self.category_path, "category", &self.categories)?;
        one_list(&self.id_path, "id", &self.ids)?;
        let by_parameter = (!self.ids.is_empty()).then(|| format!("id={}", self.ids.join(",")));
        let id = self.id_path.said().or(by_parameter.as_deref());
        let ways = [id, self.seed.said(), self.deck.said()];
        let mut said = ways.into_iter().flatten();
        if let (Some(one), Some(other)) = (said.next(), said.next()) {
            return Err(Error::new(
                Code::ConflictingValues,
                format!("two ways of choosing at once: {one} and {other}"),
            )
            .hint("give one of id, seed, deck"));
        }
        if let (Some(id), Some(every)) = (id, self.every.said()) {
            return Err(Error::new(
                Code::ConflictingValues,
                format!("two ways of choosing at once: {id} and {every}"),
            )
            .hint("a picture named by its id does not change with a period"));
        }
        Ok(())
    }
}

/// The path and a parameter may both name the same one thing, and no other.
fn one_list(path: &Slot<String>, param: &str, list: &[String]) -> Result<(), Error> {
    match (path.get(), path.said()) {
        (Some(one), Some(said)) if list.iter().any(|other| other != one) => {
            let list = list.join(",");
            Err(Error::new(
                Code::ConflictingValues,
                format!("two different values for one meaning: {said} and {param}={list}"),
            )
            .param(param, &list)
            .hint("give one of them"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
