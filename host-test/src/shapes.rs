//! `PLATFORM --shape SHAPE`: emulators by their platform and what they show.

use std::ffi::{OsStr, OsString};

use crate::gateways::{Emulator, GATEWAYS, Variant};

/// An emulator, or one way to set it up.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What `--shape` takes.
    pub(crate) name: String,
    pub(crate) emulator: &'static Emulator,
    /// What makes it; an emulator alone is made of nothing.
    pub(crate) variant: Option<&'static Variant>,
}

/// A name in small letters and digits, with a hyphen for all else.
fn spelled(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}

/// What an emulator is called beside its platform: `rest` of `aws-rest`.
fn own_name(row: &Emulator) -> String {
    let of = |name: &str| Some(spelled(name.strip_prefix(row.platform)?));
    let mut names = [row.command, row.name].into_iter().filter_map(of);
    names.find(|name| !name.is_empty()).unwrap_or_default()
}

/// The shapes of an emulator, itself the first of them.
pub(crate) fn of(row: &'static Emulator) -> Vec<Shape> {
    let shape = |name, variant| Shape {
        name,
        emulator: row,
        variant,
    };
    let mut shapes = vec![shape(own_name(row), None)];
    let variants = row.variants.iter();
    shapes.extend(variants.map(|variant| shape(spelled(variant.name), Some(variant))));
    shapes.retain(|shape| !shape.name.is_empty());
    shapes
}

/// The emulators of a platform.
fn rows(platform: &str) -> impl Iterator<Item = &'static Emulator> {
    GATEWAYS.iter().filter(move |row| row.platform == platform)
}

/// Their shapes.
fn all(platform: &str) -> Vec<Shape> {
    rows(platform).flat_map(of).collect()
}

/// The shape with this name, which may be a wire format's: `rest_v1`.
fn find(shapes: Vec<Shape>, name: &str) -> Option<Shape> {
    let wanted = spelled(name);
    let stem = |shape: &Shape| {
        let stem = spelled(shape.emulator.name);
        shape.variant.is_none() && stem == format!("{}-{wanted}", shape.emulator.platform)
    };
    let named = |shape: &Shape| shape.name == wanted || stem(shape);
    shapes.into_iter().find(named)
}

/// Takes `--shape SHAPE` out of arguments; what stands behind `--` is left
/// alone.
fn take(arguments: &mut Vec<OsString>) -> Option<String> {
    let end = arguments.iter().position(|argument| argument == "--");
    let end = end.unwrap_or(arguments.len());
    let is_shape = |argument: &OsString| {
        let text = argument.to_string_lossy();
        text == "--shape" || text.starts_with("--shape=")
    };
    let at = arguments.iter().take(end).position(is_shape)?;
    let argument = arguments.remove(at).to_string_lossy().into_owned();
    match argument.split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None if at + 1 < end => Some(arguments.remove(at).to_string_lossy().into_owned()),
        None => Some(String::new()),
    }
}

/// Arguments, the program's name first, in which a platform and a shape are
/// replaced by the emulator's own command and arguments. A platform alone is its
/// first emulator.
///
/// # Errors
/// A platform that has no such shape.
pub(crate) fn resolved(arguments: Vec<OsString>) -> Result<Vec<OsString>, String> {
    let platform = arguments
        .get(1)
        .map(|name| name.to_string_lossy().into_owned());
    let Some(platform) = platform.filter(|name| rows(name).next().is_some()) else {
        return Ok(arguments);
    };
    // An emulator that has the platform's own name is what it means alone.
    let own = rows(&platform).find(|row| row.command == platform);
    let first = own.or_else(|| rows(&platform).next());
    let mut rest = arguments.clone();
    let before: Vec<_> = rest.drain(..2).take(1).collect();
    let (row, made): (_, &[&str]) = match take(&mut rest) {
        None => (first, &[]),
        Some(name) => match find(all(&platform), &name) {
            Some(shape) => (
                Some(shape.emulator),
                shape.variant.map_or(&[], |variant| variant.arguments),
            ),
            // It may have shapes of its own, and says which.
            None if own.is_some_and(has_shapes) => return Ok(arguments),
            None => {
                let known: Vec<_> = all(&platform).into_iter().map(|it| it.name).collect();
                let known = known.join(", ");
                return Err(format!(
                    "no shape {name:?} of {platform}; accepted: {known}"
                ));
            }
        },
    };
    let command = row.map_or(platform.as_str(), |row| row.command);
    let made = std::iter::once(&command).chain(made).map(OsStr::new);
    Ok(before
        .into_iter()
        .chain(made.map(OsStr::to_owned))
        .chain(rest)
        .collect())
}

/// Whether an emulator takes an argument of this name itself.
fn has_shapes(row: &Emulator) -> bool {
    let command = row.arguments();
    let mut arguments = command.get_arguments();
    arguments.any(|argument| argument.get_long() == Some("shape"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_s_shapes_have_names_of_their_own() {
        for row in GATEWAYS {
            let mut names: Vec<_> = all(row.platform).into_iter().map(|it| it.name).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}: {names:?}", row.platform);
        }
    }

    #[test]
    fn platforms_and_shapes_become_commands() {
        for (typed, resolved) in [
            ("aws", "aws-rest"),
            ("aws --shape rest", "aws-rest"),
            ("aws --shape rest_v1 --stage test", "aws-rest --stage test"),
            ("aws --verbose --shape=http", "aws-http --verbose"),
            ("aws --shape function-url", "aws-http --function-url"),
            ("aws --shape single-value", "aws-alb"),
            ("aliyun", "aliyun-http"),
            (
                "aliyun --shape default-domain",
                "aliyun-http --default-domain",
            ),
            ("aliyun --shape timer", "aliyun-events --shape timer"),
            ("aliyun-events --shape timer", "aliyun-events --shape timer"),
            ("tencent --pass-through", "tencent --pass-through"),
            ("tencent --shape url", "tencent-url"),
            ("tencent --shape pass-through", "tencent --pass-through"),
            ("google", "google"),
            ("google --shape push", "google --shape push"),
            ("google --shape structured", "google --shape structured"),
            ("openwhisk --shape json", "openwhisk --extension json"),
            ("list", "list"),
            ("nothing --shape x", "nothing --shape x"),
            ("aws -- --shape x", "aws-rest -- --shape x"),
            ("", ""),
        ] {
            let arguments = |text: &str| -> Vec<OsString> {
                let words = text.split(' ').filter(|word| !word.is_empty());
                std::iter::once("host-test")
                    .chain(words)
                    .map(OsString::from)
                    .collect()
            };
            let found = super::resolved(arguments(typed));
            assert_eq!(found, Ok(arguments(resolved)), "{typed}");
        }
        let wrong = ["host-test", "aws", "--shape", "resd"].map(OsString::from);
        let said = super::resolved(wrong.to_vec()).unwrap_err();
        assert!(
            said.starts_with("no shape \"resd\" of aws; accepted: rest, rest-api, "),
            "{said}"
        );
    }
}
