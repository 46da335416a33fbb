//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

/// What is printed for `--help`, and after a flag that does not exist.
const USAGE: &str =
    "usage: serve [--listen 127.0.0.1:8080] [--dist dist] [--no-tracker] [--tls-cert FILE --tls-key FILE]";

/// How to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Address and port; port 0 takes any free one.
    pub listen: String,
    /// The folder that `trunk build` made.
    pub dist: PathBuf,
    /// Whether `/announce` answers.
    pub tracker: bool,
    /// Certificate chain and key, both PEM, when the server speaks HTTPS itself.
    pub tls: Option<TlsFiles>,
}

/// Where the certificate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".to_owned(), dist: PathBuf::from("dist"), tracker: true, tls: None }
    }
}

/// Why a command line cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// Somebody asks what there is.
    #[error("{USAGE}")]
    Help,
    /// No such flag.
    #[error("there is no option {0}\n{USAGE}")]
    Unknown(String),
    /// A flag without its value.
    #[error("{0} needs a value\n{USAGE}")]
    NoValue(String),
    /// A certificate is of no use without its key, nor a key without its certificate.
    #[error("--tls-cert and --tls-key go together\n{USAGE}")]
    HalfTls,
}

impl Options {
    /// Reads the arguments that follow the program's name. Values stand after a space or an `=`.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, OptionsError> {
        let mut options = Self::default();
        let (mut certificate, mut key) = (None, None);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let Some(text) = argument.to_str() else {
                return Err(OptionsError::Unknown(argument.to_string_lossy().into_owned()));
            };
            let (flag, inline) = match text.split_once('=') {
                Some((flag, value)) => (flag, Some(OsString::from(value))),
                None => (text, None),
            };
            let takes_value = matches!(flag, "--listen" | "--dist" | "--tls-cert" | "--tls-key");
            if inline.is_some() && !takes_value {
                return Err(OptionsError::Unknown(text.to_owned()));
            }
            let mut value = || inline.clone().or_else(|| arguments.next()).filter(|value| !value.is_empty());
            let missing = || OptionsError::NoValue(flag.to_owned());
            match flag {
                "--listen" => options.listen = value().ok_or_else(missing)?.to_string_lossy().into_owned(),
                "--dist" => options.dist = value().ok_or_else(missing)?.into(),
                "--tls-cert" => certificate = Some(value().ok_or_else(missing)?.into()),
                "--tls-key" => key = Some(value().ok_or_else(missing)?.into()),
                "--no-tracker" => options.tracker = false,
                "--help" | "-h" => return Err(OptionsError::Help),
                _ => return Err(OptionsError::Unknown(text.to_owned())),
            }
        }
        options.tls = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            _ => return Err(OptionsError::HalfTls),
        };
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, OptionsError> {
        Options::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn nothing_given_means_this_machine_and_the_tracker() {
        assert_eq!(parse(""), Ok(Options::default()));
    }

    #[test]
    fn every_flag_is_understood_with_a_space_or_an_equals_sign() {
        let expected = Options {
            listen: "[::]:443".to_owned(),
            dist: "/srv/memos".into(),
            tracker: false,
            tls: Some(TlsFiles { certificate: "c.pem".into(), key: "k.pem".into() }),
        };
        let spaced = "--listen [::]:443 --dist /srv/memos --no-tracker --tls-cert c.pem --tls-key k.pem";
        assert_eq!(parse(spaced).as_ref(), Ok(&expected));
        let equals = "--listen=[::]:443 --dist=/srv/memos --no-tracker --tls-cert=c.pem --tls-key=k.pem";
        assert_eq!(parse(equals), Ok(expected));
    }

    #[test]
    fn what_cannot_be_followed_is_named() {
        for (line, expected) in [
            ("--port 80", OptionsError::Unknown("--port".into())),
            ("dist", OptionsError::Unknown("dist".into())),
            ("--no-tracker=yes", OptionsError::Unknown("--no-tracker=yes".into())),
            ("--dist", OptionsError::NoValue("--dist".into())),
            ("--listen=", OptionsError::NoValue("--listen".into())),
            ("--tls-key k.pem", OptionsError::HalfTls),
            ("-h", OptionsError::Help),
        ] {
            assert_eq!(parse(line), Err(expected), "{line}");
        }
    }
}
