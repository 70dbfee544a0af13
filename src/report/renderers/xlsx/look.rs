//! How cells of the workbook look and how numbers are written in them.

use rust_xlsxwriter::{Color, Format as Style, FormatAlign, FormatBorder, FormatUnderline};

use crate::display::cells::Format;

/// Ink, soft ink, lines and shade of the reports.
const SOFT: Color = Color::RGB(0x0050_575F);
const INK: Color = Color::RGB(0x001A_1D21);
const SHADE: Color = Color::RGB(0x00F4_F6F7);
const ACCENT: Color = Color::RGB(0x000B_5C8C);

/// The styles of a workbook.
pub(super) struct Look {
    pub(super) title: Style,
    pub(super) strong: Style,
    pub(super) soft: Style,
    pub(super) wrapped: Style,
    pub(super) link: Style,
    /// Heads of columns, on the left and on the right.
    pub(super) head: Style,
    pub(super) head_right: Style,
    pub(super) head_aside: Style,
    /// Units below the heads.
    pub(super) unit: Style,
    pub(super) unit_right: Style,
    pub(super) unit_aside: Style,
    pub(super) text: Style,
    /// Text beside numbers.
    pub(super) aside: Style,
    pub(super) total: Style,
}

impl Look {
    /// The styles of the reports.
    pub(super) fn new() -> Self {
        let plain = || Style::new().set_font_name("Calibri").set_font_size(11).set_align(FormatAlign::Top);
        let row = || plain().set_align(FormatAlign::VerticalCenter).set_text_wrap();
        let head = || {
            plain()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Bottom)
                .set_background_color(SHADE)
                .set_border_top(FormatBorder::Thin)
                .set_border_top_color(INK)
        };
        let unit = || {
            plain()
                .set_text_wrap()
                .set_font_color(SOFT)
                .set_font_size(10)
                .set_background_color(SHADE)
                .set_border_bottom(FormatBorder::Thin)
                .set_border_bottom_color(INK)
        };
        Self {
            title: plain().set_bold().set_font_size(16),
            strong: plain().set_bold(),
            soft: plain().set_font_color(SOFT),
            wrapped: plain().set_text_wrap(),
            link: plain().set_font_color(ACCENT).set_underline(FormatUnderline::Single),
            head: head(),
            head_right: head().set_align(FormatAlign::Right),
            head_aside: head().set_align(FormatAlign::Left).set_indent(1),
            unit: unit(),
            unit_right: unit().set_align(FormatAlign::Right),
            unit_aside: unit().set_align(FormatAlign::Left).set_indent(1),
            text: row(),
            aside: row().set_align(FormatAlign::Left).set_indent(1),
            total: row().set_bold().set_border_top(FormatBorder::Thin).set_border_top_color(INK),
        }
    }

    /// A number in its format.
    pub(super) fn number(&self, format: Format, total: bool) -> Style {
        let style = if total { &self.total } else { &self.text };
        style.clone().set_num_format(code(format)).set_align(FormatAlign::Right)
    }
}

/// Height of one line of text.
const LINE: f64 = 15.0;

/// The height of a row whose longest text takes so many lines in columns of these widths; spreadsheet programs do not agree on who works it out.
pub(super) fn height<'a>(cells: impl Iterator<Item = (&'a str, f64)>) -> f64 {
    let lines = |(text, width): (&str, f64)| {
        // words do not break, so a line is not always full
        let room = (width * 1.1).max(4.0);
        let mut lines = 1.0;
        let mut used = 0.0;
        for word in text.split(' ') {
            let length = word.chars().count() as f64;
            if used > 0.0 && used + 1.0 + length > room {
                lines += 1.0;
                used = length;
            } else {
                used += length + if used > 0.0 { 1.0 } else { 0.0 };
            }
        }
        lines
    };
    LINE * cells.map(lines).fold(1.0, f64::max)
}

/// The number format of Excel that writes what the report writes.
fn code(format: Format) -> String {
    match format {
        Format::Percent => "0.0%".into(),
        Format::Points => "0.0".into(),
        Format::Dollars => "$#,##0.00".into(),
        Format::Count => "#,##0".into(),
        Format::Fixed(0) => "0".into(),
        Format::Fixed(digits) => format!("#,##0.{}", "0".repeat(digits)),
        Format::Short(_) => "General".into(),
        Format::P => "[<0.001]\"<0.001\";0.000".into(),
    }
}

/// The number as it is kept: shares as shares, differences of shares in percentage points.
pub(super) fn kept(value: f64, format: Format) -> f64 {
    match format {
        Format::Points => value * 100.0,
        _ => value,
    }
}
