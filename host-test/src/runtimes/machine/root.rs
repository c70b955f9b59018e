//! The file system that a program sees: this machine's, read-only, with the
//! platform's own paths in it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::fs::{StatVfsMountFlags, statvfs};
use rustix::mount::{MountFlags, mount, mount_bind_recursive, mount_remount};
use rustix::process::chroot;

use super::wire::Plan;

const TEMPORARY: &str = "/tmp";
const PROCESSES: &str = "/proc";

/// Furnishes the root and moves into it.
pub(super) fn enter(plan: &Plan) -> io::Result<()> {
    let new = plan.root.as_path();
    mount("tmpfs", new, "tmpfs", MountFlags::empty(), None)?;
    let own = || {
        let links = plan.links.iter().map(|(link, _)| link.as_path());
        links.chain([
            plan.at.as_path(),
            Path::new(TEMPORARY),
            Path::new(PROCESSES),
        ])
    };
    furnish(Path::new("/"), new, &own().collect::<Vec<_>>())?;
    let inside = |path: &Path| new.join(path.strip_prefix("/").unwrap_or(path));
    for (link, target) in &plan.links {
        let link = inside(link);
        fs::create_dir_all(link.parent().unwrap_or(new))?;
        symlink(target, link)?;
    }
    let code = inside(&plan.at);
    fs::create_dir_all(&code)?;
    mount_bind_recursive(&plan.code, &code)?;
    if !plan.writable {
        read_only(&code)?;
    }
    let temporary = inside(Path::new(TEMPORARY));
    fs::create_dir_all(&temporary)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount("tmpfs", &temporary, "tmpfs", flags, Some(c"size=512m"))?;
    let processes = inside(Path::new(PROCESSES));
    fs::create_dir_all(&processes)?;
    let flags = flags | MountFlags::NOEXEC;
    // Containers often refuse a new one.
    if mount("proc", &processes, "proc", flags, None).is_err() {
        mount_bind_recursive(PROCESSES, &processes)?;
    }
    let _ = read_only(new);
    chroot(new)?;
    std::env::set_current_dir("/")
}

/// Shows what is in a folder of this machine, but for the paths that are the
/// platform's own. What cannot be shown is not there.
fn furnish(old: &Path, new: &Path, own: &[&Path]) -> io::Result<()> {
    for entry in fs::read_dir(old)?.flatten() {
        let path = entry.path();
        let place = new.join(entry.file_name());
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if own.contains(&path.as_path()) {
            continue;
        }
        if own.iter().any(|own| own.starts_with(&path)) {
            fs::create_dir(&place)?;
            if kind.is_dir() {
                furnish(&path, &place, own)?;
            }
        } else if kind.is_symlink() {
            symlink(fs::read_link(&path)?, &place)?;
        } else {
            if kind.is_dir() {
                fs::create_dir(&place)?;
            } else {
                File::create(&place)?;
            }
            if mount_bind_recursive(&path, &place).is_ok() && kind.is_dir() {
                let _ = read_only(&place);
            }
        }
    }
    Ok(())
}

/// Makes a mount read-only. The flags that it has may not be taken from it in
/// a user namespace, so they are said again.
fn read_only(place: &Path) -> io::Result<()> {
    let has = statvfs(place)?.f_flag;
    let mut flags = MountFlags::BIND | MountFlags::RDONLY;
    for (had, flag) in [
        (StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
        (StatVfsMountFlags::NODEV, MountFlags::NODEV),
        (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
        (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
        (StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
    ] {
        if has.contains(had) {
            flags |= flag;
        }
    }
    Ok(mount_remount(place, flags, c"")?)
}
