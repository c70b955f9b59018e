//! The component's memory allocator. What a request takes it gives back before
//! the next one comes, so it is taken off one block, from its start on, at the
//! price of an addition; the block starts anew when nothing of it is left.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};

/// A block of so many bytes, and the system's allocator for what is large or
/// does not fit any more. For one thread.
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct Arena<const BYTES: usize> {
    block: UnsafeCell<[u8; BYTES]>,
    /// Where what is kept ends.
    start: Cell<usize>,
    /// Where what is taken ends.
    next: Cell<usize>,
    /// How many pieces between the two are in use.
    live: Cell<usize>,
}

#[expect(unsafe_code, reason = "a WebAssembly component has one thread")]
// SAFETY: the one static of this type is the component's allocator, and there
// are no threads in a component.
unsafe impl<const BYTES: usize> Sync for Arena<BYTES> {}

impl<const BYTES: usize> Arena<BYTES> {
    /// The largest piece of the block.
    const MOST: usize = BYTES / 4;

    pub(crate) const fn new() -> Self {
        Self {
            block: UnsafeCell::new([0; BYTES]),
            start: Cell::new(0),
            next: Cell::new(0),
            live: Cell::new(0),
        }
    }

    /// Keeps what is in use for ever: to free it does nothing from now on.
    pub(crate) fn keep(&self) {
        self.start.set(self.next.get());
        self.live.set(0);
    }

    /// The place in the block, if it is of the block.
    #[inline]
    fn place(&self, piece: *const u8) -> Option<usize> {
        let place = piece.addr().wrapping_sub(self.block.get().addr());
        (place < BYTES).then_some(place)
    }

    /// The place of a new piece, if there is room for it.
    #[inline]
    fn take(&self, layout: Layout) -> Option<usize> {
        // The block itself lies at a multiple of 16.
        if layout.size() > Self::MOST || layout.align() > align_of::<Self>() {
            return None;
        }
        // Alignments are powers of two.
        let place = (self.next.get() + layout.align() - 1) & !(layout.align() - 1);
        let end = place + layout.size();
        if end > BYTES {
            return None;
        }
        self.next.set(end);
        self.live.set(self.live.get() + 1);
        Some(place)
    }

    #[inline]
    fn give_back(&self, place: usize) {
        if place < self.start.get() {
            return;
        }
        let live = self.live.get() - 1;
        self.live.set(live);
        if live == 0 {
            self.next.set(self.start.get());
        }
    }

    /// Makes the piece another length where it is, if that can be.
    #[inline]
    fn resize(&self, place: usize, old: usize, new: usize) -> bool {
        let last = place >= self.start.get() && place + old == self.next.get();
        if last && new <= Self::MOST && place + new <= BYTES {
            self.next.set(place + new);
            return true;
        }
        new <= old
    }
}

#[expect(unsafe_code, reason = "the trait is")]
// SAFETY: pieces of the block are disjoint, since each starts where the one
// before it ends and the block starts anew only when none is in use; all else
// is the system's.
unsafe impl<const BYTES: usize> GlobalAlloc for Arena<BYTES> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match self.take(layout) {
            // SAFETY: the place is in the block.
            Some(place) => unsafe { self.block.get().cast::<u8>().add(place) },
            // SAFETY: the caller's.
            None => unsafe { System.alloc(layout) },
        }
    }

    #[inline]
    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        match self.place(piece) {
            Some(place) => self.give_back(place),
            // SAFETY: what is not of the block is the system's.
            None => unsafe { System.dealloc(piece, layout) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(place) = self.place(piece) else {
            // SAFETY: what is not of the block is the system's.
            return unsafe { System.realloc(piece, layout, size) };
        };
        if self.resize(place, layout.size(), size) {
            return piece;
        }
        // SAFETY: the caller's; the new piece is longer than the old one.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                piece.copy_to_nonoverlapping(new, layout.size());
                self.dealloc(piece, layout);
            }
            new
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A piece in use, every byte of which is its number.
    struct Piece {
        at: *mut u8,
        layout: Layout,
        number: u8,
    }

    #[expect(unsafe_code, reason = "pieces of memory")]
    impl Piece {
        fn new(arena: &Arena<4096>, size: usize, align: usize, number: u8) -> Self {
            let layout = Layout::from_size_align(size, align).unwrap();
            let at = unsafe { arena.alloc(layout) };
            assert_eq!(at.addr() % align, 0);
            unsafe { at.write_bytes(number, size) };
            Self { at, layout, number }
        }

        fn is_whole(&self) -> bool {
            let bytes = unsafe { std::slice::from_raw_parts(self.at, self.layout.size()) };
            bytes.iter().all(|byte| *byte == self.number)
        }

        fn resize(&mut self, arena: &Arena<4096>, size: usize) {
            let kept = self.layout.size().min(size);
            self.at = unsafe { arena.realloc(self.at, self.layout, size) };
            self.layout = Layout::from_size_align(kept, self.layout.align()).unwrap();
            assert!(self.is_whole());
            self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
            unsafe { self.at.write_bytes(self.number, size) };
        }

        fn free(self, arena: &Arena<4096>) {
            assert!(self.is_whole());
            unsafe { arena.dealloc(self.at, self.layout) };
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Take(usize, usize),
        Resize(usize, usize),
        Free(usize),
        Keep,
    }

    fn step() -> impl Strategy<Value = Step> {
        let size = prop_oneof![1..64_usize, 1..2000_usize];
        prop_oneof![
            4 => (size.clone(), 0..6_u32).prop_map(|(size, align)| Step::Take(size, 1 << align)),
            2 => (any::<usize>(), size).prop_map(|(which, size)| Step::Resize(which, size)),
            4 => any::<usize>().prop_map(Step::Free),
            1 => Just(Step::Keep),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_piece_is_another_s(steps in proptest::collection::vec(step(), 1..200)) {
            let arena = Arena::new();
            let mut pieces: Vec<Piece> = Vec::new();
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Take(size, align) => {
                        pieces.push(Piece::new(&arena, size, align, number as u8));
                    }
                    Step::Resize(which, size) if !pieces.is_empty() => {
                        let which = which % pieces.len();
                        pieces[which].resize(&arena, size);
                    }
                    Step::Free(which) if !pieces.is_empty() => {
                        let which = which % pieces.len();
                        pieces.swap_remove(which).free(&arena);
                    }
                    Step::Keep => arena.keep(),
                    _ => {}
                }
                prop_assert!(pieces.iter().all(Piece::is_whole));
            }
            for piece in pieces {
                piece.free(&arena);
            }
        }
    }

    #[test]
    fn the_block_starts_anew_when_nothing_of_it_is_left() {
        let arena = Arena::<4096>::new();
        let kept = Piece::new(&arena, 100, 1, 1);
        arena.keep();
        let first = Piece::new(&arena, 1000, 16, 2);
        let second = Piece::new(&arena, 1000, 16, 3);
        let place = first.at;
        first.free(&arena);
        let third = Piece::new(&arena, 1000, 16, 4);
        assert_ne!(third.at, place);
        second.free(&arena);
        third.free(&arena);
        kept.free(&arena);
        assert_eq!(Piece::new(&arena, 1000, 16, 5).at, place);
    }
}
