//! What is started: as a Dockerfile says, or a command.
//!
//! No image is built: the program runs among this machine's own files, so of a
//! Dockerfile only that counts which says where the zip's files go and what is
//! started of them. From "Dockerfile reference" of Docker's documents.

use std::path::{Path, PathBuf};

/// Files, and what is started of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Image {
    /// Where the zip's files are.
    pub(super) code: String,
    pub(super) folder: PathBuf,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
}

impl Image {
    /// A command, split at spaces, in the folder of the files; `None` where it
    /// is empty.
    pub(super) fn unbuilt(code: &str, command: &str) -> Option<Self> {
        let mut words = command.split_whitespace();
        Some(Self {
            program: Path::new(code).join(words.next()?),
            arguments: words.map(ToOwned::to_owned).collect(),
            folder: code.into(),
            code: code.to_owned(),
            environment: Vec::new(),
        })
    }

    /// As a Dockerfile says.
    ///
    /// # Errors
    /// What is missing in it, or not known here.
    pub(super) fn built(text: &str) -> Result<Self, String> {
        let text = text.replace("\\\n", " ");
        let mut image = Self::default();
        let (mut entry, mut command) = (Vec::new(), Vec::new());
        let mut folder = PathBuf::from("/");
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let rest = rest.trim();
            match word.to_ascii_uppercase().as_str() {
                "FROM" | "EXPOSE" | "LABEL" => {}
                "WORKDIR" => folder.push(rest),
                "COPY" | "ADD" => {
                    let place = rest.strip_prefix('.').filter(|rest| rest.starts_with(' '));
                    let place = place.ok_or_else(|| unknown(line))?.trim();
                    let place = folder.join(place).display().to_string();
                    image.code = place.trim_end_matches(['/', '.']).to_owned();
                }
                "ENV" => {
                    let (name, value) = rest.split_once('=').ok_or_else(|| unknown(line))?;
                    let value = value.trim_matches('"').to_owned();
                    image.environment.push((name.to_owned(), value));
                }
                "ENTRYPOINT" => entry = words(rest),
                "CMD" => command = words(rest),
                _ => return Err(unknown(line)),
            }
        }
        entry.append(&mut command);
        let mut words = entry.into_iter();
        let program = words
            .next()
            .ok_or("the Dockerfile has neither ENTRYPOINT nor CMD")?;
        if image.code.is_empty() {
            return Err("the Dockerfile copies no files to a folder".to_owned());
        }
        image.program = folder.join(program);
        image.arguments = words.collect();
        image.folder = folder;
        Ok(image)
    }
}

fn unknown(line: &str) -> String {
    format!(
        "the emulator cannot do what the Dockerfile says: {line:?}; it knows FROM, COPY . FOLDER, WORKDIR, ENV NAME=VALUE, EXPOSE, LABEL, ENTRYPOINT and CMD"
    )
}

/// A JSON array of words; else text for a shell.
fn words(text: &str) -> Vec<String> {
    serde_json::from_str(text)
        .unwrap_or_else(|_| vec!["/bin/sh".to_owned(), "-c".to_owned(), text.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_says_what_is_started() {
        let started = |text: &str| {
            let image = Image::built(text)?;
            let program = image.program.display().to_string();
            let folder = image.folder.display().to_string();
            Ok::<_, String>((image.code, folder, program, image.arguments))
        };
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        for (text, code, folder, program, arguments) in [
            (
                "FROM scratch\n# us\nCOPY . /app/\nWORKDIR /app\nENTRYPOINT [\"/app/x\", \"-a\"]\n",
                "/app",
                "/app",
                "/app/x",
                words(&["-a"]),
            ),
            (
                "FROM a\nWORKDIR /srv\nCOPY . .\nEXPOSE 8080\nCMD \\\n [\"./x\"]",
                "/srv",
                "/srv",
                "/srv/./x",
                Vec::new(),
            ),
            (
                "from a\nadd . /a\nentrypoint [\"/a/x\"]\ncmd [\"b c\"]",
                "/a",
                "/",
                "/a/x",
                words(&["b c"]),
            ),
            (
                "FROM a\nCOPY . /a\nCMD exec ./x",
                "/a",
                "/",
                "/bin/sh",
                words(&["-c", "exec ./x"]),
            ),
        ] {
            let expected = (code.to_owned(), folder.to_owned(), program.to_owned());
            let expected = (expected.0, expected.1, expected.2, arguments);
            assert_eq!(started(text), Ok(expected), "{text}");
        }
        for (text, message) in [
            ("FROM a\nCOPY . /a\n", "neither ENTRYPOINT nor CMD"),
            ("FROM a\nCMD [\"/x\"]", "copies no files"),
            ("FROM a\nRUN make", "\"RUN make\""),
            ("FROM a\nCOPY x /a", "\"COPY x /a\""),
        ] {
            let error = started(text).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
