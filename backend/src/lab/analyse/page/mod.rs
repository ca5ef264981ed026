//! The read-out as a page of its own: no file, no network, both languages, plots as inline SVG.

mod duel;
mod plots;
mod split;

use std::fmt::Write;

use super::Analysis;
use super::health::Health;
use super::readout::{Readout, Verdict};

/// The same text in both languages; the page shows one of them.
fn both(en: &str, zh: &str) -> String {
    format!(r#"<span lang="en">{en}</span><span lang="zh">{zh}</span>"#)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn percent(share: f64) -> String {
    format!("{:+.2} %", share * 100.0)
}

pub(crate) const STYLE: &str = "
:root{color-scheme:light dark;--line:#8886;--good:#0a7d33;--bad:#b3261e;--open:#5f6368;--mark:#1a66c2}
@media(prefers-color-scheme:dark){:root{--good:#5bd68a;--bad:#ff8a80;--open:#a0a4a8;--mark:#7db4ff}}
body{font:16px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
html[lang=en] [lang=zh],html[lang=zh] [lang=en]{display:none}
h1{font-size:1.5rem}h2{font-size:1.25rem;margin-top:2.5rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:right;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}.verdict{font-weight:600;padding:.6rem .9rem;border-left:.3rem solid var(--open);background:#8881}
.better{border-color:var(--good)}.worse,.stop{border-color:var(--bad)}.note{color:var(--open);font-size:.9rem}
button{font:inherit;float:right}svg{width:100%;height:auto;display:block}svg text{font-size:12px;fill:currentColor}
.reason{color:var(--bad);margin:.4rem 0}@media(max-width:40rem){svg text{font-size:24px}}
.scroll{overflow-x:auto}.scroll th,.scroll td{white-space:nowrap}
";

pub(crate) const SCRIPT: &str = "
const root = document.documentElement;
if (navigator.language.startsWith('zh')) root.lang = 'zh';
document.querySelector('button').onclick = () => (root.lang = root.lang === 'en' ? 'zh' : 'en');
";

/// A page of all read-outs, of one file.
pub fn html(analysis: &Analysis) -> String {
    let style = format!("<style>{STYLE}</style>");
    let script = format!("<script>{SCRIPT}</script>");
    whole(&style, &script, &[], analysis)
}

/// The same behind a server whose policy forbids what is inline, and before it whether it can be trusted.
pub(crate) fn live(health: &[Health], analysis: &Analysis) -> String {
    let style = "<link rel=\"stylesheet\" href=\"/lab/page.css\">";
    let script = "<script src=\"/lab/page.js\"></script>";
    whole(style, script, health, analysis)
}

fn whole(style: &str, script: &str, health: &[Health], analysis: &Analysis) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Tillside · experiments · 实验</title>{style}<button type=\"button\">中文 / English</button><h1>{}</h1>",
        both("Experiments", "实验结果")
    );
    if !health.is_empty() {
        state(&mut out, health);
    }
    if analysis.readouts.is_empty() && analysis.interleaved.is_empty() {
        let _ = write!(
            out,
            "<p>{}</p>",
            both(
                "No exposure has been reported yet.",
                "尚未收到任何实验曝光。"
            )
        );
    }
    for readout in &analysis.readouts {
        section(&mut out, readout);
    }
    for one in &analysis.interleaved {
        duel::duel(&mut out, one);
    }
    for (experiment, used) in &analysis.unexposed {
        let _ = write!(
            out,
            "<h2>{}</h2><p class=\"verdict stop\">{}</p>",
            escape(experiment),
            both(
                &format!(
                    "{used} units used a variation, and no exposure has arrived: nothing can be compared."
                ),
                &format!("{used} 个样本使用了分组，但没有收到任何曝光：无法比较。")
            )
        );
    }
    out.push_str(script);
    out.push_str("</html>\n");
    out
}

/// A moment without its seconds.
fn minute(time: &str) -> String {
    let time = time.get(..16).unwrap_or(time);
    time.replacen('T', " ", 1) + " UTC"
}

/// Whether each experiment can be trusted.
fn state(out: &mut String, health: &[Health]) {
    let _ = write!(
        out,
        "<h2>{}</h2><div class=\"scroll\"><table><tr><th>{}</th><th></th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>",
        both("Health", "健康状况"),
        both("experiment", "实验"),
        both("units", "样本数"),
        both("sample ratio, p", "样本比例 p"),
        both("in two variations", "跨组样本"),
        both("exposures lost", "丢失曝光"),
        both("looks", "查看次数"),
        both("last exposure", "最近曝光")
    );
    for one in health {
        let (class, verdict) = match one.sound {
            true => ("better", both("sound", "正常")),
            false => ("stop", both("do not read", "不可解读")),
        };
        let groups = match one.failing {
            0 => String::new(),
            1 => both(", 1 group fails", "，1 个分组异常"),
            groups => both(
                &format!(", {groups} groups fail"),
                &format!("，{groups} 个分组异常"),
            ),
        };
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"verdict {class}\">{verdict}</td><td>{}</td><td>{:.4}{groups}</td><td>{}</td><td>{} / {}</td><td>{}</td><td>{}</td></tr>",
            escape(&one.experiment),
            one.units,
            one.sample_ratio,
            one.dropped,
            one.lost,
            one.used,
            one.peeks,
            minute(&one.last)
        );
    }
    out.push_str("</table></div>");
}

fn section(out: &mut String, readout: &Readout) {
    let _ = write!(
        out,
        "<h2>{}</h2><p class=\"note\">{} – {}</p>",
        escape(&readout.experiment),
        minute(&readout.from),
        minute(&readout.to)
    );
    let (class, text) = verdict(readout.verdict);
    let _ = write!(out, "<p class=\"verdict {class}\">{text}</p>");
    split::failing(out, &readout.sample_ratio);
    let _ = write!(
        out,
        "<div class=\"scroll\"><table><tr><th>{}</th><th>{}</th><th>{}</th></tr>",
        both("variation", "分组"),
        both("units", "样本数"),
        both("planned share", "计划占比")
    );
    for variation in &readout.variations {
        let role = if variation.control {
            both(" (control)", "（对照）")
        } else {
            String::new()
        };
        let name = escape(&variation.name);
        let _ = write!(
            out,
            "<tr><td>{name}{role}</td><td>{}</td><td>{:.1} %</td></tr>",
            variation.units,
            variation.weight * 100.0
        );
    }
    let _ = write!(
        out,
        "</table></div><p class=\"note\">{}</p>",
        both(
            &format!(
                "{} units seen in two variations are left out.",
                readout.dropped
            ),
            &format!("{} 个样本出现在两个分组中，已剔除。", readout.dropped)
        )
    );
    split::tests(out, &readout.sample_ratio);
    if !readout.comparisons.is_empty() {
        comparisons(out, readout);
    }
    if readout.days.len() > 1 {
        let title = both(
            "The first metric from day to day, with the interval that holds at every look",
            "首要指标的逐日变化，阴影为随时有效的置信区间",
        );
        let _ = write!(out, "<h3>{title}</h3>{}", plots::course(&readout.days));
    }
    if !readout.parts.is_empty() {
        parts(out, readout);
    }
    for guardrail in &readout.guardrails {
        let (en, zh) = if guardrail.passed {
            ("held", "达标")
        } else {
            ("not shown to hold", "尚未证明达标")
        };
        let (metric, _) = label(guardrail.metric.name());
        let (_, name) = label(guardrail.metric.name());
        let _ = write!(
            out,
            "<p>{}</p>",
            both(
                &format!(
                    "Guardrail {metric}: not worse by {:.1} %: {en} ({}, p {:.4})",
                    guardrail.margin * 100.0,
                    percent(guardrail.estimate),
                    guardrail.p
                ),
                &format!(
                    "护栏指标 {name}：降幅不超过 {:.1} %：{zh}（{}，p {:.4}）",
                    guardrail.margin * 100.0,
                    percent(guardrail.estimate),
                    guardrail.p
                )
            )
        );
    }
}

/// The first metric by kinds of units.
fn parts(out: &mut String, readout: &Readout) {
    let _ = write!(
        out,
        "<h3>{}</h3><div class=\"scroll\"><table><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>",
        both("The first metric by kind of unit", "首要指标的分维度结果"),
        both("kind", "维度取值"),
        both("units", "样本数"),
        both("difference", "差异"),
        both("at every look", "随时有效区间"),
        both("p, corrected", "校正后 p")
    );
    for part in &readout.parts {
        let value = escape(&part.value);
        let [control, treatment] = part.units;
        let _ = match &part.reading {
            Some(reading) => write!(
                out,
                "<tr><td>{value}</td><td>{control} : {treatment}</td><td>{}</td><td>{} … {}</td><td>{:.4}</td></tr>",
                percent(reading.estimate),
                percent(reading.anytime.low),
                percent(reading.anytime.high),
                part.p_corrected
            ),
            None => write!(
                out,
                "<tr><td>{value}</td><td>{control} : {treatment}</td><td colspan=\"3\">{}</td></tr>",
                both(
                    "not compared: too few, or not as planned",
                    "不作比较：样本太少，或与计划占比不符"
                )
            ),
        };
    }
    out.push_str("</table></div>");
}

fn verdict(verdict: Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::SampleRatioMismatch => (
            "stop",
            both(
                "Stopped: the counts do not fit the planned shares (p &lt; 0.001), of all units or of a group. Exposures are lost or the split is broken, so nothing is compared.",
                "已停止：全部样本或某个分组的样本数与计划占比不符（p &lt; 0.001）。曝光丢失或分流有误，因此不作比较。",
            ),
        ),
        Verdict::NotEnough => (
            "",
            both(
                "Not compared: it takes two variations of at least 8 units each.",
                "暂不比较：需要两个分组，每组至少 8 个样本。",
            ),
        ),
        Verdict::Better => (
            "better",
            both(
                "Better: the interval that holds at every look is above 0.",
                "更好：随时有效的置信区间高于 0。",
            ),
        ),
        Verdict::Worse => (
            "worse",
            both(
                "Worse: the interval that holds at every look is below 0.",
                "更差：随时有效的置信区间低于 0。",
            ),
        ),
        Verdict::Open => (
            "",
            both(
                "Open: no difference is shown yet.",
                "未定：尚未显示出差异。",
            ),
        ),
    }
}

/// A metric's name in English and Chinese.
fn label(metric: &str) -> (&str, &str) {
    match metric {
        "conversion" => ("conversion", "转化率"),
        "revenue" => ("revenue per unit", "人均收入"),
        "orders" => ("orders per unit", "人均订单"),
        "cart" => ("units with a cart", "加购率"),
        "order-value" => ("revenue per order", "客单价"),
        "list-clicks" => ("clicks per recommended list", "推荐列表点击率"),
        other => (other, other),
    }
}

fn comparisons(out: &mut String, readout: &Readout) {
    let _ = write!(
        out,
        "<div class=\"scroll\"><table><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>",
        both("metric", "指标"),
        both("control", "对照"),
        both("variation", "分组"),
        both("difference", "差异"),
        both("at every look", "随时有效区间"),
        both("p, corrected", "校正后 p"),
        both("chance to be better", "胜率")
    );
    for comparison in &readout.comparisons {
        let best = comparison.best();
        let (en, zh) = label(comparison.metric.name());
        let _ = write!(
            out,
            "<tr><td>{} · {}</td><td>{:.4}</td><td>{:.4}</td><td>{}</td><td>{} … {}</td><td>{:.4}</td><td>{:.1} %</td></tr>",
            both(en, zh),
            escape(&comparison.variation),
            comparison.control,
            comparison.treatment,
            percent(best.estimate),
            percent(best.anytime.low),
            percent(best.anytime.high),
            comparison.p_corrected,
            comparison.chance_to_win * 100.0
        );
    }
    let _ = write!(out, "</table></div>{}", plots::forest(&readout.comparisons));
}
