//! How long the parts take that grow with the data: reading, typing, scoring, reducing, and the whole sample run.
#![allow(missing_docs, reason = "criterion_group writes an undocumented function")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use recovista::design::{Design, LonelyPsu, ReplicateKind, Replication};
use recovista::estimate::{Base, CiMethod, Measure, Request, answer};
use recovista::frame::{BATCH_ROWS, Batch, Column, Frame, Levels, Values};
use recovista::ingest::{self, Columns, ReadOptions, Role, Wanted};
use recovista::onefile::{DataOptions, RegressionOptions, fit_regression};
use recovista::score::{ScoreOptions, score_file};

const ROWS: usize = 100_000;
const REPLICATES: usize = 40;

/// Visits with a member, a center and two moments in each row, the same at every call.
fn visits() -> String {
    let mut text = String::from("visit,member,center,check_in,check_out\n");
    for row in 0..ROWS {
        let (member, center, day, hour, minute) = (row * 7_919 % 20_011, row * 31 % 39, 1 + row % 28, 8 + row % 11, row % 60);
        let end = hour + 1;
        writeln!(text, "{row},M{member:06},C{center:02},2024-03-{day:02}T{hour:02}:{minute:02}:00,2024-03-{day:02}T{end:02}:{minute:02}:30")
            .expect("a string takes all");
    }
    text
}

/// A survey of six items in each row, the same at every call.
fn survey() -> String {
    let mut text = String::from("id,k6_1,k6_2,k6_3,k6_4,k6_5,k6_6\n");
    for row in 0..ROWS {
        let item = |place: usize| (row * 7 + place * 3) % 5;
        writeln!(text, "{row},{},{},{},{},{},{}", item(1), item(2), item(3), item(4), item(5), item(6)).expect("a string takes all");
    }
    text
}

fn frame() -> Frame {
    let mut frame = Frame::default();
    for start in (0..ROWS).step_by(BATCH_ROWS) {
        let rows = start..ROWS.min(start + BATCH_ROWS);
        let mut batch = Batch::new(rows.len());
        let levels = |count: usize, step: usize| Values::Level(rows.clone().map(|row| u32::try_from(row / step % count).unwrap_or(0)).collect());
        let column = |name: &str, values: Values| Column { name: name.into(), values, missing: Vec::new() };
        batch.push(column("age", Values::Number(rows.clone().map(|row| (18 + row * 31 % 60) as f64).collect())));
        batch.push(column("gender", levels(3, 1)));
        batch.push(column("region", levels(6, 7)));
        batch.push(column("center", levels(39, 11)));
        frame.batches.push(batch);
    }
    for (name, count) in [("gender", 3), ("region", 6), ("center", 39)] {
        frame.levels.insert(name.into(), Levels::new((0..count).map(|level| format!("{name} {level:02}"))));
    }
    frame
}

fn read(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("survey.csv");
    let text = survey();
    std::fs::write(&path, &text).expect("writes");
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("csv", |bench| {
        bench.iter(|| {
            let mut reader = ingest::open(&path, &ReadOptions::default()).expect("opens");
            while let Some(batch) = reader.next_batch().expect("reads") {
                black_box(batch.rows());
            }
        });
    });
    group.finish();
}

fn columns(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let items = (1..=6).map(|item| Wanted::new(format!("k6_{item}"), Role::Number)).chain([Wanted::new("id", Role::Level)]);
    let times = [("member", Role::Level), ("center", Role::Level), ("check_in", Role::Time), ("check_out", Role::Time)];
    let files = [("survey", survey(), items.collect::<Vec<_>>()), ("visits", visits(), times.map(|(name, role)| Wanted::new(name, role)).to_vec())];
    let mut group = criterion.benchmark_group("columns");
    for (name, text, wanted) in files {
        let path = folder.path().join(name).with_extension("csv");
        std::fs::write(&path, &text).expect("writes");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let mut columns = Columns::open(&path, &ReadOptions::default(), &wanted, &[]).expect("opens");
                while !black_box(columns.next_batches().expect("reads")).is_empty() {}
                columns.rows()
            });
        });
    }
    group.finish();
}

fn score(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("survey.csv");
    std::fs::write(&path, survey()).expect("writes");
    let options = ScoreOptions { instrument: "k6".into(), data: path, ..ScoreOptions::default() };
    let mut group = criterion.benchmark_group("score");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.sample_size(20);
    group.bench_function("k6", |bench| bench.iter(|| score_file(black_box(&options)).expect("scores")));
    group.finish();
}

fn reduce(criterion: &mut Criterion) {
    let frame = frame();
    let design = Design { strata: Some("region".into()), ..Design::default() };
    let shares = Measure::Proportion { ci: CiMethod::Logit, base: Base::Valid };
    let requests = [
        Request::new("age", Measure::Mean).by(["center"]),
        Request::new("gender", shares).by(["region"]),
        Request::new("age", Measure::Quantile { probs: vec![0.25, 0.5, 0.75], rule: None }),
        Request::new("", Measure::Count).by(["center"]),
    ];
    let mut group = criterion.benchmark_group("reduce");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.sample_size(20);
    group.bench_function("answer", |bench| bench.iter(|| answer(black_box(&frame), &design, &requests).expect("answers")));
    group.finish();
}

/// One kernel at a time, under a design with strata, centers and replicate weights beside them.
fn kernels(criterion: &mut Criterion) {
    let mut frame = frame();
    for batch in &mut frame.batches {
        for replicate in 0..REPLICATES {
            let weight = |row: usize| ((row * 31 + replicate * 17) % 3) as f64;
            let values = Values::Number((0..batch.rows()).map(weight).collect());
            batch.push(Column { name: format!("rw{replicate:02}"), values, missing: Vec::new() });
        }
    }
    let clustered = Design { strata: Some("region".into()), clusters: vec!["center".into()], lonely_psu: LonelyPsu::Average, ..Design::default() };
    let replication = Replication { columns: "rw*".into(), kind: ReplicateKind::Bootstrap, fay_rho: None, scale: None, rscales: None, mse: false };
    let replicated = Design { replication: Some(replication), ..Design::default() };
    let shares = Measure::Proportion { ci: CiMethod::Beta, base: Base::Valid };
    let quartiles = Measure::Quantile { probs: vec![0.25, 0.5, 0.75], rule: None };
    let kernels = [
        ("mean", &clustered, Request::new("age", Measure::Mean)),
        ("shares by center", &clustered, Request::new("gender", shares).by(["center"])),
        ("quantiles by center", &clustered, Request::new("age", quartiles).by(["center"])),
        ("replicates of a mean", &replicated, Request::new("age", Measure::Mean).by(["region"])),
    ];
    let mut group = criterion.benchmark_group("kernels");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.sample_size(20);
    for (name, design, request) in kernels {
        group.bench_function(name, |bench| bench.iter(|| answer(black_box(&frame), design, std::slice::from_ref(&request)).expect("answers")));
    }
    group.finish();
}

/// Few rows and many domains, so that arithmetic on the sums is what is measured.
fn finish(criterion: &mut Criterion) {
    let mut frame = frame();
    frame.batches.truncate(1);
    let requests = [Request::new("age", Measure::Mean).by(["center", "region", "gender"])];
    let mut group = criterion.benchmark_group("finish");
    group.throughput(Throughput::Elements(39 * 6 * 3));
    group.sample_size(20);
    group.bench_function("means of 702 groups", |bench| bench.iter(|| answer(black_box(&frame), &Design::default(), &requests).expect("answers")));
    group.finish();
}

fn regression(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("survey.csv");
    std::fs::write(&data, survey()).expect("writes");
    let options = RegressionOptions {
        data: DataOptions { data, ..DataOptions::default() },
        formula: "k6_1 ~ k6_2 + k6_3 + factor(k6_4)".into(),
        ..RegressionOptions::default()
    };
    let mut group = criterion.benchmark_group("regression");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.sample_size(10);
    group.bench_function("linear", |bench| bench.iter(|| fit_regression(black_box(&options)).expect("fits")));
    group.finish();
}

fn run(criterion: &mut Criterion) {
    let pipeline = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pipelines/annual.toml");
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10);
    group.bench_function("annual", |bench| {
        bench.iter_batched(
            || tempfile::tempdir().expect("a folder"),
            |folder| {
                let out = Some(folder.path().join("annual"));
                let options = recovista::RunOptions { pipeline: pipeline.clone(), out, ..Default::default() };
                recovista::run(&options, &mut |_, _| {}).expect("runs");
                folder
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, read, columns, score, reduce, kernels, finish, regression, run);
criterion_main!(benches);
