//! Nothing connects: an address in every place where a path is accepted is an error, and a listener that it names hears nothing.

use std::net::TcpListener;

use crate::project::Project;

#[test]
fn no_address_is_ever_opened() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("does not wait");
    let address = format!("http://{}/a.csv", listener.local_addr().expect("an address"));
    let in_pipeline = |from: &str, to: &str| {
        let project = Project::new();
        project.edit("pipeline.toml", from, &to.replace("ADDRESS", &address));
        (project, "run pipeline.toml".to_owned())
    };
    let on_line = |arguments: &str| (Project::new(), arguments.replace("ADDRESS", &address));
    let file = "file = \"data.csv\"";
    let cases = [
        in_pipeline(file, "file = \"ADDRESS\""),
        in_pipeline("\"book.toml\"", "\"ADDRESS.toml\""),
        in_pipeline("\"book.toml\"", "\"ADDRESS\""),
        in_pipeline(file, "[[dataset.wave]]\nid = \"a\"\nfile = \"data.csv\"\ncrosswalk = \"ADDRESS\""),
        in_pipeline(file, "file = \"data.csv\"\n[[dataset.join]]\nfile = \"ADDRESS\"\non = \"center_id\"\ncolumns = [\"region\"]"),
        in_pipeline(file, "file = \"data.csv\"\ndesign = { population = { file = \"ADDRESS\", unit = \"center_id\", by = \"region\" } }"),
        on_line("run ADDRESS"),
        on_line("check ADDRESS"),
        on_line("run pipeline.toml --out ADDRESS"),
        on_line("figures fte --run ADDRESS"),
        on_line("score k6 ADDRESS"),
        on_line("score ADDRESS data.csv"),
        on_line("score k6 data.csv --items age,age,age,age,age,age --out ADDRESS"),
        on_line("instruments ADDRESS"),
        on_line("synth ADDRESS"),
        on_line("synth --study ADDRESS"),
        on_line("synth book.toml --out ADDRESS"),
    ];
    for (project, arguments) in cases {
        let (code, _, said) = project.run(&arguments);
        assert!(matches!(code, Some(2 | 3)), "{arguments}: {code:?} {said}");
        assert!(said.contains("error["), "{arguments}: {said}");
        assert!(listener.accept().is_err(), "{arguments} connected");
    }
}
