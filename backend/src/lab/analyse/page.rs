//! The read-out as a page of its own: no file, no network, both languages, plots as inline SVG.

use std::fmt::Write;

use super::health::Health;
use super::interleaving::{Comparison as Duel, Preference};
use super::readout::{Comparison, Day, Readout, Verdict};

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
.scroll{overflow-x:auto}.scroll th,.scroll td{white-space:nowrap}
";

pub(crate) const SCRIPT: &str = "
const root = document.documentElement;
if (navigator.language.startsWith('zh')) root.lang = 'zh';
document.querySelector('button').onclick = () => (root.lang = root.lang === 'en' ? 'zh' : 'en');
";

/// A page of all read-outs, of one file.
pub fn html(readouts: &[Readout], interleaved: &[Duel]) -> String {
    let style = format!("<style>{STYLE}</style>");
    let script = format!("<script>{SCRIPT}</script>");
    whole(&style, &script, &[], readouts, interleaved)
}

/// The same behind a server whose policy forbids what is inline, and before it whether it can be trusted.
pub(crate) fn live(health: &[Health], readouts: &[Readout], interleaved: &[Duel]) -> String {
    let style = "<link rel=\"stylesheet\" href=\"/lab/page.css\">";
    let script = "<script src=\"/lab/page.js\"></script>";
    whole(style, script, health, readouts, interleaved)
}

fn whole(
    style: &str,
    script: &str,
    health: &[Health],
    readouts: &[Readout],
    interleaved: &[Duel],
) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Tillside · experiments · 实验</title>{style}<button type=\"button\">中文 / English</button><h1>{}</h1>",
        both("Experiments", "实验结果")
    );
    if !health.is_empty() {
        state(&mut out, health);
    }
    if readouts.is_empty() && interleaved.is_empty() {
        let _ = write!(
            out,
            "<p>{}</p>",
            both(
                "No exposure has been reported yet.",
                "尚未收到任何实验曝光。"
            )
        );
    }
    for readout in readouts {
        section(&mut out, readout);
    }
    for one in interleaved {
        duel(&mut out, one);
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
        let days = match one.bad_days {
            0 => String::new(),
            1 => both(", 1 day off", "，1 天异常"),
            days => both(&format!(", {days} days off"), &format!("，{days} 天异常")),
        };
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"verdict {class}\">{verdict}</td><td>{}</td><td>{:.4}{days}</td><td>{}</td><td>{} / {}</td><td>{}</td><td>{}</td></tr>",
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
        "</table></div><p class=\"note\">{} p = {:.4}. {}</p>",
        both("Sample ratio:", "样本比例检验："),
        readout.sample_ratio.p,
        both(
            &format!(
                "{} units seen in two variations are left out.",
                readout.dropped
            ),
            &format!("{} 个样本出现在两个分组中，已剔除。", readout.dropped)
        )
    );
    if !readout.comparisons.is_empty() {
        comparisons(out, readout);
    }
    if readout.days.len() > 1 {
        let title = both(
            "The first metric from day to day, with the interval that holds at every look",
            "首要指标的逐日变化，阴影为随时有效的置信区间",
        );
        let _ = write!(out, "<h3>{title}</h3>{}", course(&readout.days));
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

/// Two rankers in one list.
fn duel(out: &mut String, one: &Duel) {
    let (control, treatment) = (escape(&one.control), escape(&one.treatment));
    let (class, text) = match one.preferred {
        Preference::Treatment => (
            "better",
            both(
                &format!("{treatment} is better."),
                &format!("{treatment} 更好。"),
            ),
        ),
        Preference::Control => (
            "worse",
            both(
                &format!("{control} is better."),
                &format!("{control} 更好。"),
            ),
        ),
        Preference::Open => (
            "",
            both(
                "Open: neither is shown to be better yet.",
                "未定：尚未显示出哪个更好。",
            ),
        ),
    };
    let tally = &one.tally;
    let _ = write!(
        out,
        "<h2>{}</h2><p class=\"note\">{} · {} – {}</p><p class=\"verdict {class}\">{text}</p>",
        escape(&one.experiment),
        both("two rankers in one list", "两种排序同列对比"),
        one.from,
        one.to
    );
    let decided = (tally.wins + tally.losses).max(1) as f64;
    let x = |share: f64| 60.0 + share * 640.0;
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 720 96\" role=\"img\"><rect x=\"60\" y=\"30\" width=\"{:.1}\" height=\"20\" fill=\"var(--mark)\"/>\
         <rect x=\"{:.1}\" y=\"30\" width=\"{:.1}\" height=\"20\" fill=\"var(--open)\" opacity=\".5\"/>\
         <line x1=\"380\" x2=\"380\" y1=\"22\" y2=\"70\" stroke=\"var(--line)\"/>\
         <line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"62\" y2=\"62\" stroke=\"var(--mark)\" stroke-width=\"3\"/>\
         <text x=\"60\" y=\"20\">{treatment} {}</text><text x=\"700\" y=\"20\" text-anchor=\"end\">{control} {}</text>\
         <text x=\"360\" y=\"88\">50 %</text></svg>",
        640.0 * tally.wins as f64 / decided,
        x(tally.wins as f64 / decided),
        640.0 * tally.losses as f64 / decided,
        x(one.interval.low),
        x(one.interval.high),
        tally.wins,
        tally.losses
    );
    let numbers = format!(
        "{:.2} % [{:.2} %, {:.2} %], p {:.4}",
        one.share * 100.0,
        one.interval.low * 100.0,
        one.interval.high * 100.0,
        one.p
    );
    let _ = write!(
        out,
        "<p>{}</p>",
        both(
            &format!(
                "{treatment} wins {numbers} of decided visits, at every look. {} lists of {} units, {} of them with a difference; {} visits undecided.",
                one.lists, one.units, one.competitive, tally.ties
            ),
            &format!(
                "{treatment} 在有胜负的访问中胜率为 {numbers}（随时有效）。共 {} 个列表、{} 个样本，其中 {} 个列表两种排序有差异；{} 次访问未分胜负。",
                one.lists, one.units, one.competitive, tally.ties
            )
        )
    );
}

fn verdict(verdict: Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::SampleRatioMismatch => (
            "stop",
            both(
                "Stopped: the counts do not fit the planned shares (p &lt; 0.001). Exposures are lost or the split is broken, so nothing is compared.",
                "已停止：各组样本数与计划占比不符（p &lt; 0.001）。曝光丢失或分流有误，因此不作比较。",
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
    let _ = write!(out, "</table></div>{}", forest(&readout.comparisons));
}

/// Relative differences with their intervals, one under another.
fn forest(comparisons: &[Comparison]) -> String {
    let reach = comparisons
        .iter()
        .map(|one| one.best().anytime)
        .fold(0.01, |reach: f64, interval| {
            reach.max(interval.low.abs()).max(interval.high.abs())
        });
    let reach = reach.min(2.0);
    let x = |share: f64| 440.0 + (share / reach).clamp(-1.0, 1.0) * 260.0;
    let height = 34 * comparisons.len() + 30;
    let mut out = format!(
        "<svg viewBox=\"0 0 720 {height}\" role=\"img\"><line x1=\"440\" x2=\"440\" y1=\"0\" y2=\"{}\" stroke=\"var(--line)\"/>",
        height - 22
    );
    for (row, one) in comparisons.iter().enumerate() {
        let y = 20 + 34 * row;
        let best = one.best();
        let colour = match () {
            () if best.anytime.low > 0.0 => "var(--good)",
            () if best.anytime.high < 0.0 => "var(--bad)",
            () => "var(--open)",
        };
        let (en, zh) = label(one.metric.name());
        let name = escape(&one.variation);
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{}\" lang=\"en\">{en} · {name}</text><text x=\"0\" y=\"{}\" lang=\"zh\">{zh} · {name}</text>\
             <line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"7\" opacity=\".55\"/>\
             <circle cx=\"{:.1}\" cy=\"{y}\" r=\"4.5\" fill=\"{colour}\"/>",
            y + 4,
            y + 4,
            x(best.anytime.low),
            x(best.anytime.high),
            x(best.interval.low),
            x(best.interval.high),
            x(best.estimate),
        );
    }
    let y = height - 6;
    let _ = write!(
        out,
        "<text x=\"180\" y=\"{y}\">{}</text><text x=\"434\" y=\"{y}\">0</text><text x=\"660\" y=\"{y}\">{}</text></svg>",
        percent(-reach),
        percent(reach)
    );
    out
}

/// The estimate and its interval over days.
fn course(days: &[Day]) -> String {
    let last = &days[days.len() - 1];
    // The first days are wide; the scale is that of the last, with room.
    let reach = (last.anytime.high - last.anytime.low)
        .max(last.estimate.abs())
        .clamp(0.005, 4.0)
        * 1.5;
    let x = |at: usize| 60.0 + at as f64 / (days.len() - 1) as f64 * 640.0;
    let y = |share: f64| 110.0 - (share / reach).clamp(-1.0, 1.0) * 95.0;
    let mut band = String::new();
    let mut line = String::new();
    for (at, day) in days.iter().enumerate() {
        let _ = write!(band, "{:.1},{:.1} ", x(at), y(day.anytime.high));
        let _ = write!(line, "{:.1},{:.1} ", x(at), y(day.estimate));
    }
    for (at, day) in days.iter().enumerate().rev() {
        let _ = write!(band, "{:.1},{:.1} ", x(at), y(day.anytime.low));
    }
    format!(
        "<svg viewBox=\"0 0 720 240\" role=\"img\"><line x1=\"60\" x2=\"700\" y1=\"110\" y2=\"110\" stroke=\"var(--line)\"/>\
         <polygon points=\"{band}\" fill=\"var(--mark)\" opacity=\".18\"/>\
         <polyline points=\"{line}\" fill=\"none\" stroke=\"var(--mark)\" stroke-width=\"2\"/>\
         <text x=\"0\" y=\"20\">{}</text><text x=\"40\" y=\"114\">0</text><text x=\"0\" y=\"208\">{}</text>\
         <text x=\"60\" y=\"232\">{}</text><text x=\"630\" y=\"232\">{}</text></svg>",
        percent(reach),
        percent(-reach),
        days[0].day,
        last.day
    )
}
