use std::io::{Cursor, Read as _};

use edgepick::gateway::platforms;
use zip::ZipArchive;

use super::*;

/// What lies beside the runner in these tests.
fn site() -> Site {
    let file = |name: &'static str| File {
        name: name.into(),
        mode: 0o644,
        bytes: b"x\n".into(),
    };
    Site {
        files: vec![file("list.json"), file("component.cwasm")],
        architecture: Architecture::X86_64,
        pictures: 1,
        baked: None,
        prepared: None,
    }
}

/// A kind's own files: name, mode, content.
fn files(kind: &Kind, zip: &str) -> Vec<(String, u32, String)> {
    let site = site();
    let bytes = pack(kind, b"the runner", &site, zip).unwrap().bytes;
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut entry = zip.by_index(i).unwrap();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            let name = entry.name().unwrap().into_owned();
            (name, entry.unix_mode().unwrap() & 0o7777, content)
        })
        .filter(|(name, _, _)| !["list.json", "component.cwasm"].contains(&&**name))
        .collect()
}

fn content(name: &str, file: &str) -> String {
    let [kind] = kinds(name)[..] else {
        panic!("{name}")
    };
    let files = files(kind, &kind.file_name());
    let found = files.into_iter().find(|(name, _, _)| name == file);
    found.unwrap_or_else(|| panic!("{name}: {file}")).2
}

#[test]
fn every_platform_has_kinds_and_gives_the_first_its_name() {
    let mut named: Vec<_> = kinds(ALL).iter().map(|kind| kind.platform).collect();
    let mut known: Vec<_> = platforms().collect();
    named.sort_unstable();
    known.sort_unstable();
    assert_eq!(named, known);
    for (i, kind) in KINDS.iter().enumerate() {
        let first = KINDS.iter().find(|other| other.platform == kind.platform);
        assert_eq!(first.unwrap().name, kind.platform);
        assert!(KINDS[..i].iter().all(|other| other.name != kind.name));
        assert_eq!(kinds(kind.name).len(), 1);
    }
    assert!(kinds("nonsense").is_empty());
}

#[test]
fn each_kind_has_the_files_that_its_platform_takes() {
    let table: [(&str, &[(&str, u32)]); KINDS.len()] = [
        ("aws", &[("bootstrap", 0o755), ("template.yaml", 0o644)]),
        (
            "azure",
            &[
                ("edgepick-runner", 0o755),
                ("edgepick/function.json", 0o644),
                ("host.json", 0o644),
            ],
        ),
        (
            "google",
            &[("Dockerfile", 0o644), ("edgepick-runner", 0o755)],
        ),
        ("openwhisk", &[("exec", 0o755)]),
        ("aliyun", &[("bootstrap", 0o755), ("s.yaml", 0o644)]),
        (
            "tencent",
            &[("edgepick-runner", 0o755), ("scf_bootstrap", 0o755)],
        ),
        ("tencent-event", &[("bootstrap", 0o755)]),
        ("baidu", &[("edgepick-runner", 0o755)]),
        (
            "huawei",
            &[("bootstrap", 0o755), ("edgepick-runner", 0o755)],
        ),
        ("huawei-event", &[("bootstrap", 0o755)]),
        (
            "leancloud",
            &[
                (".leanignore", 0o644),
                ("edgepick-runner", 0o755),
                ("leanengine.yaml", 0o644),
            ],
        ),
    ];
    for (kind, (name, expected)) in KINDS.iter().zip(table) {
        assert_eq!(kind.name, name);
        let files = files(kind, "x.zip");
        let found: Vec<_> = files
            .iter()
            .map(|(name, mode, _)| (&**name, *mode))
            .collect();
        assert_eq!(found, expected, "{name}");
        for (file, _, text) in &files {
            if file == kind.program {
                assert_eq!(text, "the runner");
            } else {
                assert!(!text.contains(['\r', '\t']), "{name}: {file}");
                assert!(!text.contains("{zip}"), "{name}: {file}");
                assert!(!text.contains("{arch}"), "{name}: {file}");
                assert!(text.ends_with('\n'), "{name}: {file}");
            }
        }
    }
}

#[test]
fn the_same_files_make_the_same_zip() {
    for kind in KINDS {
        let [a, b] = [site(), site()].map(|site| {
            let zip = pack(kind, b"the runner", &site, "x.zip").unwrap();
            zip.bytes
        });
        assert_eq!(a, b, "{}", kind.name);
    }
}

#[test]
fn azure_forwards_every_path_and_method_to_the_handler() {
    let host: serde_json::Value = serde_json::from_str(&content("azure", "host.json")).unwrap();
    let handler = &host["customHandler"];
    assert_eq!(
        handler["description"]["defaultExecutablePath"],
        "edgepick-runner"
    );
    assert_eq!(handler["enableForwardingHttpRequest"], true);
    assert_eq!(host["extensions"]["http"]["routePrefix"], "");
    let function = content("azure", "edgepick/function.json");
    let function: serde_json::Value = serde_json::from_str(&function).unwrap();
    // Forwarding wants one trigger and one output, no more.
    let bindings = function["bindings"].as_array().unwrap();
    let types: Vec<_> = bindings
        .iter()
        .map(|b| (&b["type"], &b["direction"]))
        .collect();
    assert_eq!(
        types,
        [
            (&"httpTrigger".into(), &"in".into()),
            (&"http".into(), &"out".into())
        ]
    );
    assert_eq!(bindings[0]["route"], "{*path}");
    for method in ["get", "head", "options"] {
        let methods = bindings[0]["methods"].as_array().unwrap();
        assert!(methods.contains(&method.into()), "{method}");
    }
}

#[test]
fn descriptors_say_what_their_tools_ask_for() {
    for (kind, file, lines) in [
        (
            "aws",
            "template.yaml",
            &[
                "      Runtime: provided.al2023",
                "      Architectures: [x86_64]",
                "      CodeUri: \"./edgepick-aws.zip\"",
                "        AuthType: NONE",
            ][..],
        ),
        (
            "aliyun",
            "s.yaml",
            &[
                "      runtime: custom.debian10",
                "      code: \"./edgepick-aliyun.zip\"",
                "        command: [/code/bootstrap]",
                "        port: 9000",
                "            methods: [GET, POST, HEAD, OPTIONS]",
                "            authType: anonymous",
            ],
        ),
        (
            "leancloud",
            "leanengine.yaml",
            &[
                "runtime: cpp",
                "build: chmod +x ./edgepick-runner",
                "run: exec ./edgepick-runner --platform leancloud",
            ],
        ),
        (
            "google",
            "Dockerfile",
            &["ENTRYPOINT [\"/app/edgepick-runner\", \"--platform\", \"google\"]"],
        ),
    ] {
        let text = content(kind, file);
        for line in lines {
            assert!(text.lines().any(|l| l == *line), "{file}: {line}\n{text}");
        }
    }
}

#[test]
fn descriptors_name_the_zip_that_they_lie_in() {
    let [aliyun] = kinds("aliyun")[..] else {
        panic!()
    };
    let files = files(aliyun, "my \"site\".zip");
    let (_, _, text) = files.iter().find(|(name, _, _)| name == "s.yaml").unwrap();
    assert!(text.contains(r#"code: "./my \"site\".zip""#), "{text}");
}

#[test]
fn steps_are_a_numbered_list_that_names_the_zip() {
    let kind = Kind {
        steps: &[
            Step::Do("Do {zip} on {arch}."),
            Step::Do("Type:"),
            Step::Type("a {zip}"),
            Step::Type("b"),
            Step::Do("Done."),
        ],
        ..*KINDS[0]
    };
    assert_eq!(
        kind.next_steps("x.zip", Architecture::X86_64),
        "1. Do x.zip on x86_64.\n2. Type:\n\n       a x.zip\n       b\n\n3. Done.\n"
    );
    for kind in KINDS {
        let steps = kind.next_steps("x.zip", Architecture::X86_64);
        assert!(steps.contains("x.zip"), "{}: {steps}", kind.name);
        for name in ["{zip}", "{arch}"] {
            assert!(!steps.contains(name), "{}: {steps}", kind.name);
        }
    }
}

#[test]
fn aws_is_told_what_the_zip_is_for_and_others_run_x86_64_alone() {
    let [x86_64, arm64] = Architecture::ALL;
    let site = Site {
        architecture: arm64,
        ..site()
    };
    for kind in KINDS {
        assert!(kind.runs_on(x86_64).is_ok(), "{}", kind.name);
        let zip = pack(kind, b"the runner", &site, "x.zip");
        if kind.platform != "aws" {
            let error = zip.unwrap_err().to_string();
            let expected = format!(
                "{}: no function there runs on arm64, accepted is x86_64; arm64 is for aws",
                kind.name
            );
            assert_eq!(error, expected);
            continue;
        }
        let zip = zip.unwrap();
        let names: Vec<_> = zip.files.iter().map(|file| &*file.name).collect();
        assert_eq!(
            names,
            ["bootstrap", "component.cwasm", "list.json", "template.yaml"]
        );
        assert_eq!(zip.files[0].mode, 0o755);
        let steps = kind.next_steps("x.zip", arm64);
        let template = String::from_utf8_lossy(&zip.files[3].bytes);
        for (text, line) in [
            (&*template, "Architectures: [arm64]"),
            (&steps, "Architecture: arm64."),
            (&steps, "--architectures arm64 "),
        ] {
            assert!(text.contains(line) && !text.contains("x86_64"), "{text}");
        }
    }
}

#[test]
fn the_compiler_for_other_processors_is_the_one_that_wasmtime_has() {
    let lock = include_str!("../../../Cargo.lock");
    assert_eq!(lock.matches("name = \"cranelift-codegen\"\n").count(), 1);
}

/// The texts that shells run, run by one.
#[cfg(unix)]
mod shell {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::process::Command;

    use super::content;

    /// Tells how it was started.
    const RUNNER: &str = "#!/bin/sh\necho \"$0 $*\"\n";

    fn write(path: &Path, text: &str, mode: u32) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn output(command: &mut Command) -> String {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn scf_bootstrap_starts_the_runner_from_any_folder() {
        let folder = tempfile::tempdir().unwrap();
        let start = folder.path().join("scf_bootstrap");
        write(&start, &content("tencent", "scf_bootstrap"), 0o755);
        write(&folder.path().join("edgepick-runner"), RUNNER, 0o755);
        let said = output(Command::new(&start).current_dir("/"));
        assert!(
            said.ends_with("/edgepick-runner --platform tencent\n"),
            "{said}"
        );
    }

    #[test]
    fn huawei_s_bootstrap_starts_the_runner_even_without_its_execute_bit() {
        let folder = tempfile::tempdir().unwrap();
        let (code, spare) = (folder.path().join("the code"), folder.path().join("spare"));
        for folder in [&code, &spare] {
            fs::create_dir(folder).unwrap();
        }
        write(
            &code.join("bootstrap"),
            &content("huawei", "bootstrap"),
            0o644,
        );
        for (mode, at) in [(0o755, &code), (0o644, &spare)] {
            write(&code.join("edgepick-runner"), RUNNER, mode);
            let said = output(
                Command::new("/bin/bash")
                    .arg(code.join("bootstrap"))
                    .env("RUNTIME_CODE_ROOT", &code)
                    .env("TMPDIR", &spare)
                    .current_dir(&code),
            );
            let expected = format!(
                "{}/edgepick-runner --platform huawei --dir {}\n",
                at.display(),
                code.display()
            );
            assert_eq!(said, expected);
        }
    }
}

#[test]
fn the_readme_says_what_pack_says() {
    let readme = include_str!("../../../README.md");
    for kind in KINDS {
        let section = format!(
            "### {}: `{}`\n\n{}\n",
            kind.title,
            kind.name,
            kind.next_steps(&kind.file_name(), Architecture::X86_64)
        );
        assert!(
            readme.contains(&section),
            "the README should hold:\n{section}"
        );
    }
    let chinese = include_str!("../../../README.zh-CN.md");
    for kind in KINDS {
        let begins_its_steps = format!("**（`{}`）", kind.platform);
        assert!(chinese.contains(&begins_its_steps), "{begins_its_steps}");
        let steps = kind.next_steps(&kind.file_name(), Architecture::X86_64);
        for command in steps
            .lines()
            .filter_map(|line| line.strip_prefix("       "))
        {
            assert!(chinese.contains(command), "{}: {command}", kind.name);
        }
    }
}
