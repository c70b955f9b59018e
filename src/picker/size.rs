//! Conditions on a picture's size.

/// Bounds in pixels, all inclusive. Once any is set, a picture whose size is
/// unknown does not match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SizeBounds {
    pub min_width: Option<u32>,
    pub max_width: Option<u32>,
    pub min_height: Option<u32>,
    pub max_height: Option<u32>,
    /// Width to height, such as `(16, 9)`, neither of them 0; met within 5 % of
    /// the quotient.
    pub ratio: Option<(u32, u32)>,
}

impl SizeBounds {
    /// The test that the bounds ask for; `None` when they ask for nothing.
    pub(super) fn test(&self) -> Option<SizeTest> {
        (*self != Self::default()).then(|| SizeTest {
            // From 1 on: 0 stands for an unknown size.
            width: (
                self.min_width.unwrap_or(1).max(1),
                self.max_width.unwrap_or(u32::MAX),
            ),
            height: (
                self.min_height.unwrap_or(1).max(1),
                self.max_height.unwrap_or(u32::MAX),
            ),
            ratio: self.ratio.map(|(width, height)| {
                let (width, height) = (f64::from(width), f64::from(height));
                RatioTest {
                    least: 19.0 * width,
                    scale: 20.0 * height,
                    most: 21.0 * width,
                }
            }),
        })
    }
}

/// [`SizeBounds`] with nothing left to decide per picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct SizeTest {
    /// Least and most.
    pub(super) width: (u32, u32),
    /// Least and most.
    pub(super) height: (u32, u32),
    pub(super) ratio: Option<RatioTest>,
}

/// Around `a:b`: `19a`, `20b` and `21a`. They are whole numbers, so the products
/// are exact up to 2^53 and the two ends of the 5 % are met exactly.
#[derive(Clone, Copy, Debug)]
pub(super) struct RatioTest {
    least: f64,
    scale: f64,
    most: f64,
}

impl SizeTest {
    /// Whether a picture of that size matches; a width of 0 is unknown.
    pub(super) fn admits(&self, width: u32, height: u32) -> bool {
        (self.width.0..=self.width.1).contains(&width)
            && (self.height.0..=self.height.1).contains(&height)
            && self.ratio.is_none_or(|ratio| ratio.admits(width, height))
    }
}

impl RatioTest {
    /// Whether a picture of that size matches; a height of 0 is unknown.
    #[inline]
    pub(super) fn admits(&self, width: u32, height: u32) -> bool {
        let (width, height) = (f64::from(width) * self.scale, f64::from(height));
        (height > 0.0) & (self.least * height <= width) & (width <= self.most * height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(bounds: SizeBounds, width: u32, height: u32) -> bool {
        bounds.test().unwrap().admits(width, height)
    }

    #[test]
    fn nothing_asked_needs_no_test() {
        assert!(SizeBounds::default().test().is_none());
    }

    #[test]
    fn bounds_are_inclusive() {
        let bounds = SizeBounds {
            min_width: Some(10),
            max_width: Some(20),
            min_height: Some(5),
            max_height: Some(6),
            ratio: None,
        };
        for (width, height, expected) in [
            (10, 5, true),
            (20, 6, true),
            (9, 5, false),
            (21, 5, false),
            (10, 4, false),
            (10, 7, false),
        ] {
            assert_eq!(admits(bounds, width, height), expected, "{width}x{height}");
        }
    }

    #[test]
    fn an_unknown_size_never_matches() {
        let none = SizeBounds::default();
        for bounds in [
            SizeBounds {
                min_width: Some(0),
                ..none
            },
            SizeBounds {
                max_width: Some(9),
                ..none
            },
            SizeBounds {
                min_height: Some(0),
                ..none
            },
            SizeBounds {
                max_height: Some(9),
                ..none
            },
            SizeBounds {
                ratio: Some((1, 1)),
                ..none
            },
        ] {
            assert!(!admits(bounds, 0, 0), "{bounds:?}");
        }
    }

    #[test]
    fn a_ratio_is_met_within_five_per_cent() {
        let of = |width, height| SizeBounds {
            ratio: Some((width, height)),
            ..Default::default()
        };
        for (ratio, width, height, expected) in [
            ((16, 9), 1920, 1080, true),
            ((1, 1), 105, 100, true),
            ((1, 1), 95, 100, true),
            ((1, 1), 1051, 1000, false),
            ((1, 1), 949, 1000, false),
            ((9, 16), 1920, 1080, false),
            ((u32::MAX, u32::MAX), u32::MAX, u32::MAX, true),
            ((0, 1), 1, 1, false),
            ((1, 0), 1, 1, false),
        ] {
            let (w, h) = ratio;
            assert_eq!(
                admits(of(w, h), width, height),
                expected,
                "{w}:{h} {width}x{height}"
            );
        }
    }
}
