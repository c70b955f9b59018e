//! Who may call an API: everyone, applications or users of IAM. Signatures are
//! not verified here, so that a signed request is refused like a wrongly signed
//! one; what is verified is the simple form of each: the AppCode of an
//! application (`X-Apig-AppCode`) and a user's token (`X-Auth-Token`).

use clap::ValueEnum;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::refusal::Refusal;

/// The security setting of an API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Security {
    /// Everyone may
    #[default]
    None,
    /// Applications that are authorised for the API
    App,
    /// Users of IAM
    Iam,
}

impl Security {
    /// Whether these fields show the credential, and whether it is good for the
    /// API.
    pub(super) fn check(
        self,
        headers: &HeaderMap,
        credential: &str,
        authorized: bool,
    ) -> Result<(), Refusal> {
        let name = match self {
            Self::None => return Ok(()),
            Self::App => "x-apig-appcode",
            Self::Iam => "x-auth-token",
        };
        let refused = |why| match self {
            Self::Iam => Err(Refusal::Iam(why)),
            Self::None | Self::App => Err(Refusal::App(why)),
        };
        match headers.get(name) {
            Some(shown) if shown.as_bytes() == credential.as_bytes() => match self {
                _ if authorized => Ok(()),
                Self::Iam => Err(Refusal::IamNotAllowed),
                Self::None | Self::App => Err(Refusal::AppNotAllowed),
            },
            Some(_) if self == Self::App => refused("app code not found"),
            Some(_) => refused("decrypt token fail"),
            None if headers.contains_key(AUTHORIZATION) => {
                refused("verify aksk signature fail, signature mismatch")
            }
            None => refused("authorization header is missing"),
        }
    }
}
