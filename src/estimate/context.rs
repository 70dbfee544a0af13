//! Sums and requests in; for each request its domains, with names, cells and units, out.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use rayon::prelude::*;

use super::domain::{Domain, Part};
use super::measure::Measure;
use super::reduce::{Reduced, Split, Table};
use super::request::Request;
use crate::design::{Columns, Design, Rule, Sampling, WholeSample};
use crate::frame::{Levels, NO_LEVEL, Shape};
use crate::stats::t_half_width;

/// Beyond this many combinations of groups only those that occur are listed.
const LISTED_COMBINATIONS: usize = 20_000;

/// Everything that requests share.
pub(crate) struct Context<'a> {
    pub(crate) design: &'a Design,
    pub(crate) columns: &'a Columns,
    pub(crate) levels: &'a BTreeMap<String, Levels>,
    pub(crate) reduced: &'a Reduced,
    /// Names of the strata.
    pub(crate) strata: Arc<[String]>,
    /// What a reader should know of all estimates.
    pub(crate) notes: Vec<String>,
    /// Where errors of calibrated figures come from.
    pub(crate) whole: Option<WholeSample<'a>>,
    /// How replicates make an error.
    pub(crate) rule: Option<&'a Rule>,
    samplings: BTreeMap<Vec<u32>, Sampling>,
    /// Quantiles of t by degrees of freedom, of which domains have few different ones.
    quantiles: RwLock<BTreeMap<u64, Option<f64>>>,
}

/// How the rows of a request are divided: the split that its sums are in, and the two levels that it compares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Division {
    pub(crate) split: Split,
    /// Column, from and to.
    pub(crate) compared: Option<(String, String, String)>,
}

impl Division {
    /// The division of a request: a comparison is a split by the compared column as well.
    pub(crate) fn of(request: &Request, design: &Design) -> Self {
        let mut split = Split { by: request.by.clone(), filter: request.filter.clone() };
        let wave = || design.wave.clone().unwrap_or_default();
        let compared = match &request.measure {
            Measure::Difference { column, from, to } => Some((column.clone(), from.clone(), to.clone())),
            Measure::ChangeParts { from, to } | Measure::Stayers { from, to } | Measure::Mix { from, to, .. } => Some((wave(), from.clone(), to.clone())),
            _ => None,
        };
        if let Measure::Mix { group, .. } = &request.measure {
            split.by.push(group.clone());
        }
        if let Some((column, _, _)) = &compared {
            split.by.push(column.clone());
        }
        Self { split, compared }
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(design: &'a Design, columns: &'a Columns, levels: &'a BTreeMap<String, Levels>, reduced: &'a Reduced, requests: &[Request]) -> Self {
        let strata = reduced.units.strata_names(levels);
        let notes = reduced.units.notes().into_iter().chain(reduced.calibrated.iter().map(|calibrated| calibrated.note.clone())).collect();
        let mut context =
            Self { design, columns, levels, reduced, strata, notes, whole: None, rule: None, samplings: BTreeMap::new(), quantiles: RwLock::default() };
        let scopes: Vec<Vec<u32>> = requests.iter().flat_map(|request| context.scopes(request)).collect();
        for scope in scopes {
            context.samplings.entry(scope).or_insert_with_key(|scope| Sampling::new(&reduced.units, scope));
        }
        context
    }

    /// The same with errors from replicates.
    pub(crate) fn with_rule(self, rule: Option<&'a Rule>) -> Self {
        Self { rule, ..self }
    }

    /// The quantile of t that an interval reaches to.
    pub(crate) fn t(&self, df: f64) -> Option<f64> {
        let known = self.quantiles.read().ok().and_then(|quantiles| quantiles.get(&df.to_bits()).copied());
        known.unwrap_or_else(|| {
            let t = t_half_width(1.0, df, self.design.conf_level);
            if let Ok(mut quantiles) = self.quantiles.write() {
                quantiles.insert(df.to_bits(), t);
            }
            t
        })
    }

    /// The sampling within a scope.
    pub(crate) fn sampling(&self, scope: &[u32]) -> &Sampling {
        let Some(sampling) = self.samplings.get(scope) else { unreachable!("scopes of all requests are counted first") };
        sampling
    }

    /// The sums of a split.
    pub(crate) fn table(&self, split: &Split) -> &'a Table {
        let found = self.reduced.tables.iter().find(|table| table.split == *split);
        let Some(table) = found else { unreachable!("every split of the requests is summed") };
        table
    }

    /// Names of the cells of a variable's answers; a number has one without a name.
    pub(crate) fn cells(&self, variable: &str) -> Vec<Option<String>> {
        match self.columns.shape(variable) {
            Some(Shape::Level | Shape::Flags) => self.names(variable).iter().cloned().map(Some).collect(),
            _ => vec![None],
        }
    }

    /// Whether a variable holds numbers.
    pub(crate) fn is_number(&self, variable: &str) -> bool {
        !matches!(self.columns.shape(variable), Some(Shape::Level | Shape::Flags))
    }

    fn names(&self, column: &str) -> &'a [String] {
        self.levels.get(column).map_or(&[][..], Levels::names)
    }

    /// The domains of a request, in the order of their levels; those of a comparison have two parts.
    pub(crate) fn domains(&'a self, request: &Request) -> Vec<Domain<'a>> {
        let division = Division::of(request, self.design);
        let table = self.table(&division.split);
        let part_of = |codes: &[u32]| -> Option<u8> {
            let Some((column, from, to)) = &division.compared else { return Some(0) };
            let level = self.levels.get(column)?.name(*codes.last()?)?;
            [from, to].iter().position(|name| *name == level).and_then(|position| u8::try_from(position).ok())
        };
        let mut known: BTreeMap<Vec<u32>, Vec<Part>> = self.listed(request).into_iter().map(|codes| (codes, Vec::new())).collect();
        for (id, codes) in table.domains.iter().enumerate() {
            if let Some(part) = part_of(codes) {
                known.entry(codes[..request.by.len()].to_vec()).or_default().push(Part { domain: id, part });
            }
        }
        let one = |(codes, parts): (Vec<u32>, Vec<Part>)| {
            let scope = self.scope(request, &codes);
            Domain::new(self, table, self.groups(request, &codes), parts, &scope)
        };
        known.into_iter().collect::<Vec<_>>().into_par_iter().map(one).collect()
    }

    /// Group columns and levels of a combination.
    pub(crate) fn groups(&self, request: &Request, codes: &[u32]) -> Vec<(String, String)> {
        let name = |(column, code): (&String, &u32)| (column.clone(), self.names(column).get(*code as usize).cloned().unwrap_or_default());
        request.by.iter().zip(codes).map(name).collect()
    }

    /// Combinations of levels that are listed whether or not they occur.
    pub(crate) fn listed(&self, request: &Request) -> Vec<Vec<u32>> {
        let mut combinations: Vec<Vec<u32>> = vec![Vec::new()];
        for by in &request.by {
            let wanted = |name: &String| request.filter.iter().filter(|(column, _)| column == by).all(|(_, levels)| levels.contains(name));
            let codes: Vec<u32> = (0..).zip(self.names(by)).filter(|(_, name)| wanted(name)).map(|(code, _)| code).collect();
            if combinations.len() * codes.len() > LISTED_COMBINATIONS {
                return Vec::new();
            }
            combinations = combinations.iter().flat_map(|before| codes.iter().map(move |code| [&before[..], &[*code]].concat())).collect();
        }
        combinations
    }

    /// Waves within which the units of a domain are counted; empty for all.
    fn scope(&self, request: &Request, codes: &[u32]) -> Vec<u32> {
        match request.by.iter().position(|name| Some(name) == self.design.wave.as_ref()) {
            Some(position) => vec![codes[position]],
            None => self.named_waves(request),
        }
    }

    /// Waves between which a change is asked, or which a filter names; empty for all.
    fn named_waves(&self, request: &Request) -> Vec<u32> {
        let Some(wave) = &self.design.wave else { return Vec::new() };
        let named: Vec<&String> = match &request.measure {
            Measure::Difference { column, from, to } if column == wave => vec![from, to],
            Measure::ChangeParts { from, to } | Measure::Stayers { from, to } | Measure::Mix { from, to, .. } | Measure::Paired { from, to } => vec![from, to],
            _ => request.filter.iter().filter(|(column, _)| column == wave).flat_map(|(_, levels)| levels).collect(),
        };
        let mut waves: Vec<u32> = named.into_iter().filter_map(|name| self.levels.get(wave)?.position(name)).collect();
        waves.sort_unstable();
        waves.dedup();
        waves
    }

    /// All scopes that a request needs.
    fn scopes(&self, request: &Request) -> Vec<Vec<u32>> {
        if request.by.iter().any(|name| Some(name) == self.design.wave.as_ref()) {
            return (0..self.reduced.units.waves).map(|wave| vec![wave]).chain(self.listed(request).iter().map(|codes| self.scope(request, codes))).collect();
        }
        vec![self.named_waves(request)]
    }

    /// The position of a wave.
    pub(crate) fn wave(&self, name: &str) -> u32 {
        let wave = self.design.wave.as_ref().and_then(|column| self.levels.get(column));
        wave.and_then(|levels| levels.position(name)).unwrap_or(NO_LEVEL)
    }
}
