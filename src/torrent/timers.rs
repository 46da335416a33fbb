//! Deadlines of one machine: an enum of names, a table, a minimum.

use super::Instant;

/// A table of deadlines, one per name. Tables have a handful of names, so a list is the fastest map.
#[derive(Debug)]
pub(super) struct Timers<Name>(Vec<(Name, Instant)>);

impl<Name: Copy + Ord> Timers<Name> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets or moves a deadline.
    pub(super) fn set(&mut self, name: Name, at: Instant) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(entry) => entry.1 = at,
            None => self.0.push((name, at)),
        }
    }

    pub(super) fn stop(&mut self, name: Name) {
        self.0.retain(|(known, _)| *known != name);
    }

    pub(super) fn is_set(&self, name: Name) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }

    /// The earliest deadline.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.iter().map(|(_, at)| *at).min()
    }

    /// Takes out one deadline that has passed, earliest first, ties in the order of names.
    pub(super) fn expired(&mut self, now: Instant) -> Option<Name> {
        let (at, name) = self.0.iter().map(|(name, at)| (*at, *name)).min()?;
        (at <= now).then(|| {
            self.stop(name);
            name
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_out_in_order_and_once() {
        let at = Instant::from_millis;
        let mut timers = Timers::new();
        timers.set('b', at(20));
        timers.set('a', at(30));
        timers.set('a', at(10));
        timers.set('c', at(5));
        timers.stop('c');
        assert_eq!(timers.next(), Some(at(10)));
        assert_eq!(timers.expired(at(9)), None);
        assert_eq!(timers.expired(at(20)), Some('a'));
        assert_eq!(timers.expired(at(20)), Some('b'));
        assert_eq!(timers.expired(at(99)), None);
        assert!(!timers.is_set('a'));
    }
}
