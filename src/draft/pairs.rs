//! Numbers that lean on another in, their verdicts out: ends of intervals, parts of a base, bases.

use super::claims::Claim;
use super::judge::{MEANT, POSSIBLE, Verdict, Work};
use super::meaning::Candidate;
use super::rounding::{agrees, almost, printed, shown};
use crate::results::Unit;

impl Work<'_> {
    /// Both ends of an interval.
    pub(super) fn interval(&mut self, low: usize, high: usize) {
        let (one, two) = (self.claims[low].clone(), self.claims[high].clone());
        let ends = |figure: usize| {
            let row = self.figure(figure).row;
            row.conf_low.zip(row.conf_high).map(|(low, high)| (shown(row, low), shown(row, high)))
        };
        let fits = |figure: &usize| ends(*figure).is_some_and(|(low, high)| agrees(&one, low) && agrees(&two, high));
        let found = self.candidates(low);
        let best = found.first().map_or(0.0, |first| first.score);
        let possible: Vec<usize> = found.iter().filter(|found| found.score >= best * POSSIBLE).map(|found| found.figure).collect();
        // The number right before it is what an interval belongs to.
        let before: Vec<usize> = self.nearest_before(low).into_iter().chain(self.linked.iter().rev().copied()).collect();
        if let Some(figure) = before.iter().chain(&possible).copied().find(fits) {
            self.right(low, figure);
            return self.right(high, figure);
        }
        // Two numbers that are no interval: a range of values, or a change.
        let alone = |claim: &Claim| possible.iter().copied().find(|figure| self.says(*figure, claim));
        if let (Some(first), Some(second)) = (alone(&one), alone(&two)) {
            self.right(low, first);
            return self.right(high, second);
        }
        let meant = before.iter().chain(&possible).copied().find(|figure| ends(*figure).is_some());
        let Some(((least, most), figure)) = meant.and_then(|figure| Some((ends(figure)?, figure))) else {
            self.alone(low);
            return self.alone(high);
        };
        for (place, claim, end) in [(low, &one, least), (high, &two, most)] {
            let row = self.figure(figure).row;
            let told = printed(end, claim.decimals.max(0), row.unit);
            if agrees(claim, end) {
                self.right(place, figure);
            } else if almost(claim, end) {
                self.settle(place, Verdict::Misrounded, Some(figure), told, "the end of the interval rounds to another number");
            } else {
                let former = self.former.get(&row.id()).and_then(|row| Some((shown(row, row.conf_low?), shown(row, row.conf_high?))));
                let was = former.is_some_and(|(low, high)| agrees(claim, low) || agrees(claim, high));
                let (verdict, because) = if was {
                    (Verdict::Stale, "the former release said so")
                } else {
                    (Verdict::Unknown, "no interval has this end; this is the one of the figure beside it")
                };
                self.settle(place, verdict, Some(figure), told, because);
            }
        }
    }

    /// A part and its base: `593 of 1,520 members`.
    pub(super) fn part(&mut self, part: usize, base: usize) {
        let (one, two) = (self.claims[part].clone(), self.claims[base].clone());
        let counts = |figure: usize| {
            let row = self.figure(figure).row;
            row.n.zip(row.denominator)
        };
        let both = |figure: usize| counts(figure).is_some_and(|(n, of)| agrees(&one, n) && agrees(&two, of));
        let found = self.candidates(part);
        let linked: Vec<usize> = self.linked.iter().rev().copied().collect();
        let response = |figure: usize| self.figure(figure).row.variable == "response_rate" && both(figure);
        let whole = (0..self.index.figures.len()).find(|figure| response(*figure));
        let best = found.first().map_or(0.0, |first| first.score);
        let possible: Vec<usize> = found.iter().filter(|one| one.score >= best * POSSIBLE).map(|one| one.figure).collect();
        // A mean or median has no base of its own: its people are a part of the frame.
        let frame = |figure: usize| {
            let row = self.figure(figure).row;
            let of = self.index.figures.iter().find(|other| other.row.variable == "response_rate" && other.row.dataset == row.dataset)?.row.denominator?;
            Some(row.denominator.is_none_or(|base| Some(base) == row.n) && agrees(&one, row.n?) && agrees(&two, of))
        };
        let of_frame = |figure: &usize| frame(*figure) == Some(true);
        if let Some(figure) = linked.iter().chain(&possible).copied().find(|figure| both(*figure) || of_frame(figure)).or(whole) {
            self.right(part, figure);
            return self.right(base, figure);
        }
        let meant: Vec<usize> = found.iter().filter(|one| one.score >= best * MEANT).map(|one| one.figure).collect();
        let n_fits = linked.iter().chain(&meant).copied().find(|figure| counts(*figure).is_some_and(|(n, _)| agrees(&one, n)));
        if let Some((figure, (_, of))) = n_fits.and_then(|figure| Some((figure, counts(figure)?))) {
            self.right(part, figure);
            return self.settle(base, Verdict::WrongBase, Some(figure), printed(of, 0, Unit::None), "the base of the figure is another");
        }
        let of_fits = linked.iter().chain(&meant).copied().find(|figure| counts(*figure).is_some_and(|(_, of)| agrees(&two, of)));
        if let Some((figure, (n, _))) = of_fits.and_then(|figure| Some((figure, counts(figure)?))) {
            self.right(base, figure);
            return self.settle(part, Verdict::Unknown, Some(figure), printed(n, 0, Unit::None), "another number of the base is in the level");
        }
        if self.figure_is_hidden(&found) {
            let figure = found.first().map(|first| first.figure);
            self.settle(base, Verdict::Suppressed, figure, "no number".to_owned(), "the figure is hidden");
            return self.settle(
                part,
                Verdict::Suppressed,
                figure,
                "no number".to_owned(),
                "the figure is hidden: too few people stand behind it, or it would give a hidden one away",
            );
        }
        self.alone(part);
        self.alone(base);
    }

    fn figure_is_hidden(&self, found: &[Candidate]) -> bool {
        found.first().is_some_and(|first| self.figure(first.figure).row.is_suppressed())
    }

    /// The base of a share or mean that stands beside it.
    pub(super) fn base(&mut self, place: usize) {
        let claim = self.claims[place].clone();
        let base = |figure: usize| {
            let row = self.figure(figure).row;
            row.denominator.or(row.n)
        };
        let nearest = self.nearest_before(place);
        let others = self.linked.iter().rev().copied().filter(|_| nearest.is_none());
        if let Some(figure) = nearest.into_iter().chain(others).find(|figure| base(*figure).is_some_and(|of| agrees(&claim, of))) {
            return self.right(place, figure);
        }
        match nearest.and_then(|figure| Some((figure, base(figure)?))) {
            Some((figure, of)) => self.settle(place, Verdict::WrongBase, Some(figure), printed(of, 0, Unit::None), "the base of the figure is another"),
            None => self.alone(place),
        }
    }
}
