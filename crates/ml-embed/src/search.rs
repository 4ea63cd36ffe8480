//! The search for an installation to use.

use crate::{
    account::Account, advice, binaries::Binaries, cache::Cache, error::Error, origin::Origin,
    places,
};
use std::{
    env,
    path::{Path, PathBuf},
};

/// How a search goes: what was of no use, and why.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    account: &'a Account,
    wanted: Option<u32>,
    tried: Vec<String>,
    other: Option<Binaries>,
}

impl<'a> Search<'a> {
    /// A search for the wanted major version, or for any.
    pub(crate) fn of(wanted: Option<u32>, account: &'a Account) -> Self {
        Self {
            account,
            wanted,
            tried: Vec::new(),
            other: None,
        }
    }

    /// The first installation of the wanted version. One of another version is found only where
    /// there is none of the wanted.
    pub(crate) fn run(mut self, cache: &Cache) -> Result<Binaries, Error> {
        if let Some(dir) = env::var_os("PGBIN").filter(|dir| !dir.is_empty()) {
            let dir = PathBuf::from(dir);
            return Binaries::named(&dir, self.account).map_err(|why| Error::Pgbin { dir, why });
        }
        let on_machine = places::all()
            .into_iter()
            .find_map(|place| self.look(place.source, &place.dir, Origin::Machine));
        match on_machine {
            Some(found) => Ok(found),
            None => self.bundled(cache),
        }
    }

    fn look(
        &mut self,
        source: &str,
        dir: &Path,
        origin: impl FnOnce(PathBuf) -> Origin,
    ) -> Option<Binaries> {
        match Binaries::probe(dir, self.account, origin).and_then(Binaries::not_too_old) {
            Ok(found) if self.wanted.is_none_or(|wanted| wanted == found.major) => Some(found),
            Ok(found) => {
                self.other.get_or_insert(found);
                None
            }
            Err(why) => {
                self.tried
                    .push(format!("{source} ({}): {why}", dir.display()));
                None
            }
        }
    }

    #[cfg(feature = "bundled")]
    fn bundled(mut self, cache: &Cache) -> Result<Binaries, Error> {
        match crate::bundle::unpacked(cache) {
            Ok(None) => self.tried.push(String::from(crate::bundle::NEEDS)),
            Ok(Some(dir)) => {
                if let Some(found) = self.look("bundled", &dir, |_| Origin::Bundled) {
                    return Ok(found);
                }
                self.tried.push(String::from(crate::bundle::NEEDS));
            }
            Err(why) => self.tried.push(why.to_string()),
        }
        self.end()
    }

    #[cfg(not(feature = "bundled"))]
    fn bundled(mut self, _: &Cache) -> Result<Binaries, Error> {
        self.tried.push(String::from(
            "bundled: the feature `bundled` of ml-embed is off",
        ));
        self.end()
    }

    /// One of another version serves to say so; it cannot be used.
    fn end(mut self) -> Result<Binaries, Error> {
        self.tried.insert(0, String::from(places::SUMMARY));
        let advice = advice::install();
        self.other.ok_or(Error::NotFound {
            tried: self.tried,
            advice,
        })
    }
}
