//! The nine platforms as somebody with a list of pictures meets them: what is
//! free, what callers see, what is closing. The figures stand in `clouds.toml`,
//! each with its source and date; the README's table is made from it too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A figure or a sentence, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// A number, `unlimited`, `trial`, `unknown`, or words.
    pub value: String,
    /// The words in Chinese, where a README says them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    /// How much, where `value` is `trial` and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<u32>,
    /// The key of a [`Source`].
    pub source: String,
}

impl Figure {
    /// The number, where it is one; a trial's where that is known.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.trial
            .map(f64::from)
            .or_else(|| self.value.parse().ok())
    }
}

/// Where figures come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document.
    pub what: String,
    /// When it said so: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `before` such a date
    /// where it bears none.
    pub date: String,
}

/// One platform. Quotas are those of a month that cost nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cloud {
    /// Its name in `gateway.handle`.
    pub platform: String,
    /// The product.
    pub name: String,
    /// The same in Chinese.
    pub name_zh: String,
    /// What callers of the site see at the platform's own address.
    pub callers: Figure,
    /// Whether they get files to save in place of what browsers show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downloads: Option<Figure>,
    /// What to set, at the platform or in the site's settings, where callers
    /// would otherwise not get what they came for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configure: Option<Figure>,
    /// Requests.
    pub requests: Figure,
    /// Memory in GB times seconds.
    pub gb_seconds: Figure,
    /// GB to the internet.
    pub traffic_gb: Figure,
    /// Whether a database comes with it. A site needs none: its list is in the
    /// component.
    pub database: Figure,
    /// Regions near China.
    pub regions: Figure,
    /// What a request's time is rounded up to, in milliseconds.
    pub step_ms: Figure,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<Figure>,
    /// Whether it is closing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life: Option<Figure>,
}

impl Cloud {
    /// All that is said of it.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        let figures = [
            &self.callers,
            &self.requests,
            &self.gb_seconds,
            &self.traffic_gb,
            &self.database,
            &self.regions,
            &self.step_ms,
        ];
        let more = [&self.downloads, &self.configure, &self.remarks, &self.life];
        figures.into_iter().chain(more.into_iter().flatten())
    }
}

/// All platforms with the sources of their figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clouds {
    /// By key.
    pub sources: BTreeMap<String, Source>,
    /// In the order of the table.
    #[serde(rename = "cloud")]
    pub clouds: Vec<Cloud>,
}

/// The table.
///
/// # Errors
/// Never in a build that passed its tests: the data is part of the program.
pub fn clouds() -> Result<Clouds, toml::de::Error> {
    toml::from_str(include_str!("clouds.toml"))
}

/// What one request costs, as measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// Milliseconds from call to answer.
    pub milliseconds: f64,
    /// Bytes of status line, fields and body.
    pub bytes: f64,
}

/// What a month's requests use of a platform's free quotas, each as a fraction;
/// `None` where the quota is no number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Usage {
    /// Of the requests.
    pub requests: Option<f64>,
    /// Of the GB-seconds.
    pub gb_seconds: Option<f64>,
    /// Of the traffic.
    pub traffic: Option<f64>,
}

/// Milliseconds that time is rounded up to where a platform's step is unknown:
/// the largest of the known ones.
pub const ASSUMED_STEP_MS: f64 = 100.0;

/// GB of memory of the smallest function that every platform offers.
const MEMORY_GB: f64 = 0.125;

impl Cloud {
    /// What `requests` a month use. Time is rounded up to the platform's step,
    /// or [`ASSUMED_STEP_MS`].
    #[must_use]
    pub fn usage(&self, requests: f64, cost: Cost) -> Usage {
        let step = self.step_ms.number().unwrap_or(ASSUMED_STEP_MS);
        let seconds = (cost.milliseconds / step).ceil() * step / 1000.0;
        let share = |figure: &Figure, used: f64| {
            figure
                .number()
                .filter(|free| *free > 0.0)
                .map(|free| used / free)
        };
        Usage {
            requests: share(&self.requests, requests),
            gb_seconds: share(&self.gb_seconds, requests * seconds * MEMORY_GB),
            traffic: share(&self.traffic_gb, requests * cost.bytes / 1e9),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgepick::gateway::{FORMATS, platforms};

    #[test]
    fn every_platform_stands_in_the_table_and_quotas_are_numbers_or_known_words() {
        let table = clouds().unwrap();
        let mut ours: Vec<_> = table
            .clouds
            .iter()
            .map(|cloud| cloud.platform.as_str())
            .collect();
        let mut known: Vec<_> = platforms().collect();
        ours.sort_unstable();
        known.sort_unstable();
        assert_eq!(ours, known);
        for cloud in &table.clouds {
            for figure in [
                &cloud.requests,
                &cloud.gb_seconds,
                &cloud.traffic_gb,
                &cloud.step_ms,
            ] {
                let words = ["unlimited", "trial", "unknown"];
                assert!(
                    figure.number().is_some() || words.contains(&figure.value.as_str()),
                    "{}: {}",
                    cloud.platform,
                    figure.value
                );
            }
            for figure in cloud.figures().filter(|figure| figure.trial.is_some()) {
                assert_eq!(figure.value, "trial", "{}", cloud.platform);
            }
        }
    }

    /// Whether this is how a source's date is written.
    fn is_date(text: &str) -> bool {
        let text = text.strip_prefix("before ").unwrap_or(text);
        let parts: Vec<_> = text.split('-').collect();
        let digits = |part: &str, length| {
            let good = part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
            good.then(|| part.parse::<u32>().unwrap())
        };
        let within = |part: Option<&&str>, length, known: std::ops::RangeInclusive<u32>| {
            part.is_none_or(|part| digits(part, length).is_some_and(|n| known.contains(&n)))
        };
        (1..=3).contains(&parts.len())
            && within(parts.first(), 4, 2000..=2099)
            && within(parts.get(1), 2, 1..=12)
            && within(parts.get(2), 2, 1..=31)
    }

    #[test]
    fn dates_have_a_form() {
        for good in [
            "2024",
            "2024-08",
            "2025-11-12",
            "before 2024",
            "before 2026-11",
        ] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "24",
            "1999",
            "2024-13",
            "2024-00",
            "2024-8",
            "2024-08-32",
            "2024-08-1",
            "2024-08-01-01",
            "2024/08",
            "undated",
            "before",
            "after 2024",
            "+024",
            "2024-",
        ] {
            assert!(!is_date(bad), "{bad:?}");
        }
    }

    #[test]
    fn whatever_is_said_has_a_dated_source_and_every_source_says_something() {
        let table = clouds().unwrap();
        let figures = table.clouds.iter().flat_map(Cloud::figures);
        let used: std::collections::BTreeSet<_> =
            figures.map(|figure| figure.source.as_str()).collect();
        let known: std::collections::BTreeSet<_> =
            table.sources.keys().map(String::as_str).collect();
        assert_eq!(used, known, "sources that are used, sources that there are");
        for (key, source) in &table.sources {
            assert!(is_date(&source.date), "{key}: {:?} is no date", source.date);
            assert!(!source.what.is_empty(), "{key}");
        }
        for cloud in &table.clouds {
            for figure in cloud.figures() {
                assert!(!figure.value.is_empty(), "{}", cloud.platform);
            }
        }
    }

    /// What the cell of one platform says, and what ends a sentence.
    type Words = (fn(&Figure) -> &str, &'static str);

    fn table(head: &str, name: fn(&Cloud) -> &str, (word, end): Words) -> String {
        let mut table = format!("{head}\n|---|---|---|\n");
        for cloud in &clouds().unwrap().clouds {
            let formats: Vec<_> = FORMATS
                .iter()
                .filter(|format| format.platform() == cloud.platform)
                .map(|format| format!("`{}`", format.name()))
                .collect();
            let more = [&cloud.downloads, &cloud.life].into_iter().flatten();
            let sentences: Vec<_> = std::iter::once(&cloud.callers)
                .chain(more)
                .map(word)
                .collect();
            let row = format!(
                "| {} `{}` | {} | {} |\n",
                name(cloud),
                cloud.platform,
                formats.join(", "),
                sentences.join(end)
            );
            table.push_str(&row);
        }
        table
    }

    #[test]
    fn the_readmes_tables_are_this_one() {
        fn zh(figure: &Figure) -> &str {
            figure.zh.as_deref().unwrap_or("?")
        }
        for (readme, table) in [
            (
                include_str!("../../../README.md"),
                table(
                    "| platform | wire formats | what callers get |",
                    |cloud| &cloud.name,
                    (|figure| &figure.value, ". "),
                ),
            ),
            (
                include_str!("../../../README.zh-CN.md"),
                table(
                    "| 平台 | 事件格式 | 访问者得到什么 |",
                    |cloud| &cloud.name_zh,
                    (zh, "。"),
                ),
            ),
        ] {
            assert!(
                readme.contains(&table),
                "the table of platforms should be:\n{table}"
            );
        }
    }

    #[test]
    fn usage_is_a_share_of_each_quota() {
        let table = clouds().unwrap();
        let cloud = |name| {
            table
                .clouds
                .iter()
                .find(|cloud| cloud.platform == name)
                .unwrap()
        };
        let cost = Cost {
            milliseconds: 0.02,
            bytes: 1000.0,
        };
        let aws = cloud("aws").usage(3e6, cost);
        assert_eq!(aws.requests, Some(3.0));
        // 3,000,000 requests of 1 ms at 0.125 GB.
        assert_eq!(aws.gb_seconds, Some(375.0 / 400_000.0));
        assert_eq!(aws.traffic, Some(3.0));
        let google = cloud("google").usage(3e6, cost);
        assert_eq!(google.gb_seconds, Some(37_500.0 / 400_000.0));
        assert_eq!(cloud("leancloud").usage(3e6, cost).requests, None);
        assert_eq!(cloud("aliyun").usage(3e6, cost).requests, None);
        let mut nothing = cloud("aws").clone();
        nothing.traffic_gb.value = "0".to_owned();
        assert_eq!(nothing.usage(3e6, cost).traffic, None);
        // A trial's quotas.
        assert_eq!(cloud("tencent").usage(3e6, cost).requests, Some(3.0));
    }
}
