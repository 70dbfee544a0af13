//! What a chart shows, as plain typed values filled from released rows; nothing here knows how it is drawn.
//!
//! In: figures that may be published. Out: a `Chart` with its `Words`, which `super::svg` draws.
//! A suppressed figure arrives without numbers (`Estimate::blank(Mark::Suppressed)`), so that a drawing cannot show what must stay hidden.

/// The words around a chart, ready to print.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Words {
    /// The finding, as one sentence.
    pub(crate) title: String,
    /// What is measured, unit, base and period.
    pub(crate) subtitle: String,
    /// Source, wave, base, suppression note and figure code.
    pub(crate) footer: String,
    /// The alternative text: kind of chart, what is compared, direction, extremes, interval, base.
    pub(crate) alt: String,
}

/// The place that the chart is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A column of 720 px on a screen.
    Wide720,
    /// A telephone: 360 px.
    Narrow360,
    /// A slide of 16 to 9, with type that is read from afar.
    Slide,
    /// A text column of 16 cm on paper, about half a page high; taller where there are many rows.
    HalfPage,
    /// A text column of 16 cm on paper, a page high.
    FullPage,
}

/// The frame that a drawing has to fill, in its own pixels, and the size at which it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    /// Width and height to fill.
    pub(super) fill: (f64, f64),
    /// Whether the frame keeps its shape; otherwise it grows downwards.
    pub(super) fixed: bool,
    /// Width as it is shown, with its unit.
    pub(super) shown: (f64, &'static str),
}

impl Size {
    /// Every size with a name.
    #[cfg(test)]
    pub(crate) const ALL: [(&'static str, Self); 5] =
        [("wide", Self::Wide720), ("narrow", Self::Narrow360), ("slide", Self::Slide), ("half", Self::HalfPage), ("full", Self::FullPage)];

    /// Width of the drawing in its own pixels. On paper a pixel is 1/96 inch, so that the smallest words have 8 points.
    pub(super) fn width(self) -> f64 {
        match self {
            Self::Wide720 | Self::Slide => 720.0,
            Self::Narrow360 => 360.0,
            Self::HalfPage | Self::FullPage => 605.0,
        }
    }

    /// The frame to fill, where there is one.
    pub(super) fn frame(self) -> Option<Frame> {
        match self {
            Self::Wide720 | Self::Narrow360 => None,
            Self::Slide => Some(Frame { fill: (720.0, 405.0), fixed: true, shown: (960.0, "") }),
            Self::HalfPage => Some(Frame { fill: (605.0, 340.0), fixed: false, shown: (160.0, "mm") }),
            Self::FullPage => Some(Frame { fill: (605.0, 830.0), fixed: false, shown: (160.0, "mm") }),
        }
    }
}

/// Whether a figure may be read as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mark {
    /// Shown as it is.
    #[default]
    Shown,
    /// Shown with `*`: too uncertain to lean on.
    Unstable,
    /// Hidden, shown as `†`: too few people behind it.
    Suppressed,
    /// There is no figure, shown as `–`.
    NotEstimable,
}

/// One figure with its interval and the number behind it. Shares are 0–1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Estimate {
    /// The figure; not read when the mark hides it.
    pub(crate) value: f64,
    /// Lower end of the interval.
    pub(crate) low: Option<f64>,
    /// Upper end of the interval.
    pub(crate) high: Option<f64>,
    /// The unweighted number printed as `n`.
    pub(crate) n: Option<f64>,
    /// Whether it may be read as it stands.
    pub(crate) mark: Mark,
}

impl Estimate {
    /// A figure without interval and base.
    pub(crate) fn of(value: f64) -> Self {
        Self { value, ..Self::default() }
    }

    /// A place where no figure may or can be shown.
    pub(crate) fn blank(mark: Mark) -> Self {
        Self { mark, ..Self::default() }
    }

    /// Adds the interval.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn between(mut self, low: f64, high: f64) -> Self {
        self.low = Some(low);
        self.high = Some(high);
        self
    }

    /// Adds the base.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn with_n(mut self, n: f64) -> Self {
        self.n = Some(n);
        self
    }

    /// Changes the mark.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn marked(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }

    /// The figure, when it may be seen and is a number.
    pub(crate) fn seen(&self) -> Option<f64> {
        (matches!(self.mark, Mark::Shown | Mark::Unstable) && self.value.is_finite()).then_some(self.value)
    }

    /// The interval, when the figure may be seen and both ends are numbers.
    pub(crate) fn interval(&self) -> Option<(f64, f64)> {
        self.seen()?;
        let (low, high) = (self.low?, self.high?);
        (low.is_finite() && high.is_finite()).then_some((low, high))
    }
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// A share from 0 to 1, written `62%`.
    Percent,
    /// A number with so many decimals, written `1,234.5`.
    Number {
        /// Digits after the point.
        decimals: usize,
    },
    /// Money, written `$12` or `$12.50`.
    Dollars,
    /// Full-time equivalents, written `0.5`, `2`.
    Fte,
}

/// One chart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Chart {
    /// Shares, counts or means of groups.
    Bars(Bars),
    /// Answer scales.
    Diverging(Diverging),
    /// Waves at their true dates.
    Trend(Trend),
    /// One dot per team above a box.
    Distribution(Distribution),
    /// Overlapping bands at their true widths.
    Bands(Bands),
    /// Weekday by hour.
    Heatmap(Heatmap),
    /// Month by region.
    Multiples(Multiples),
    /// Scores over years in recovery.
    VitalSigns(VitalSigns),
    /// What leads to what in a model.
    Paths(super::Paths),
    /// Lines of different things over the same time, one drawing below another.
    Stacked(Vec<Stage>),
    /// How long people keep coming.
    Stays(super::stays::Stays),
}

/// One drawing of those that share their time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stage {
    /// What is drawn.
    pub(crate) label: String,
    /// The lines; the waves are those of every drawing.
    pub(crate) trend: Trend,
}

/// How the figure of a row is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BarShape {
    /// A bar from zero: shares, counts, totals.
    Bar,
    /// A dot: means and medians, whose scale need not start at zero.
    Dot,
}

/// Groups one below another, each with figure, interval and n.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bars {
    /// How numbers are written.
    pub(crate) scale: Scale,
    /// Bar or dot.
    pub(crate) shape: BarShape,
    /// Both ends of the axis; `None` chooses them (bars always begin at zero).
    pub(crate) range: Option<(f64, f64)>,
    /// What the figure is, above its column: `Share`, `Mean score`, `Visits`.
    pub(crate) measure: String,
    /// Names of the estimates in each row (waves, for example); one empty name, or none, when there is only one.
    pub(crate) series: Vec<String>,
    /// The groups in the order in which they are drawn.
    pub(crate) rows: Vec<BarRow>,
    /// A value to compare with, and its name.
    pub(crate) reference: Option<(f64, String)>,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BarRow {
    /// A heading above this row, where a new block of groups begins (`Age`).
    pub(crate) heading: Option<String>,
    /// The group.
    pub(crate) label: String,
    /// Drawn in the accent colour; when no row is, the last series of every row is.
    pub(crate) accent: bool,
    /// One estimate per series.
    pub(crate) estimates: Vec<Estimate>,
}

/// Answer shares on both sides of a middle line, the neutral answer set apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Diverging {
    /// The answers from the negative to the positive end.
    pub(crate) levels: Vec<String>,
    /// The position of the neutral answer, if there is one.
    pub(crate) neutral: Option<usize>,
    /// Words for the two ends, such as `Disagree` and `Agree`.
    pub(crate) ends: (String, String),
    /// The questions.
    pub(crate) rows: Vec<DivergingRow>,
}

/// One question of an answer scale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DivergingRow {
    /// The question.
    pub(crate) label: String,
    /// One share per level.
    pub(crate) shares: Vec<Estimate>,
    /// Share of the negative end with its interval; the sum of its levels when absent.
    pub(crate) negative: Option<Estimate>,
    /// Share of the positive end with its interval; the sum of its levels when absent.
    pub(crate) positive: Option<Estimate>,
    /// People who answered.
    pub(crate) n: Option<f64>,
}

/// Lines over waves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trend {
    /// How numbers are written.
    pub(crate) scale: Scale,
    /// Both ends of the value axis; `None` chooses them (shares always begin at zero).
    pub(crate) range: Option<(f64, f64)>,
    /// Lowest and highest possible value, where there are any: what an axis that shows less of them must say.
    pub(crate) whole: Option<(f64, f64)>,
    /// The waves in order of time.
    pub(crate) waves: Vec<Wave>,
    /// The lines.
    pub(crate) lines: Vec<TrendLine>,
    /// Where the question or the way of asking changed: lines are interrupted there.
    pub(crate) breaks: Vec<Break>,
}

/// One wave.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wave {
    /// When it was, in years (`2023.5` is the middle of 2023).
    pub(crate) time: f64,
    /// Its name below the axis.
    pub(crate) label: String,
}

/// Who stands behind a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Everyone who answered in a wave: solid.
    Everyone,
    /// People seen in several waves: dashed.
    Stayers,
}

/// One line of a trend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TrendLine {
    /// Its name, written at its end.
    pub(crate) label: String,
    /// Solid or dashed.
    pub(crate) who: Who,
    /// Accent colour; other lines are grey.
    pub(crate) accent: bool,
    /// One entry per wave; `None` where the line has no figure.
    pub(crate) points: Vec<Option<Estimate>>,
}

/// A change of the question between two waves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Break {
    /// The position of the wave before the change.
    pub(crate) after: usize,
    /// What changed, in a few words.
    pub(crate) label: String,
}

/// Dots above a box, per group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Distribution {
    /// How numbers are written.
    pub(crate) scale: Scale,
    /// Both ends of the axis; `None` chooses them, from zero.
    pub(crate) range: Option<(f64, f64)>,
    /// What one dot is: `team`.
    pub(crate) unit: String,
    /// The groups.
    pub(crate) groups: Vec<Spread>,
}

/// The distribution of one group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spread {
    /// The group; empty when there is only one.
    pub(crate) label: String,
    /// Value and how many units have it; empty when dots may not be shown.
    pub(crate) dots: Vec<(f64, f64)>,
    /// The median with its interval and n.
    pub(crate) median: Estimate,
    /// First and third quartile.
    pub(crate) quartiles: Option<(f64, f64)>,
    /// Smallest and largest value.
    pub(crate) extremes: Option<(f64, f64)>,
}

/// Bands of a number that may overlap, with the share in each.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::struct_field_names, reason = "the bands of a chart of bands have no better name")]
pub(crate) struct Bands {
    /// How the ends of the bands are written.
    pub(crate) scale: Scale,
    /// Both ends of the axis; `None` chooses them.
    pub(crate) range: Option<(f64, f64)>,
    /// What the axis is: `Hourly wage`.
    pub(crate) measure: String,
    /// What the share is: `Share of teams`.
    pub(crate) share: String,
    /// The bands in order.
    pub(crate) bands: Vec<Band>,
    /// The median with its interval.
    pub(crate) median: Option<Estimate>,
}

/// One band.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Band {
    /// Its name in the file.
    pub(crate) label: String,
    /// Lower end; `None` is open.
    pub(crate) low: Option<f64>,
    /// Upper end; `None` is open.
    pub(crate) high: Option<f64>,
    /// The share in it.
    pub(crate) share: Estimate,
}

/// Values in a grid of rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heatmap {
    /// How numbers are written.
    pub(crate) scale: Scale,
    /// What a value is: `Visits per week`.
    pub(crate) measure: String,
    /// Row names: weekdays.
    pub(crate) rows: Vec<String>,
    /// Column names: hours.
    pub(crate) columns: Vec<String>,
    /// One list per row, one cell per column.
    pub(crate) cells: Vec<Vec<Cell>>,
}

/// One cell of a heat map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell {
    /// A figure.
    Value(f64),
    /// Hidden: too few people.
    Suppressed,
    /// The place was closed.
    Closed,
    /// Nothing belongs here.
    Blank,
}

/// One small line chart per region, all on the same scales.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Multiples {
    /// How numbers are written.
    pub(crate) scale: Scale,
    /// The months, in order, as they are written below the axis (`Jan 2024`).
    pub(crate) months: Vec<String>,
    /// The regions in geographic order.
    pub(crate) panels: Vec<Panel>,
}

/// One region.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Panel {
    /// The region.
    pub(crate) label: String,
    /// One estimate per month.
    pub(crate) points: Vec<Estimate>,
}

/// Instruments over years in recovery, one panel each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct VitalSigns {
    /// What runs along the axis: `Years in recovery`.
    pub(crate) along: String,
    /// The instruments.
    pub(crate) panels: Vec<VitalPanel>,
}

/// One instrument.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct VitalPanel {
    /// Name and unit: `Recovery capital (BARC-10, 10–60)`.
    pub(crate) label: String,
    /// How numbers are written.
    pub(crate) scale: Scale,
    /// The scale's whole range, or the part that is shown.
    pub(crate) range: (f64, f64),
    /// Means of bins: years and estimate.
    pub(crate) points: Vec<(f64, Estimate)>,
    /// The smooth on its fixed grid: years and value with interval.
    pub(crate) smooth: Vec<(f64, Estimate)>,
}
