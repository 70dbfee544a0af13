//! A house style beside a pipeline: its colours in every chart, and what is refused.

use super::project::Project;

fn with(theme: &str) -> Project {
    let project = Project::new();
    project.edit("pipeline.toml", "[[analysis]]", "[report]\ntheme = \"house.toml\"\n[[analysis]]");
    project.write("house.toml", theme.as_bytes());
    project
}

#[test]
fn the_colours_of_a_house_reach_every_chart() {
    let project = with("title = \"House\"\n[light]\naccent = \"#00695c\"\naccent-text = \"#00564b\"\n[dark]\naccent = \"#ffb74d\"\n");
    let (code, _, said) = project.run("run pipeline.toml --out out");
    assert_eq!(code, Some(0), "{said}");
    let page = project.read("out/public/report.html");
    assert!(page.contains("--rv-accent:#00695c;") && page.contains("--rv-accent:#ffb74d;") && page.contains("fill=\"#00695c\""));
    assert!(!page.contains("#2a78b8"), "the accent of the program");
    assert!(project.read("pipeline.lock").contains("house.toml"), "the lock names what the files depend on");
    let (code, _, said) = project.run("figures --chart members.who.gender=Female.proportion --run out --out chart.svg --size slide");
    assert_eq!(code, Some(0), "{said}");
    assert!(project.read("chart.svg").contains("fill=\"#00695c\""), "a chart that is drawn again from the release");
    let (code, told, _) = project.run("figures female --run out -n 1");
    assert!(code == Some(0) && told.contains("  cite      Small. ") && told.contains(" As of 31 December 2024. R-"), "{told}");
}

#[test]
fn a_house_style_that_cannot_be_read_by_everybody_is_refused() {
    let project = with("[light]\nsoft = \"#999999\"\ngrey = \"#3a7fb5\"\naxis = \"grey\"\nacent = \"#00695c\"\n");
    insta::assert_snapshot!(project.said("check pipeline.toml"), @r##"
exit 2
error[theme::low_contrast]: `soft` on `paper` does not stand out on the light sheet
 --> house.toml:2:8
  |
2 | soft = "#999999"
  |        ^^^^^^^^^
  |
  = found: #999999 on #ffffff: 2.85 to 1
  = expected: at least 4.5 to 1 for words
error[theme::too_alike]: `accent` and `grey` look alike on the light sheet
 --> house.toml:3:8
  |
3 | grey = "#3a7fb5"
  |        ^^^^^^^^^
  |
  = found: #2a78b8 and #3a7fb5: 1.9 apart to eyes without blue cones
  = expected: at least 12 apart (CIEDE2000) for groups and answers
error[theme::not_a_colour]: `axis` is not a colour
 --> house.toml:4:8
  |
4 | axis = "grey"
  |        ^^^^^^
  |
  = found: grey
  = expected: six digits such as #2a78b8
error[config::unknown_key]: [light] has no key `acent`
 --> house.toml:5:1
  |
5 | acent = "#00695c"
  | ^^^^^
  |
  = expected: accent, accent-text, axis, behind, grey and … more
  = help: did you mean `accent`?
"##);
    let project = with("");
    std::fs::remove_file(project.path("house.toml")).expect("is there");
    let (code, _, said) = project.run("check pipeline.toml");
    assert!(code == Some(3) && said.contains("house.toml"), "{said}");
}
