//! What a pipeline says of a public series in, its points as the file has them out.

use std::collections::BTreeSet;

use super::plan::Gather;
use crate::analysis::{Point, Series, Settings};
use crate::config::Table;
use crate::error::{Problem, some_of};

/// The file of a series as a pipeline names it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeriesFile {
    pub file: String,
    pub time: String,
    pub value: String,
    /// Columns and the text that a row must have in them.
    pub only: Vec<(String, String)>,
}

/// The settings of a context analysis and its file; `None` for another kind.
pub(super) fn settings(table: &Table<'_>) -> Option<(Series, SeriesFile)> {
    if table.text("kind").as_deref() != Some("context") {
        return None;
    }
    let file = SeriesFile {
        file: table.required_text("file"),
        time: table.required_text("time"),
        value: table.required_text("value"),
        only: table.table("only").map(|only| only.entries()).unwrap_or_default(),
    };
    let series = Series {
        label: table.required_text("label"),
        unit: table.required_text("unit"),
        source: table.required_text("source"),
        url: table.text("url").unwrap_or_default(),
        points: Vec::new(),
    };
    Some((series, file))
}

impl Gather<'_> {
    /// Reads the points of a series.
    pub(super) fn series(&mut self, settings: &mut Settings, file: &SeriesFile) {
        let Some(series) = &mut settings.series else { return };
        let mut wanted = vec![file.time.as_str(), file.value.as_str()];
        wanted.extend(file.only.iter().map(|(column, _)| column.as_str()));
        if file.file.is_empty() || wanted.contains(&"") {
            return;
        }
        let Some(records) = self.columns("series", &file.file, &wanted) else { return };
        let kept = records.iter().filter(|cells| file.only.iter().zip(&cells[2..]).all(|((_, wanted), found)| wanted == found));
        let point = |cells: &Vec<String>| Point { time: cells[0].clone(), value: number(&cells[1]), said: cells[1].clone() };
        series.points = kept.map(point).collect();
        let times: BTreeSet<&String> = series.points.iter().map(|point| &point.time).collect();
        if times.len() < series.points.len() {
            let twice =
                series.points.iter().map(|point| point.time.as_str()).filter(|time| series.points.iter().filter(|point| point.time == *time).count() > 1);
            let problem = Problem::new("pipeline::series_twice", format!("the series of analysis `{}` has several rows for one time", settings.id));
            let problem = problem.found(some_of(twice)).expected("one row for each time").help("name the rows that are meant: only = { Column = \"text\" }");
            self.fail(&file.time, problem);
        } else if series.points.iter().all(|point| point.value.is_none()) {
            let said = series.points.iter().map(|point| point.said.as_str());
            let problem = Problem::new("pipeline::series_empty", format!("the series of analysis `{}` has no number in `{}`", settings.id, file.value));
            self.fail(&file.value, problem.found(some_of(said)).expected("numbers, in the rows that `only` names"));
        }
    }
}

/// A number as publishers write it: `2,357`. Anything else, such as `Suppressed`, is no figure.
fn number(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|letter| *letter != ',').collect();
    let is_number = plain.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-');
    plain.parse::<f64>().ok().filter(|value| is_number && value.is_finite())
}
