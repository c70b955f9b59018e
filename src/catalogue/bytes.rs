//! Runs of little-endian numbers and texts, read in place at any alignment.

macro_rules! numbers {
    ($name:ident, $number:ty, $width:literal) => {
        #[doc = concat!("A run of little-endian `", stringify!($number), "`.")]
        #[derive(Clone, Copy, Default)]
        pub(crate) struct $name<'a>(&'a [[u8; $width]]);

        impl<'a> $name<'a> {
            /// The run that fills `bytes`; `None` when the last number is cut.
            pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
                let (numbers, rest) = bytes.as_chunks::<$width>();
                rest.is_empty().then_some(Self(numbers))
            }

            #[inline]
            pub(crate) fn len(self) -> usize {
                self.0.len()
            }

            #[inline]
            pub(crate) fn get(self, place: usize) -> Option<$number> {
                self.0
                    .get(place)
                    .map(|bytes| <$number>::from_le_bytes(*bytes))
            }

            /// The run of the places `range`; `None` when it leaves this one.
            #[inline]
            #[allow(dead_code, reason = "not every width is cut")]
            pub(crate) fn cut(self, range: std::ops::Range<usize>) -> Option<Self> {
                self.0.get(range).map(Self)
            }

            /// Runs of `size` numbers each, the last one perhaps shorter.
            #[allow(dead_code, reason = "not every width is cut")]
            pub(crate) fn chunks(self, size: usize) -> impl Iterator<Item = Self> {
                self.0.chunks(size).map(Self)
            }

            #[allow(dead_code, reason = "not every width is walked")]
            pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = $number> + use<'a> {
                self.0.iter().map(|bytes| <$number>::from_le_bytes(*bytes))
            }

            /// How many numbers from the start meet `test`, which must hold for
            /// a first part and for nothing after it.
            #[inline]
            #[allow(dead_code, reason = "not every width is searched")]
            pub(crate) fn partition_point(self, mut test: impl FnMut($number) -> bool) -> usize {
                self.0
                    .partition_point(|bytes| test(<$number>::from_le_bytes(*bytes)))
            }
        }
    };
}

numbers!(U16s, u16, 2);
numbers!(U32s, u32, 4);
numbers!(U64s, u64, 8);

/// Texts standing one after the other; the offsets are one more than they.
#[derive(Clone, Copy, Default)]
pub(crate) struct Texts<'a> {
    pub(crate) offsets: U32s<'a>,
    pub(crate) text: &'a str,
}

impl<'a> Texts<'a> {
    #[inline]
    pub(crate) fn get(self, place: u32) -> Option<&'a str> {
        let place = place as usize;
        let from = self.offsets.get(place)? as usize;
        let to = self.offsets.get(place + 1)? as usize;
        self.text.get(from..to)
    }
}
