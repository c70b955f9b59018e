//! From what a request asks to the pictures it gets.

use super::{Exchange, route, screen};
use crate::answer::{Cache, RequestFields, Vary};
use crate::catalogue::{Facet, FacetKind, Orientation};
use crate::error::{Code, Error};
use crate::picker::{self, Conditions, Dice, Picker, Picture, SizeBounds};
use crate::query::Query;
use crate::query::values::{Every, OrientationWish};

/// Pictures, and how long an answer that holds them may be kept.
#[derive(Debug)]
pub(super) struct Chosen {
    /// In the order chosen, at least one.
    pub(super) pictures: Vec<Picture>,
    pub(super) cache: Cache,
    /// Whether the caller's screen took part.
    pub(super) hints: bool,
}

impl Exchange<'_> {
    /// Chooses as many pictures as asked for, or as there are.
    ///
    /// # Errors
    /// `404` for unknown names and where nothing is left, `503` for a site
    /// without pictures.
    pub(super) fn choose(
        &self,
        dice: &mut dyn Dice,
        query: &Query,
        vary: &mut Vary,
    ) -> Result<Chosen, Error> {
        if self.site.catalogue.pictures() == 0 {
            return Err(self.no_pictures());
        }
        let mut conditions = self.conditions(query)?;
        let mut fallback = None;
        let auto = query.orientation.get() == Some(&OrientationWish::Auto);
        if auto && let Some(facet) = self.screen(self.request.fields, vary) {
            fallback = Some(conditions.clone());
            conditions.orientation = Some(facet);
        }
        let mut chosen = self.pick(dice, query, conditions)?;
        // `auto` is no wish that an error could answer.
        if chosen.pictures.is_empty()
            && let Some(conditions) = fallback
        {
            chosen = self.pick(dice, query, conditions)?;
        }
        if chosen.pictures.is_empty() {
            return Err(no_match(query));
        }
        chosen.hints = auto;
        Ok(chosen)
    }

    /// Chooses one of all.
    ///
    /// # Errors
    /// `503` for a site without pictures.
    pub(super) fn choose_any(&self, dice: &mut dyn Dice) -> Result<Chosen, Error> {
        let picture = picker::draw(&self.site.catalogue, dice);
        Ok(Chosen {
            pictures: vec![picture.ok_or_else(|| self.no_pictures())?],
            cache: Cache::Never,
            hints: false,
        })
    }

    fn no_pictures(&self) -> Error {
        let problems = &self.site.settings.problems;
        let hint = problems
            .first()
            .map_or("its owner has to add some", String::as_str);
        Error::new(Code::EmptyCatalogue, "this site has no pictures").hint(hint)
    }

    fn screen(&self, fields: &dyn RequestFields, vary: &mut Vary) -> Option<Facet> {
        screen::orientation(fields, vary).and_then(|orientation| self.orientation(orientation))
    }

    fn orientation(&self, orientation: Orientation) -> Option<Facet> {
        self.site
            .catalogue
            .facet(FacetKind::Orientation, orientation.as_str())
    }

    fn pick(
        &self,
        dice: &mut dyn Dice,
        query: &Query,
        conditions: Conditions,
    ) -> Result<Chosen, Error> {
        let count = usize::from(query.count.get().copied().unwrap_or(1));
        let picker = Picker::new(&self.site.catalogue, &conditions);
        let kept = Cache::For(u64::from(self.site.settings.max_age));
        let period = query.every.get().map(|every| self.period(*every));
        let (key, kept) = match &period {
            None => (Vec::new(), kept),
            Some(period) => (
                period.key.clone(),
                Cache::For(period.left.min(self.site.settings.max_age.into())),
            ),
        };
        let with = |text: &str| [text.as_bytes(), key.as_slice()].concat();
        let chosen = |pictures, cache| {
            Ok(Chosen {
                pictures,
                cache,
                hints: false,
            })
        };
        if let Some(id) = query.id_path.get() {
            return chosen(self.named(std::slice::from_ref(id), &picker)?, kept);
        }
        if !query.ids.is_empty() {
            let mut pictures = self.named(&query.ids, &picker)?;
            if query.count.get().is_some() {
                pictures.truncate(count);
            }
            return chosen(pictures, kept);
        }
        if let (Some(deck), Some(k)) = (query.deck.get(), query.k.get()) {
            return chosen(hand(&picker, &with(deck), *k, count), kept);
        }
        let seed = query
            .seed
            .get()
            .map(String::as_str)
            .or(period.as_ref().map(|_| ""));
        match seed {
            Some(seed) => chosen(picker.seeded_sample(&with(seed), count), kept),
            None => chosen(picker.sample(dice, count), Cache::Never),
        }
    }

    /// The pictures with these ids, as far as they meet the other conditions.
    fn named(&self, ids: &[String], picker: &Picker<'_>) -> Result<Vec<Picture>, Error> {
        let mut pictures = Vec::with_capacity(ids.len());
        for id in ids {
            let (entry, member) = self.site.catalogue.find_picture(id).ok_or_else(|| {
                Error::new(Code::UnknownId, "unknown id")
                    .param("id", id)
                    .hint("ids stand in X-Image-Id and in JSON answers")
            })?;
            let picture = Picture { entry, member };
            if picker.accepts(picture) && !pictures.contains(&picture) {
                pictures.push(picture);
            }
        }
        Ok(pictures)
    }

    /// Looks up every name that the conditions are made of.
    fn conditions(&self, query: &Query) -> Result<Conditions, Error> {
        let catalogue = &self.site.catalogue;
        let path = query.category_path.get();
        let (param, names) = match path {
            Some(name) => ("path", std::slice::from_ref(name)),
            None => ("category", query.categories.as_slice()),
        };
        let categories = names
            .iter()
            .map(|name| {
                catalogue
                    .facet(FacetKind::Category, name)
                    .ok_or_else(|| self.with_categories(route::unknown_category(param, name)))
            })
            .collect::<Result<_, _>>()?;
        let tag = |name: &String| catalogue.facet(FacetKind::Tag, name);
        let tags: Vec<Vec<Facet>> = query
            .tags
            .all
            .iter()
            .map(|group| group.iter().filter_map(tag).collect())
            .collect();
        let named = query.tags.all.iter().zip(&tags);
        if let Some((names, _)) = named.into_iter().find(|(_, found)| found.is_empty()) {
            return Err(self.unknown_tag(query, names));
        }
        let orientation = match query.orientation.get() {
            Some(OrientationWish::Is(orientation)) => {
                Some(self.orientation(*orientation).ok_or_else(|| {
                    let facets = catalogue.facets(FacetKind::Orientation);
                    no_match(query).available(facets.map(|facet| catalogue.facet_name(facet)))
                })?)
            }
            _ => None,
        };
        Ok(Conditions {
            categories,
            tags,
            not_tags: query.tags.not.iter().filter_map(tag).collect(),
            orientation,
            format: None,
            size: SizeBounds {
                min_width: query.min_width.get().copied(),
                max_width: query.max_width.get().copied(),
                min_height: query.min_height.get().copied(),
                max_height: query.max_height.get().copied(),
                ratio: query.ratio.get().copied(),
            },
            // A picture that is gone needs no exclusion.
            not: query
                .not
                .iter()
                .filter_map(|id| catalogue.find_picture(id))
                .map(|(entry, member)| Picture { entry, member })
                .collect(),
        })
    }

    /// `404` for tags of which no picture has any, with those that there are.
    fn unknown_tag(&self, query: &Query, names: &[String]) -> Error {
        let catalogue = self.site.catalogue;
        let tags = catalogue.facets(FacetKind::Tag);
        let error = no_match(query)
            .param("tag", &names.join("|"))
            .available(tags.map(|facet| catalogue.facet_name(facet)));
        let hint = if error.available.is_empty() {
            "this site's pictures have no tags: leave the condition out"
        } else {
            "give a tag that there is, or leave the condition out"
        };
        error.hint(hint)
    }

    fn period(&self, every: Every) -> Period {
        Period::at(every, (self.now)(), self.site.settings.time_zone.seconds())
    }
}

/// Cards from the `k`-th on, each picture once: a hand that goes on into the
/// next shuffle passes over what it has.
fn hand(picker: &Picker<'_>, key: &[u8], k: u64, count: usize) -> Vec<Picture> {
    let mut hand: Vec<Picture> = Vec::with_capacity(count);
    let mut next = k;
    loop {
        let dealt = picker.dealt(key, next, count);
        next = next.saturating_add(dealt.len() as u64);
        for card in &dealt {
            if hand.len() < count && !hand.contains(card) {
                hand.push(*card);
            }
        }
        // Fewer cards than asked for are the whole deck, in some order.
        if hand.len() >= dealt.len().min(count) || dealt.is_empty() {
            return hand;
        }
    }
}

/// A period of time: what a seed gains from it, and the seconds left of it.
#[derive(Debug, PartialEq, Eq)]
struct Period {
    key: Vec<u8>,
    left: u64,
}

const DAY: i64 = 86_400;

impl Period {
    /// The period that `now`, in seconds since 1970, lies in; hours, days and
    /// weeks are those of a clock `offset` seconds ahead of UTC.
    fn at(every: Every, now: u64, offset: i64) -> Self {
        let local = i64::try_from(now)
            .unwrap_or(i64::MAX)
            .saturating_add(offset);
        // 1970-01-01 was a Thursday, three days into its week.
        let (name, length, start) = match every {
            Every::Hour => ("hour", 3600, 0),
            Every::Day => ("day", DAY, 0),
            Every::Week => ("week", 7 * DAY, 3 * DAY),
            Every::Seconds(seconds) => ("seconds", i64::from(seconds), 0),
        };
        let since = local.saturating_add(start);
        let number = since.div_euclid(length);
        let mut key = vec![0];
        key.extend_from_slice(name.as_bytes());
        // Periods of different lengths are different even at one number.
        for n in [length, number] {
            key.extend_from_slice(&n.to_le_bytes());
        }
        Self {
            key,
            left: (length - since.rem_euclid(length)).unsigned_abs(),
        }
    }
}

/// `404`, naming the conditions that nothing meets together.
fn no_match(query: &Query) -> Error {
    let mut said: Vec<String> = Vec::new();
    if let Some(category) = query.category_path.get() {
        said.push(format!("category={category}"));
    } else if !query.categories.is_empty() {
        said.push(format!("category={}", query.categories.join(",")));
    }
    said.extend(
        query
            .tags
            .all
            .iter()
            .map(|group| format!("tag={}", group.join("|"))),
    );
    said.extend(query.tags.not.iter().map(|tag| format!("tag=-{tag}")));
    let slots = [
        query.id_path.said(),
        query.orientation.said(),
        query.min_width.said(),
        query.max_width.said(),
        query.min_height.said(),
        query.max_height.said(),
        query.ratio.said(),
    ];
    said.extend(slots.into_iter().flatten().map(str::to_owned));
    for (name, list) in [("id", &query.ids), ("not", &query.not)] {
        if !list.is_empty() {
            said.push(format!("{name}={}", list.join(",")));
        }
    }
    Error::new(
        Code::NoMatch,
        format!("no picture meets all of: {}", said.join(", ")),
    )
    .hint("see /categories, or leave a condition out")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_and_end_where_local_clocks_say() {
        const MONDAY: u64 = 1_763_942_400; // 2025-11-24T00:00:00Z
        let number = |every, now, offset| Period::at(every, now, offset).key;
        for (every, length) in [
            (Every::Hour, 3600),
            (Every::Day, 86_400),
            (Every::Week, 604_800),
            (Every::Seconds(90), 90),
        ] {
            let at = |now| Period::at(every, now, 0);
            assert_eq!(at(MONDAY).left, length, "{every:?}");
            assert_eq!(at(MONDAY + length - 1).left, 1, "{every:?}");
            assert_eq!(at(MONDAY).key, at(MONDAY + length - 1).key, "{every:?}");
            assert_ne!(at(MONDAY).key, at(MONDAY + length).key, "{every:?}");
            assert_ne!(at(MONDAY).key, at(MONDAY - 1).key, "{every:?}");
        }
        // Midnight in Beijing is 16:00 UTC of the day before.
        let beijing = 8 * 3600;
        assert_ne!(
            number(Every::Day, MONDAY - 8 * 3600 - 1, beijing),
            number(Every::Day, MONDAY - 8 * 3600, beijing)
        );
        assert_eq!(
            number(Every::Day, MONDAY - 8 * 3600, beijing),
            number(Every::Day, MONDAY, beijing)
        );
        assert_ne!(number(Every::Day, 0, 0), number(Every::Seconds(60), 0, 0));
    }

    #[test]
    fn the_first_seconds_of_time_have_periods_too() {
        for offset in [-64_800, 0, 64_800] {
            for every in [
                Every::Hour,
                Every::Day,
                Every::Week,
                Every::Seconds(604_800),
            ] {
                assert!(Period::at(every, 0, offset).left > 0);
                assert!(Period::at(every, u64::MAX, offset).left > 0);
            }
        }
    }
}
