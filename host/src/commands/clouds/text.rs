//! The comparison as text: a table, what its marks mean, and notes on each
//! platform.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::report;
use super::{Answer, MEASURED, Row};
use crate::clouds::{ASSUMED_STEP_MS, Cloud, Cost, Figure, Source, Usage};

/// The source whose figures bear no mark.
const UNMARKED: &str = "comparison";

type Sources = BTreeMap<String, Source>;

/// All of it; `requests` a month are those whose usage the rows tell.
pub(super) fn text(answer: &Answer<'_>, requests: Option<f64>) -> String {
    let mut text = String::new();
    let mut marks = Marks {
        sources: answer.sources,
        known: Vec::new(),
    };
    grid(&mut text, &columns(&answer.clouds, &mut marks));
    // Writing to a String does not fail.
    let _ = write!(
        text,
        "\nWhat is free in a month. Figures without a letter are from {}",
        date(answer.sources, UNMARKED)
    );
    for (letter, meaning) in LETTERS.zip(&marks.known) {
        let _ = write!(text, "; {letter}: {meaning}");
    }
    text.push_str(".\n");
    if let Some((requests, cost)) = requests.zip(answer.cost) {
        measured(&mut text, &answer.clouds, requests, cost);
    }
    text.push_str(
        "A site needs no database: its list is in the component. The figures' sources: --json.\n",
    );
    for row in &answer.clouds {
        notes(&mut text, answer.sources, row.cloud);
    }
    text
}

/// When a source said what it says.
fn date<'t>(sources: &'t Sources, key: &str) -> &'t str {
    sources.get(key).map_or("", |source| source.date.as_str())
}

const LETTERS: std::ops::RangeInclusive<char> = 'a'..='z';

/// Letters for figures of another date than most, and for those of trials.
struct Marks<'t> {
    sources: &'t Sources,
    /// What each letter means, in their order.
    known: Vec<String>,
}

impl Marks<'_> {
    /// The letter of a figure, a space where it needs none.
    fn letter(&mut self, figure: &Figure) -> char {
        let date = date(self.sources, &figure.source);
        let meaning = match figure.trial {
            Some(_) => format!("{date}, of a trial"),
            None if date == self::date(self.sources, UNMARKED) => return ' ',
            None => date.to_owned(),
        };
        let known = self.known.iter().position(|known| *known == meaning);
        let index = known.unwrap_or_else(|| {
            self.known.push(meaning);
            self.known.len() - 1
        });
        LETTERS.clone().nth(index).unwrap_or('?')
    }
}

/// What stands in a column.
type Pick = fn(&Cloud) -> &Figure;

/// How much of it is used.
type Share = fn(&Usage) -> Option<f64>;

/// The table's columns, each with its head.
fn columns(rows: &[Row<'_>], marks: &mut Marks<'_>) -> Vec<Vec<String>> {
    let names = rows.iter().map(|row| row.cloud.platform.clone());
    let mut columns = vec![std::iter::once("cloud".to_owned()).chain(names).collect()];
    let quotas: [(_, Pick, Share); 3] = [
        ("requests", |c| &c.requests, |u| u.requests),
        ("GB-seconds", |c| &c.gb_seconds, |u| u.gb_seconds),
        ("traffic in GB", |c| &c.traffic_gb, |u| u.traffic),
    ];
    for (head, figure, share) in quotas {
        columns.push(quota(head, rows, marks, figure, share));
    }
    let words: [(_, Pick); 2] = [
        ("database", |c| &c.database),
        ("regions near China", |c| &c.regions),
    ];
    for (head, figure) in words {
        let cells = rows.iter().map(|row| {
            let figure = figure(row.cloud);
            format!("{} {}", figure.value, marks.letter(figure))
        });
        let cells = cells.map(|cell| cell.trim_end().to_owned());
        columns.push(std::iter::once(head.to_owned()).chain(cells).collect());
    }
    columns
}

/// A column of quotas, each with its letter and the share of it that is used.
fn quota(
    head: &str,
    rows: &[Row<'_>],
    marks: &mut Marks<'_>,
    figure: Pick,
    share: Share,
) -> Vec<String> {
    let parts = rows.iter().map(|row| {
        let figure = figure(row.cloud);
        let value = match figure.trial {
            Some(trial) => report::number(trial.into()),
            None => grouped(&figure.value),
        };
        let share = row.usage.as_ref().and_then(share);
        (value, marks.letter(figure), share.map(percent))
    });
    let parts: Vec<_> = parts.collect();
    let width = parts.iter().map(|(value, ..)| value.len()).max();
    let width = width.unwrap_or_default();
    let shares = parts.iter().filter_map(|(.., share)| share.as_ref());
    let shares = shares.map(String::len).max().unwrap_or_default();
    let cells = parts.iter().map(|(value, letter, share)| {
        let share = share.as_deref().unwrap_or_default();
        let cell = format!("{value:>width$} {letter} {share:>shares$}");
        cell.trim_end().to_owned()
    });
    std::iter::once(head.to_owned()).chain(cells).collect()
}

/// Columns side by side, with a rule below their heads. Cells are ASCII.
fn grid(text: &mut String, columns: &[Vec<String>]) {
    let widest = |column: &Vec<String>| column.iter().map(String::len).max();
    let widths: Vec<_> = columns.iter().filter_map(widest).collect();
    let mut line = |cells: Vec<String>| {
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    };
    for i in 0..columns.first().map_or(0, Vec::len) {
        if i == 1 {
            line(widths.iter().map(|width| "-".repeat(*width)).collect());
        }
        let cells = columns.iter().zip(&widths);
        line(
            cells
                .filter_map(|(column, width)| Some(format!("{:width$}", column.get(i)?)))
                .collect(),
        );
    }
}

/// What the shares in the table stand on.
fn measured(text: &mut String, rows: &[Row<'_>], requests: f64, cost: Cost) {
    let _ = writeln!(
        text,
        "Beside a quota: what {} requests a month use of it. One took {:.3} ms and {:.0} bytes here, measured over\n\
         {} of the embedded sample; memory is 128 MB, time is rounded up to the platform's billing step.",
        grouped(&format!("{requests:.0}")),
        cost.milliseconds,
        cost.bytes,
        grouped(&MEASURED.to_string()),
    );
    let assumed = rows.iter().filter(|row| {
        let used = row.usage.as_ref().and_then(|usage| usage.gb_seconds);
        used.is_some() && row.cloud.step_ms.number().is_none()
    });
    let assumed: Vec<_> = assumed.map(|row| row.cloud.platform.as_str()).collect();
    if !assumed.is_empty() {
        let _ = writeln!(
            text,
            "No such step is known of {}: {ASSUMED_STEP_MS} ms are assumed there.",
            assumed.join(", ")
        );
    }
}

/// What is to be said of one platform beyond its quotas.
fn notes(text: &mut String, sources: &Sources, cloud: &Cloud) {
    let _ = writeln!(text, "\n{} ({})", cloud.name, cloud.platform);
    for (name, figure) in [
        ("callers get", Some(&cloud.callers)),
        ("downloads", cloud.downloads.as_ref()),
        ("configure", cloud.configure.as_ref()),
        ("remarks", cloud.remarks.as_ref()),
        ("life", cloud.life.as_ref()),
    ] {
        if let Some(figure) = figure {
            let date = date(sources, &figure.source);
            report::row(text, name, &format!("{} ({date})", figure.value));
        }
    }
}

/// A whole number with a comma between thousands; words as they are.
fn grouped(text: &str) -> String {
    text.parse()
        .map_or_else(|_| text.to_owned(), report::number)
}

/// A share of a quota.
fn percent(share: f64) -> String {
    match share * 100.0 {
        small if small < 0.1 => "<0.1 %".to_owned(),
        some if some < 9.95 => format!("{some:.1} %"),
        many => format!("{many:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clouds::{Clouds, clouds};

    /// The text of a table for a million requests of 2 ms and 500 bytes.
    fn shown(table: &Clouds, requests: Option<f64>) -> String {
        let cost = requests.map(|_| Cost {
            milliseconds: 2.0,
            bytes: 500.0,
        });
        let used = requests.zip(cost);
        let row = |cloud| Row {
            cloud,
            usage: used.map(|(requests, cost)| Cloud::usage(cloud, requests, cost)),
        };
        let answer = Answer {
            sources: &table.sources,
            cost,
            clouds: table.clouds.iter().map(row).collect(),
        };
        text(&answer, requests)
    }

    const SMALL: &str = r#"
        [sources]
        comparison = { what = "a post", date = "before 2024" }
        newer = { what = "a document", date = "2025-03" }

        [[cloud]]
        platform = "first"
        name = "The First"
        name_zh = "一"
        callers = { value = "the redirect", source = "newer" }
        requests = { value = "2000000", source = "newer" }
        gb_seconds = { value = "400000", source = "comparison" }
        traffic_gb = { value = "unknown", source = "comparison" }
        database = { value = "yes", source = "comparison" }
        regions = { value = "Tokyo", source = "comparison" }
        step_ms = { value = "unknown", source = "comparison" }
        remarks = { value = "it is 云", source = "comparison" }

        [[cloud]]
        platform = "another"
        name = "Another"
        name_zh = "二"
        callers = { value = "a picture", source = "comparison" }
        requests = { value = "trial", trial = 1000000, source = "newer" }
        gb_seconds = { value = "trial", source = "newer" }
        traffic_gb = { value = "2", source = "comparison" }
        database = { value = "no", source = "newer" }
        regions = { value = "Hong Kong, Seoul", source = "newer" }
        step_ms = { value = "unknown", source = "comparison" }
    "#;

    #[test]
    fn figures_stand_in_columns_and_are_explained_below() {
        let table = toml::from_str(SMALL).unwrap();
        assert_eq!(
            shown(&table, None),
            "\
cloud    requests     GB-seconds  traffic in GB  database  regions near China
-------  -----------  ----------  -------------  --------  ------------------
first    2,000,000 a  400,000     unknown        yes       Tokyo
another  1,000,000 b    trial a         2        no a      Hong Kong, Seoul a

What is free in a month. Figures without a letter are from before 2024; a: 2025-03; b: 2025-03, of a trial.
A site needs no database: its list is in the component. The figures' sources: --json.

The First (first)
  callers get  the redirect (2025-03)
  remarks      it is 云 (before 2024)

Another (another)
  callers get  a picture (before 2024)
"
        );
    }

    #[test]
    fn shares_stand_beside_quotas_and_assumptions_are_said() {
        let table = toml::from_str(SMALL).unwrap();
        let text = shown(&table, Some(1e6));
        let lines: Vec<_> = text.lines().take(9).collect();
        assert_eq!(
            lines.join("\n"),
            "\
cloud    requests           GB-seconds       traffic in GB   database  regions near China
-------  -----------------  ---------------  --------------  --------  ------------------
first    2,000,000 a  50 %  400,000   3.1 %  unknown         yes       Tokyo
another  1,000,000 b 100 %    trial a              2   25 %  no a      Hong Kong, Seoul a

What is free in a month. Figures without a letter are from before 2024; a: 2025-03; b: 2025-03, of a trial.
Beside a quota: what 1,000,000 requests a month use of it. One took 2.000 ms and 500 bytes here, measured over
2,000 of the embedded sample; memory is 128 MB, time is rounded up to the platform's billing step.
No such step is known of first: 100 ms are assumed there."
        );
    }

    #[test]
    fn the_table_of_all_platforms_is_ascii_and_fits_a_wide_terminal() {
        let table = clouds().unwrap();
        for requests in [None, Some(3e6)] {
            let text = shown(&table, requests);
            let lines: Vec<_> = text.lines().take_while(|line| !line.is_empty()).collect();
            assert_eq!(lines.len(), 2 + table.clouds.len(), "{text}");
            for (line, cloud) in lines.iter().skip(2).zip(&table.clouds) {
                assert!(line.starts_with(&cloud.platform), "{line}");
            }
            for line in lines {
                assert!(line.is_ascii() && line.len() <= 120, "{line}");
            }
        }
    }

    #[test]
    fn shares_have_as_many_digits_as_tell_something() {
        for (share, text) in [
            (0.000_9, "<0.1 %"),
            (0.001, "0.1 %"),
            (0.0938, "9.4 %"),
            (0.0995, "10 %"),
            (2.228, "223 %"),
            (3.0, "300 %"),
        ] {
            assert_eq!(percent(share), text, "{share}");
        }
    }
}
