use std::io;

use super::*;
use crate::pack::{kinds, pack};
use crate::testing::wait;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn request(folder: &Path, sources: &[&str], config: Option<&str>) -> Request {
    let at = |name: &&str| match *name {
        url if url.contains("://") || url == "-" => url.into(),
        name => folder.join(name),
    };
    Request {
        input: Input {
            sources: sources.iter().map(at).collect(),
            config: config.map(|name| folder.join(name)),
            ..Input::default()
        },
        ..Request::default()
    }
}

/// The lists and settings that lie in the zip.
fn lists(request: &Request, piped: &str) -> Vec<File<'static>> {
    match request.content(&mut |_| {}, &mut piped.as_bytes()).unwrap() {
        Content::Lists(files, _) => files,
        Content::Component(..) | Content::Packed(..) => panic!("not as lists: {request:?}"),
    }
}

/// The packed site of a folder's files, read as the runner reads them.
fn read_again(files: &[File<'_>]) -> Vec<u8> {
    let texts: Vec<_> = files
        .iter()
        .map(|file| (&*file.name, std::str::from_utf8(&file.bytes).unwrap()))
        .collect();
    let folder = folder(&texts);
    let mut input = Input::default();
    let settings = folder.path().join(SETTINGS);
    input.config = settings.is_file().then_some(settings);
    if input.resolve().unwrap().sources.is_empty() {
        let list = texts.iter().find(|(name, _)| name.starts_with("list."));
        input.sources.push(folder.path().join(list.unwrap().0));
    }
    input.prepare(&mut |_| {}).unwrap().packed.bytes
}

const A: &str = "https://a.example/1.jpg\nhttps://a.example/2.jpg\n";
const B: &str = "https://b.example/1.jpg\n";

#[test]
fn lists_lie_at_the_root_and_make_the_same_site() {
    let folder = folder(&[
        ("x/cats.txt", A),
        ("y/cats.txt", B),
        ("pc.txt", A),
        ("host.json", "[\"https://a.example/1.jpg\"]"),
        ("photos.list", "url;title\nhttps://a.example/1.jpg;one\n"),
        ("relative.txt", "/1.jpg\n"),
        (
            "site.toml",
            "# mine\nsources = [\"x/cats.txt\", { path = \"pc.txt\", weight = 3 }]\nmax_age = 5\n",
        ),
        (
            "tables.toml",
            "[[sources]]\npath = \"relative.txt\"\nbase_url = \"https://c.example\"\n\n[referrer]\nallow = []\n",
        ),
    ]);
    for (sources, config, piped, expected) in [
        (&["x/cats.txt"][..], None, "", &["list.txt"][..]),
        (&["photos.list"], None, "", &["list.csv"]),
        (&["host.json"], None, "", &["list.json"]),
        (
            &["-"],
            None,
            "[\"https://a.example/1.jpg\"]",
            &["list.json"],
        ),
        (&["pc.txt"], None, "", &["pc.txt", SETTINGS]),
        (
            &["x/cats.txt", "pc.txt"],
            None,
            "",
            &["cats.txt", "pc.txt", SETTINGS],
        ),
        (
            &["x/cats.txt", "y/cats.txt"],
            None,
            "",
            &["cats.txt", "2/cats.txt", SETTINGS],
        ),
        (
            &["x/cats.txt", "host.json"],
            None,
            "",
            &["cats.txt", "2/host.json", SETTINGS],
        ),
        (
            &["x/cats.txt", "-"],
            None,
            B,
            &["cats.txt", "stdin.txt", SETTINGS],
        ),
        (&["https://c.example/{1..9}.jpg"], None, "", &[SETTINGS]),
        (
            &["x/cats.txt", "https://c.example/{1..9}.jpg"],
            None,
            "",
            &["cats.txt", SETTINGS],
        ),
        (
            &[],
            Some("site.toml"),
            "",
            &["cats.txt", "pc.txt", SETTINGS],
        ),
        (
            &["y/cats.txt"],
            Some("site.toml"),
            "",
            &["list.txt", SETTINGS],
        ),
        (&[], Some("tables.toml"), "", &["list.txt", SETTINGS]),
    ] {
        let request = request(folder.path(), sources, config);
        let files = lists(&request, piped);
        let names: Vec<_> = files.iter().map(|file| &*file.name).collect();
        assert_eq!(names, expected, "{sources:?}");
        let config = request.input.resolve().unwrap();
        let given = request
            .input
            .prepare_from(&config, &mut |_| {}, &mut piped.as_bytes());
        assert!(
            read_again(&files) == given.unwrap().packed.bytes,
            "{sources:?}: {files:?}"
        );
    }
}

#[test]
fn an_address_for_relative_lists_goes_with_them() {
    let folder = folder(&[("list.txt", "/1.jpg\n")]);
    let mut request = request(folder.path(), &["list.txt"], None);
    request.input.base_url = Some("https://c.example".to_owned());
    let files = lists(&request, "");
    let given = request.input.prepare(&mut |_| {}).unwrap();
    assert!(read_again(&files) == given.packed.bytes);
}

#[test]
fn the_user_s_settings_are_carried_over_with_the_mount() {
    let folder = folder(&[
        ("cats.txt", A),
        (
            "site.toml",
            "# mine\r\nsources = [\"cats.txt\"] # all\r\nmax_age = 5\r\n",
        ),
    ]);
    let mut request = request(folder.path(), &[], Some("site.toml"));
    request.mount = Some("/user/get".to_owned());
    let files = lists(&request, "");
    let expected = "# mine\nsources = [\"list.txt\"] # all\nmax_age = 5\nmount = \"/user/get\"\n";
    assert_eq!(files.last(), Some(&file(SETTINGS, expected.into())));
    request.mount = Some("user".to_owned());
    let error = wait(request.site(&mut |_| {}, &mut io::empty())).unwrap_err();
    assert!(matches!(error, PackError::Mount(_)), "{error}");
    assert!(error.to_string().contains("/user/get"), "{error}");
}

#[test]
fn who_wrote_the_lists_when_and_with_what_line_ends_does_not_show() {
    let ours = folder(&[("cats.txt", A), ("pc.txt", B)]);
    let windows = |text: &str| text.replace('\n', "\r\n");
    let theirs = folder(&[("deep/cats.txt", &windows(A)), ("pc.txt", &windows(B))]);
    let old = fs::File::options()
        .write(true)
        .open(theirs.path().join("pc.txt"))
        .unwrap();
    old.set_modified(std::time::UNIX_EPOCH).unwrap();
    let mut permissions = old.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(theirs.path().join("pc.txt"), permissions).unwrap();
    let [a, b] = [(&ours, "cats.txt"), (&theirs, "deep/cats.txt")].map(|(folder, cats)| {
        let site = Site {
            files: lists(&request(folder.path(), &[cats, "pc.txt"], None), ""),
            architecture: Architecture::X86_64,
            pictures: 3,
            baked: None,
            prepared: None,
        };
        let [aws] = kinds("aws")[..] else { panic!() };
        let zip = pack(aws, b"the runner", &site, "x.zip").unwrap();
        assert!(zip.files.iter().all(|file| !file.bytes.contains(&b'\r')));
        zip.bytes
    });
    assert_eq!(a, b);
}

#[test]
fn a_bad_line_is_named_as_bake_names_it() {
    let folder = folder(&[("cats.txt", "https://a.example/1.jpg\n\nno address\n")]);
    let request = request(folder.path(), &["cats.txt"], None);
    let error = wait(request.site(&mut |_| {}, &mut io::empty())).unwrap_err();
    let strict = Input {
        strict: true,
        ..request.input.clone()
    };
    let bake = strict.prepare(&mut |_| {}).unwrap_err();
    assert_eq!(error.to_string(), bake.to_string());
    assert!(error.to_string().contains("cats.txt:3:1:"), "{error}");
}

#[test]
fn what_is_large_or_no_list_is_baked() {
    // As much text as that of few entries, and as few bytes as that of many.
    let line = "# a comment as long as a comment can be on one line of eighty characters ......\n";
    let long = line.repeat(LARGEST_LISTS / line.len() + 1) + A;
    let many: String = (0..15_000)
        .map(|n| format!("http://a/{n},t{n};u{n}\n"))
        .collect();
    let many = format!("url,tags\n{many}");
    assert!(many.len() < LARGEST_LISTS / 4);
    let folder = folder(&[
        ("long.txt", &long),
        ("many.csv", &many),
        ("photos/1.png", ""),
    ]);
    let content = |name| {
        let mut request = request(folder.path(), &[name], None);
        request.input.base_url = Some("https://c.example".to_owned());
        request.content(&mut |_| {}, &mut io::empty())
    };
    for (name, text, entries) in [("long.txt", &long, 2), ("many.csv", &many, 15_000)] {
        let Content::Packed(prepared, Baked::Large { lists, site }) = content(name).unwrap() else {
            panic!("{name}: as lists");
        };
        assert_eq!((lists, prepared.packed.pictures), (text.len(), entries));
        assert_eq!(site, prepared.packed.bytes.len());
    }
    let png = include_bytes!("../../../../fixtures/catalogues/photos/hill.png");
    fs::write(folder.path().join("photos/1.png"), png).unwrap();
    assert!(matches!(
        content("photos").unwrap(),
        Content::Packed(_, Baked::Folder)
    ));
}

#[test]
fn the_sample_is_packed_with_the_empty_component() {
    let site = wait(Request::default().site(&mut |_| {}, &mut io::empty())).unwrap();
    let names: Vec<_> = site.files.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["list.json", EMPTY]);
    assert!(read_again(&site.files[..1]) == sample().unwrap().packed.bytes);
    assert!(site.files[1].bytes.starts_with(b"\x7fELF"));
}

#[test]
fn a_baked_component_is_taken_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.wasm");
    fs::write(&path, &crate::testing::baked().component).unwrap();
    let mut request = request(folder.path(), &["site.wasm"], None);
    request.mount = Some("/x".to_owned());
    let site = wait(request.site(&mut |_| {}, &mut io::empty())).unwrap();
    let names: Vec<_> = site.files.iter().map(|file| &*file.name).collect();
    assert_eq!(names, [BAKED, SETTINGS]);
    assert_eq!(&*site.files[1].bytes, b"mount = \"/x\"\n");
    assert_eq!(site.baked, Some(Baked::Given));
    assert_eq!(site.pictures, sample().unwrap().packed.pictures);
    fs::write(&path, COMPONENT).unwrap();
    let error = wait(request.site(&mut |_| {}, &mut io::empty())).unwrap_err();
    assert!(error.to_string().contains("has no site"), "{error}");
}

#[test]
fn code_is_for_the_architecture_that_was_asked_for() {
    for architecture in Architecture::ALL {
        let request = Request {
            architecture,
            ..Request::default()
        };
        let site = wait(request.site(&mut |_| {}, &mut io::empty()));
        if runner_engine::compiles_for(architecture) {
            let target = architecture.target().as_bytes();
            let code = &site.unwrap().files[1].bytes;
            assert!(memmem::find(code, target).is_some(), "{architecture:?}");
        } else {
            let error = site.unwrap_err().to_string();
            let own = Architecture::OWN.name();
            let start = format!("this edgepick compiles for {own} alone");
            assert!(error.starts_with(&start), "{error}");
            assert!(error.contains("edgepick-host/cross"), "{error}");
        }
    }
}

#[test]
fn an_address_that_a_platform_loses_is_noticed() {
    let folder = folder(&[(
        "list.txt",
        &format!("https://a.example/{}.jpg", "x".repeat(3_500)),
    )]);
    let request = request(folder.path(), &["list.txt"], None);
    let prepared = request.input.prepare(&mut |_| {}).unwrap();
    let length = prepared.longest;
    let site = Site {
        files: Vec::new(),
        architecture: Architecture::X86_64,
        pictures: 1,
        baked: None,
        prepared: Some(prepared),
    };
    for (name, expected) in [("tencent", Some(length)), ("aliyun", None), ("aws", None)] {
        let [kind] = kinds(name)[..] else { panic!() };
        assert_eq!(kind.lost(&site), expected, "{name}");
    }
}

#[test]
fn nothing_of_the_machine_is_in_the_component() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let home = std::env::home_dir();
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let own = [top.map(Path::to_owned), home, cargo];
    for path in own.into_iter().flatten() {
        let path = format!("{}/", path.display());
        assert!(memmem::find(COMPONENT, path.as_bytes()).is_none(), "{path}");
    }
    // What panics say of places is there.
    assert!(memmem::find(COMPONENT, b"/registry/").is_some());
}
