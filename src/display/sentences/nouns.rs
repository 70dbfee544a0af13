//! The name of a variable in, the words that go with it out: `the mean number of peer workers`, `mean age`, `the answer to “…”`.

/// Words after which a name goes on about something else: `visits per person`, `days in the past month`.
const JOINTS: [&str; 9] = [" per ", " of ", " in ", " at ", " with ", " for ", " to ", " by ", " ("];

/// Whether a name is that of several things: `training hours completed`, `visits per person`, but not `length of attendance`.
pub(super) fn plural(name: &str) -> bool {
    let end = JOINTS.iter().filter_map(|joint| name.find(joint)).min().unwrap_or(name.len());
    let mut words: Vec<&str> = name.get(..end).unwrap_or_default().split_whitespace().collect();
    // what was done to the things stands behind them: hours completed, workers employed
    while words.len() > 1 && words.last().is_some_and(|last| last.ends_with("ed") || last.ends_with("en")) {
        words.pop();
    }
    let head = words.last().copied().unwrap_or_default();
    head.len() > 2 && head.ends_with('s') && !["ss", "us", "is", "ics"].iter().any(|end| head.ends_with(end))
}

/// The name after `of`: `age`, `the answer to “…”`.
pub(super) fn of(name: &str) -> String {
    if name.starts_with("answer to ") || name.starts_with("rating of ") { format!("the {name}") } else { name.to_owned() }
}

/// `mean age`, `the mean number of visits per person`, `the mean answer to “…”`.
pub(super) fn mean(name: &str, stat: &str) -> String {
    match name {
        name if name.starts_with("answer to ") || name.starts_with("rating of ") => format!("the {stat} {name}"),
        name if plural(name) => format!("the {stat} number of {name}"),
        name => format!("{stat} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_or_several() {
        let several = ["peer Specialist FTEs", "training hours completed", "visits per person", "days attended in the past 90 days", "peer workers employed"];
        assert!(several.iter().all(|name| plural(name)), "{several:?}");
        let one = [
            "age",
            "length of a typical visit",
            "psychological distress",
            "quality of life",
            "sense of community (PSOC)",
            "share of the past 90 days",
            "status",
        ];
        assert!(one.iter().all(|name| !plural(name)), "{one:?}");
    }

    #[test]
    fn a_mean_is_said_as_people_say_it() {
        assert_eq!(mean("Peer Specialist FTEs", "mean"), "the mean number of Peer Specialist FTEs");
        assert_eq!(mean("age", "median"), "median age");
        assert_eq!(mean("answer to “How are you?”", "mean"), "the mean answer to “How are you?”");
    }
}
