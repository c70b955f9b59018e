//! When a timer fires: `@every 5m`, or six fields from seconds to weekday, in
//! UTC unless `CRON_TZ=` names a zone.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::{TimeZone, offset};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::clock;
use super::error::Refused;

/// A timer's schedule.
#[derive(Clone, Debug)]
pub(crate) enum Schedule {
    Every(SignedDuration),
    Fields(Box<Cron>, TimeZone),
}

impl Schedule {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it is neither form, or names a zone that does not exist.
    pub(crate) fn parse(expression: &str) -> Result<Self, Refused> {
        let wrong = |allowed: &str| Refused::value("cronExpression", allowed, expression);
        let (zone, rest) = match expression.trim().strip_prefix("CRON_TZ=") {
            Some(rest) => rest.split_once(' ').ok_or_else(|| wrong(FORMS))?,
            None => ("UTC", expression.trim()),
        };
        let zone = TimeZone::get(zone).map_err(|_| wrong("CRON_TZ=Area/City, then the fields"))?;
        if let Some(period) = rest.strip_prefix("@every") {
            let period = go_duration(period.trim()).ok_or_else(|| wrong(FORMS))?;
            return Ok(Self::Every(period));
        }
        let fields: Vec<_> = rest.split_whitespace().collect();
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"*?,-/".contains(&b);
        let weekday_0 = fields
            .last()
            .is_some_and(|day| day.split([',', '-']).any(|day| day == "0"));
        if fields.len() != 6 || !fields.concat().bytes().all(allowed) || weekday_0 {
            return Err(wrong(FORMS));
        }
        // L, W and the like are the library's, not the platform's.
        let mut words = rest.split(|c: char| !c.is_ascii_alphabetic());
        if !words.all(|word| {
            let mut known = NAMES.iter();
            word.is_empty() || known.any(|name| name.eq_ignore_ascii_case(word))
        }) {
            return Err(wrong(FORMS));
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Disallowed)
            .build();
        let cron = parser.parse(&fields.join(" ")).map_err(|_| wrong(FORMS))?;
        Ok(Self::Fields(Box::new(cron), zone))
    }

    /// The first firing after a moment. `@every` counts from `since`.
    pub(crate) fn after(&self, moment: Timestamp, since: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(period) => {
                let period = period.as_secs().max(1);
                let past = (moment.as_second() - since.as_second()).max(0) / period;
                Timestamp::from_second(since.as_second() + (past + 1) * period).ok()
            }
            Self::Fields(cron, zone) => {
                let moment = moment.to_zoned(zone.clone());
                let next = cron.find_next_occurrence(&moment, false).ok()?;
                Some(next.timestamp())
            }
        }
    }

    /// The next three firings, in UTC and as a clock in Beijing shows them.
    pub(crate) fn next_three(&self, now: Timestamp, since: Timestamp) -> Value {
        let beijing = offset(8).to_time_zone();
        let mut moment = now;
        let mut firings = Vec::new();
        while firings.len() < 3 {
            let Some(next) = self.after(moment, since) else {
                break;
            };
            let local = next.to_zoned(beijing.clone());
            firings.push(json!({
                "utc": clock::text(next),
                "beijing": local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            }));
            moment = next;
        }
        Value::Array(firings)
    }
}

const FORMS: &str = "@every with a duration such as 5m, or six fields: \
    seconds minutes hours day month weekday";

/// Months and days of the week.
const NAMES: &[&str] = &[
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC", "MON",
    "TUE", "WED", "THU", "FRI", "SAT", "SUN",
];

/// `1h30m`, as Go writes durations; at least a second.
fn go_duration(text: &str) -> Option<SignedDuration> {
    let mut seconds = 0_f64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let (unit, tail) = ["ms", "h", "m", "s"]
            .iter()
            .find_map(|unit| Some((*unit, tail.strip_prefix(unit)?)))?;
        seconds += number.parse::<f64>().ok()?
            * match unit {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                _ => 0.001,
            };
        rest = tail;
    }
    let duration = SignedDuration::try_from_secs_f64(seconds.floor()).ok()?;
    (1..=366 * 86_400)
        .contains(&duration.as_secs())
        .then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firings(expression: &str, now: &str) -> Vec<(String, String)> {
        let now = now.parse().unwrap();
        let since = "2026-01-31T00:00:00Z".parse().unwrap();
        let next = Schedule::parse(expression).unwrap().next_three(now, since);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let next = next.as_array().unwrap().iter();
        next.map(|next| (text(&next["utc"]), text(&next["beijing"])))
            .collect()
    }

    #[test]
    fn timers_fire_in_utc_unless_a_zone_is_named() {
        let now = "2026-01-31T08:00:00Z";
        for (expression, first) in [
            ("0 0 9 * * ?", "2026-01-31T09:00:00Z"),
            ("CRON_TZ=Asia/Shanghai 0 0 9 * * ?", "2026-02-01T01:00:00Z"),
            ("CRON_TZ=Asia/Shanghai 0 0 4 1 * *", "2026-01-31T20:00:00Z"),
            ("0 */5 * * * *", "2026-01-31T08:05:00Z"),
            ("30 0 0 ? * MON", "2026-02-02T00:00:30Z"),
            ("30 0 0 ? * 1", "2026-02-02T00:00:30Z"),
            ("30 0 0 ? * 7", "2026-02-01T00:00:30Z"),
            ("0 0 0 29 FEB ?", "2028-02-29T00:00:00Z"),
            ("@every 5m", "2026-01-31T08:05:00Z"),
            ("@every 1h30m", "2026-01-31T09:00:00Z"),
        ] {
            assert_eq!(firings(expression, now)[0].0, first, "{expression}");
        }
        let nine = firings("0 0 9 * * ?", now);
        assert_eq!(nine[0].1, "2026-01-31T17:00:00+08:00");
        assert_eq!(nine[2].0, "2026-02-02T09:00:00Z");
        assert_eq!(
            firings("@every 5m", "2026-01-31T08:05:00Z")[0].0,
            "2026-01-31T08:10:00Z"
        );
    }

    #[test]
    fn other_expressions_are_refused() {
        for expression in [
            "",
            "0 9 * * *",
            "0 0 9 * * ? 2026",
            "60 0 9 * * *",
            "0 0 9 L * ?",
            "0 0 9 15W * ?",
            "0 0 0 * * 0",
            "0 0 0 * * 5#2",
            "@daily",
            "@every",
            "@every 5",
            "@every 10ms",
            "CRON_TZ=Asia/Atlantis 0 0 9 * * ?",
            "CRON_TZ=Asia/Shanghai",
        ] {
            let refused = Schedule::parse(expression).unwrap_err();
            assert_eq!(refused.code, "InvalidArgument", "{expression}");
        }
    }
}
