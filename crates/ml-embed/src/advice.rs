//! What to install on this system.

use std::fs;

/// How to get a server here: the package of this system, or a container.
pub(crate) fn install() -> String {
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    format!(
        "install one with `{}`, or name the directory of another in PGBIN; \
         or run `docker compose up -d` and set DATABASE_URL",
        package(&system, cfg!(target_os = "macos"))
    )
}

/// The command for the system which `os-release` describes, itself or by what it is like.
fn package(os_release: &str, mac: bool) -> &'static str {
    let family = family(os_release);
    let is = |name: &str| family.iter().any(|word| word == name);
    match () {
        () if mac => "brew install postgresql@18",
        () if is("debian") || is("ubuntu") => "sudo apt install postgresql",
        () if is("fedora") || is("rhel") => "sudo dnf install postgresql-server",
        () if is("suse") => "sudo zypper install postgresql-server",
        () if is("arch") => "sudo pacman -S postgresql",
        () if is("alpine") => "sudo apk add postgresql",
        () => "the package manager of this system (PostgreSQL 15 or newer)",
    }
}

fn family(os_release: &str) -> Vec<String> {
    os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")))
        .flat_map(|names| names.trim_matches('"').split(' '))
        .map(String::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn the_advice_fits_the_system() {
        let rocky = "NAME=\"Rocky Linux\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n";
        assert_eq!(package(rocky, false), "sudo dnf install postgresql-server");
        assert_eq!(package("ID=debian\n", false), "sudo apt install postgresql");
        assert!(package("", false).contains("package manager"));
        assert!(package("", true).contains("brew"));
    }
}
