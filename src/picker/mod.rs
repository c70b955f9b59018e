//! Picks: random, seeded, dealt, counted, over one candidate list.
