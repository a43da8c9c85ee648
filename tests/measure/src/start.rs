//! From the start of the process to the line that says where it listens.

use std::time::{Duration, Instant};

use anyhow::Result;
use framegate_tests::program::Program;

use crate::rounds::median;
use crate::row::row;

const RUNS: usize = 11;

/// Medians with compiled plugins in the cache.
pub(crate) async fn measure() -> Result<()> {
    for (streams, to_reach) in [(50, "≤ 36 ms"), (1_000, "≤ 100 ms")] {
        let file: String = (0..streams)
            .map(|n| {
                format!("[streams.s{n}]\nsource = \"rtsp://127.0.0.1:9/{n}\"\nplugins = [{{ use = \"clock\" }}]\n")
            })
            .collect();
        // The first one compiles.
        drop(Program::start(&file).await?);
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let begin = Instant::now();
            let program = Program::start(&file).await?;
            times.push(begin.elapsed().as_secs_f64() * 1e3);
            drop(program);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let time = format!("{:.1} ms", median(times));
        row(format!("start to listening, {streams} streams with a plugin"), time, to_reach)?;
    }
    Ok(())
}
