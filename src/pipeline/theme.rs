//! The house style that a report names in, its colours out, or why it cannot be used.

use super::plan::Gather;
use crate::config::Mark;
use crate::display::Theme;

impl Gather<'_> {
    /// Reads the file of a house style beside the pipeline.
    pub(super) fn theme(&mut self, file: &str, mark: &Mark) -> Theme {
        self.mark = mark.clone();
        let Some((path, text)) = self.text("theme", file) else { return Theme::default() };
        let (theme, problems) = Theme::parse(&path, &text);
        self.problems.extend(problems);
        theme
    }
}
