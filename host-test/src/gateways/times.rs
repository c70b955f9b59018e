//! Moments in the forms that events have them in.

use jiff::Timestamp;
use jiff::tz::offset;

/// The moment that an event is of, in UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(Timestamp);

impl Moment {
    /// This one.
    pub(crate) fn now() -> Self {
        Self(Timestamp::now())
    }

    /// `10/Jul/2026:19:19:04 +0000`, as access logs have it.
    pub(crate) fn log(self) -> String {
        self.0.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
    }

    /// RFC 3339 to the second: `2026-07-10T19:19:04Z`.
    pub(crate) fn seconds(self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// RFC 3339 to the second in a zone so many hours east:
    /// `2026-07-10T19:19:04+08:00`.
    pub(crate) fn at_offset(self, hours: i8) -> String {
        let local = self.0.to_zoned(offset(hours).to_time_zone());
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// RFC 3339 with this many digits of a second's fraction, at most nine:
    /// `2026-07-10T19:19:04.123Z`.
    pub(crate) fn fraction(self, digits: usize) -> String {
        let seconds = self.0.strftime("%Y-%m-%dT%H:%M:%S");
        let nanoseconds = format!("{:09}", self.0.as_nanosecond().rem_euclid(1_000_000_000));
        let fraction: String = nanoseconds.chars().take(digits).collect();
        format!("{seconds}.{fraction}Z")
    }

    /// Seconds since 1970.
    pub(crate) fn epoch(self) -> i64 {
        self.0.as_second()
    }

    /// Milliseconds since 1970.
    pub(crate) fn epoch_millis(self) -> i64 {
        self.0.as_millisecond()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_many_forms() {
        let moment = Moment("2026-07-01T09:19:04.0123456Z".parse().unwrap());
        assert_eq!(moment.log(), "01/Jul/2026:09:19:04 +0000");
        assert_eq!(moment.seconds(), "2026-07-01T09:19:04Z");
        assert_eq!(moment.fraction(3), "2026-07-01T09:19:04.012Z");
        assert_eq!(moment.fraction(7), "2026-07-01T09:19:04.0123456Z");
        assert_eq!(moment.at_offset(8), "2026-07-01T17:19:04+08:00");
        assert_eq!(moment.epoch(), 1_782_897_544);
        assert_eq!(moment.epoch_millis(), 1_782_897_544_012);
    }
}
