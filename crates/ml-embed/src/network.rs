//! Where a server is reached beside the loopback address.

use crate::{account::Account, error::Error, settings::Settings, tree};
use std::{net::IpAddr, path::Path};

/// Who is let in: over the socket as by `initdb`, and whoever is in a network of this machine and knows the password, the
/// loopback address among them.
const RULES: &str = "local all all trust\nhost all all samenet scram-sha-256\n";

/// An address of this machine.
#[derive(Debug, Clone)]
pub(crate) struct Network(pub(crate) IpAddr);

impl Network {
    /// Lets a server listen at it, and writes who is let in beside its data.
    pub(crate) fn open(
        &self,
        settings: &mut Settings,
        data: &Path,
        account: &Account,
    ) -> Result<(), Error> {
        // Beside the rules that initdb wrote, which count again when there is no network any more.
        let rules = data.join("network_hba.conf");
        tree::write_private(&rules, RULES)?;
        account.own(&rules)?;
        settings.set("listen_addresses", format!("127.0.0.1,{}", self.0));
        settings.set("hba_file", rules.to_string_lossy());
        Ok(())
    }
}
