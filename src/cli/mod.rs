//! Arguments in, one library call, its value printed: one file per subcommand.

mod message;

use std::io::Write as _;

use recovista::error::Error;

pub use message::print_problems;

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// A table for people.
    #[default]
    Table,
    /// An array of objects.
    Json,
    /// Comma-separated text.
    Csv,
    /// A table for documents.
    Markdown,
}

/// Where results go and how.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// How data is printed.
    pub format: Format,
    /// Nothing on standard error but errors.
    pub quiet: bool,
    /// More on standard error.
    pub verbose: bool,
}

impl Output {
    /// Prints data. A reader that stops reading, such as `head`, is no error.
    pub fn data(self, text: &str) {
        let _ = anstream::stdout().write_all(text.as_bytes());
    }

    /// Says something beside the data.
    pub fn say(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }
}
