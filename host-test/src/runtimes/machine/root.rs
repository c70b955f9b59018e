//! The file system that a program sees: this machine's, read-only, with the
//! platform's own paths in it. The code's folder may be written to where the
//! plan says so, `/tmp` always.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, statvfs};
use rustix::mount::{
    MountFlags, UnmountFlags, mount, mount_bind_recursive, mount_remount, unmount,
};
use rustix::process::pivot_root;

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
    // What came along with a folder too, such as /dev/shm.
    for place in mounted_below(new)? {
        let _ = read_only(&place);
    }
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
    // The machine's settings, not a program's.
    let settings = processes.join("sys");
    if mount_bind_recursive(&settings, &settings).is_ok() {
        let _ = read_only(&settings);
    }
    let _ = read_only(new);
    // Who lives below another root than its namespace's may not make users.
    std::env::set_current_dir(new)?;
    pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
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
            let _ = mount_bind_recursive(&path, &place);
        }
    }
    Ok(())
}

/// Where something is mounted below a folder, as proc_pid_mountinfo(5) tells.
/// Places with odd names are left out.
fn mounted_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let places = mounts.lines().filter_map(|line| line.split(' ').nth(4));
    Ok(places
        .map(PathBuf::from)
        .filter(|place| place.starts_with(folder) && place != folder)
        .collect())
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
