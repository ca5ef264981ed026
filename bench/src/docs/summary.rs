//! The summary at the head of the page: a few figures of several records.

use crate::baskets::Figures as Baskets;
use crate::page::Figures as Page;
use crate::quality::Ranking;
use crate::size::Size;

/// Logs of the summary, and how they are written there.
const LOGS: [(&str, &str); 2] = [
    ("yoochoose1_64", "yoochoose 1/64"),
    ("retailrocket", "RetailRocket"),
];
/// What is known of the encoder in the records of [`ranking`].
const ENCODERS: [&str; 3] = [
    "none",
    "distilled into the neighbours, not shipped",
    "shipped",
];

/// Records by [`ENCODERS`].
pub fn ranking(records: [Option<&[Ranking]>; 3]) -> String {
    let mut text = "\
        | log | encoder | HR@20 / MRR@20 new | HR@20 / MRR@20 all | bytes an item | training |\n\
        | --- | --- | --: | --: | --: | --: |"
        .to_owned();
    for (log, name) in LOGS {
        let mut shown = name;
        for (record, encoder) in records.into_iter().zip(ENCODERS) {
            let mut found = record.into_iter().flatten();
            let Some(ranking) = found.find(|ranking| ranking.log == log) else {
                continue;
            };
            let bytes = match ranking.brotli_bytes_per_item {
                Some(brotli) if encoder == "shipped" => {
                    format!("{:.1} ({brotli:.1} brotli)", ranking.bytes_per_item)
                }
                _ => format!("{:.1}", ranking.bytes_per_item),
            };
            let row = [
                shown,
                encoder,
                &pair(ranking.new),
                &pair(ranking.all),
                &bytes,
                &seconds(ranking.training_seconds),
            ];
            text += &format!("\n| {} |", row.join(" | ")).replace("|  |", "| |");
            shown = "";
        }
    }
    text
}

/// A row for each shop.
pub fn baskets<'a>(found: impl Iterator<Item = &'a Baskets>) -> String {
    let mut text = "\
        | log | HR@20 / MRR@20 | cosine of baskets | bytes an item |\n\
        | --- | --: | --: | --: |"
        .to_owned();
    for shop in found {
        text += &format!(
            "\n| {} | {} | {} | {:.1} |",
            shop.name,
            pair(shop.model),
            pair(shop.cosine),
            shop.bytes_per_item
        );
    }
    text
}

/// What a page downloads of the package, and the model of the bench.
pub fn download(sizes: &[Size], page: Option<&Page>) -> String {
    let mut text = "| edition | gzip -9 | brotli |\n| --- | --: | --: |".to_owned();
    for (file, edition) in [
        ("a page", "recommender"),
        ("a page, encoder", "recommender, sequence encoder"),
        ("a page, full edition", "full"),
    ] {
        if let Some(size) = sizes.iter().find(|size| size.file == file) {
            let kilobytes = |bytes: u64| format!("{:.1} KB", bytes as f64 / 1000.0);
            let (gzip, brotli) = (kilobytes(size.gzip), kilobytes(size.brotli));
            text += &format!("\n| {edition} | {gzip} | {brotli} |");
        }
    }
    let model = page.and_then(|page| page.tables.first()?.rows.first());
    if let Some([_, items, _, gzip]) = model.map(Vec::as_slice)
        && let (Ok(items), Ok(gzip)) = (items.parse::<u64>(), gzip.parse::<f64>())
    {
        text += &format!(
            "\n| model of {} items with titles, terms and three matrices | {:.2} MB | |",
            thousands(items),
            gzip / 1e6
        );
    }
    text
}

fn pair([hr, mrr]: [f64; 2]) -> String {
    format!("{hr:.4} / {mrr:.4}")
}

fn seconds(seconds: f64) -> String {
    if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    }
}

/// 10115 as 10,115.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_groups_of_three() {
        let written = [7, 999, 10_115, 1_000_000].map(thousands);
        assert_eq!(written, ["7", "999", "10,115", "1,000,000"]);
        assert_eq!([5.44, 91.9].map(seconds), ["5.4 s", "92 s"]);
    }
}
