//! The load is carried, and what is wrong under load is found: each mistake planted here must be reported.

mod mistakes;
mod seeded;
mod support;

use support::{Trial, plan};

#[tokio::test(flavor = "multi_thread")]
async fn a_short_load_on_a_small_table_is_carried() {
    let trial = Trial::open(200).await;
    let report = trial.run(plan()).await;
    assert_eq!(report.failures(), [] as [String; 0], "{}", report.markdown());
    let markdown = report.markdown();
    for figure in
        ["| check |", "| authorize |", "| login |", "forged token", "| BatchGetItem Sessions + Users |"]
    {
        assert!(markdown.contains(figure), "no {figure} in\n{markdown}");
    }
    trial.close().await;
}
