//! The promises of the picker, each through its public methods.

/// Chi-square tests: draws.
mod draws;
/// Chi-square tests: seeds and decks over all keys.
mod keyed;
/// Against a naive filter over all pictures.
mod naive;
/// How little an edit moves.
mod stability;
/// Fixed results: a change of an algorithm must not go unnoticed.
mod vectors;
