//! From conditions to lists: which one to pick from, and what is left to test.

use super::conditions::Conditions;
use super::line::{Line, Measure};
use super::size::SizeTest;
use crate::catalogue::{Catalogue, Facet, List};

/// The conditions on entries, as lists of the catalogue.
pub(super) struct Candidates<'a> {
    pub(super) catalogue: &'a Catalogue<'a>,
    pub(super) table: [List<'a>; 1],
    /// In the order of the fixed rule: category, tags as text sorts,
    /// orientation, format; then the groups of several tags.
    pub(super) terms: Vec<Term<'a>>,
    pub(super) excluded: Vec<List<'a>>,
    pub(super) size: Option<SizeTest>,
}

/// A condition that the entries of any of its lists meet.
pub(super) struct Term<'a> {
    pub(super) lists: Vec<List<'a>>,
    /// Whether no entry is in two of the lists. Only then is picking from them
    /// fair, so only then is the term a candidate list.
    disjoint: bool,
}

/// Which term is picked from; `None`: the whole table.
pub(super) type Choice = Option<usize>;

impl<'a> Candidates<'a> {
    pub(super) fn new(catalogue: &'a Catalogue<'a>, conditions: &Conditions) -> Self {
        let disjoint = |facets: &[Facet]| Term {
            lists: facets.iter().map(|facet| catalogue.list(*facet)).collect(),
            disjoint: true,
        };
        let mut terms = Vec::new();
        // What most callers ask for.
        if conditions.is_any() {
            return Self {
                catalogue,
                table: [catalogue.table()],
                terms,
                excluded: Vec::new(),
                size: None,
            };
        }
        if !conditions.categories.is_empty() {
            terms.push(disjoint(&topmost(catalogue, &conditions.categories)));
        }
        let mut groups: Vec<Vec<Facet>> = conditions
            .tags
            .iter()
            .map(|group| by_name(catalogue, group))
            .collect();
        groups.sort_by(|a, b| names(catalogue, a).cmp(names(catalogue, b)));
        groups.dedup();
        let (single, several): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.len() == 1);
        terms.extend(single.iter().map(|group| disjoint(group)));
        terms.extend(conditions.orientation.as_slice().chunks(1).map(disjoint));
        terms.extend(conditions.format.as_slice().chunks(1).map(disjoint));
        terms.extend(several.iter().map(|group| Term {
            disjoint: false,
            ..disjoint(group)
        }));
        Self {
            catalogue,
            table: [catalogue.table()],
            terms,
            excluded: by_name(catalogue, &conditions.not_tags)
                .into_iter()
                .map(|facet| catalogue.list(facet))
                .collect(),
            size: conditions.size.test(),
        }
    }

    /// The candidate list of seeds and decks. It follows from what is asked
    /// alone, never from sizes, so that an edit which changes which list is
    /// smallest moves no more seeds than any other.
    pub(super) fn ruled(&self) -> Choice {
        self.terms.first()?.disjoint.then_some(0)
    }

    /// The candidate list of draws: the one with the fewest misses.
    pub(super) fn smallest(&self) -> Choice {
        (0..self.terms.len())
            .filter(|at| self.terms.get(*at).is_some_and(|term| term.disjoint))
            .min_by_key(|at| self.line(Some(*at)).total(Measure::Weight))
    }

    pub(super) fn line(&self, choice: Choice) -> Line<'_, 'a> {
        let term = choice.and_then(|at| self.terms.get(at));
        Line::Lists(term.map_or(&self.table, |term| &term.lists))
    }

    /// How many lists a draw may have to be looked up in, at least 1.
    pub(super) fn lists(&self) -> usize {
        let terms = self.terms.iter().map(|term| term.lists.len());
        (terms.sum::<usize>() + self.excluded.len()).max(1)
    }

    /// Whether a candidate of the chosen list may still fail [`Self::meets`].
    pub(super) fn further(&self, choice: Choice) -> bool {
        let mut others = self.others(choice);
        self.size.is_some() || !self.excluded.is_empty() || others.any(|term| !self.full(term))
    }

    /// Whether a candidate of the chosen list meets the other conditions.
    pub(super) fn meets(&self, entry: u32, choice: Choice) -> bool {
        let (width, height) = self.catalogue.size(entry).unwrap_or((0, 0));
        let mut others = self.others(choice);
        self.size.is_none_or(|test| test.admits(width, height))
            && others.all(|term| term.lists.iter().any(|list| list.contains(entry)))
            && !self.excluded.iter().any(|list| list.contains(entry))
    }

    /// Whether every entry meets the term.
    pub(super) fn full(&self, term: &Term<'_>) -> bool {
        let entries = self.catalogue.entries();
        term.lists.iter().any(|list| list.len() == entries)
    }

    fn others(&self, choice: Choice) -> impl Iterator<Item = &Term<'a>> {
        let terms = self.terms.iter().enumerate();
        terms.filter_map(move |(at, term)| (Some(at) != choice).then_some(term))
    }
}

fn names<'a>(catalogue: &Catalogue<'a>, facets: &[Facet]) -> impl Iterator<Item = &'a str> {
    facets.iter().map(|facet| catalogue.facet_name(*facet))
}

/// Each facet once, in the order of the names.
fn by_name(catalogue: &Catalogue<'_>, facets: &[Facet]) -> Vec<Facet> {
    let mut facets = facets.to_vec();
    facets.sort_by_key(|facet| (catalogue.facet_name(*facet), *facet));
    facets.dedup();
    facets
}

/// The categories that are not below another one: a category holds everything
/// below it and an entry has only one, so these are disjoint.
fn topmost(catalogue: &Catalogue<'_>, categories: &[Facet]) -> Vec<Facet> {
    let mut kept: Vec<Facet> = Vec::new();
    for facet in by_name(catalogue, categories) {
        let below = |above: &Facet| {
            let name = catalogue.facet_name(facet);
            let rest = name.strip_prefix(catalogue.facet_name(*above));
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        if !kept.iter().any(below) {
            kept.push(facet);
        }
    }
    kept
}
