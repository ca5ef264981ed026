// The least of style that a widget needs to be used; colours, type and room are the shop's, by `::part`.
// @ts-check

const CSS = `
:host { display: block; box-sizing: border-box; }
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
h2, h3, p, ul, fieldset { margin: 0; padding: 0; border: 0; min-inline-size: 0; }
h2 { font-size: 1.15em; }
h3 { font-size: 1em; }
ul { list-style: none; }
a { color: inherit; }
img { display: block; max-inline-size: 100%; block-size: auto; }
button, a[part~="button"] { font: inherit; color: inherit; min-block-size: 44px; cursor: pointer; }
a[part~="button"] { display: inline-flex; align-items: center; }
[part~="quiet"] { opacity: 0.8; font-size: 0.9em; }
[part~="time"] { font-variant-numeric: tabular-nums; }
[part~="answers"] { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; }
[part~="head"] { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; }
[part~="card"] { display: flex; align-items: center; gap: 14px; }
[part~="body"] { flex: 1; min-inline-size: 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 2px; }
[part~="set"] { display: flex; flex-wrap: wrap; align-items: center; gap: 12px; }
[part~="items"] { display: flex; flex-wrap: wrap; gap: 14px; }
[part~="item"] { display: grid; gap: 4px; align-content: start; inline-size: 130px; overflow-wrap: anywhere; }
[part~="note"] { min-block-size: 1.5em; }
[part~="standing"], [part~="survey"], [part~="store"], [part~="live"], [part~="knowledge"], [part~="group"], [part~="bundle"] { display: grid; grid-template-columns: minmax(0, 1fr); gap: 10px; align-content: start; }
[part~="store"] [part~="answers"] { margin-block-start: auto; }
[part~="progress"] { inline-size: 100%; block-size: 12px; }
[part~="scale"] { display: flex; flex-wrap: wrap; gap: 8px 18px; }
[part~="mark"] { display: inline-flex; align-items: center; gap: 6px; min-block-size: 44px; }
[part~="where"] { display: flex; flex-wrap: wrap; gap: 2px 14px; }
[part~="rooms"] { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)); gap: 14px; }
[part~="room"] { display: grid; grid-template-columns: 84px minmax(0, 1fr); column-gap: 14px; align-items: center; text-decoration: none; }
[part~="room"] [part~="picture"] { display: block; grid-row: span 3; aspect-ratio: 1; }
[part~="badge"] { justify-self: start; }
[part~="fact"] { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 12px; align-items: start; }
summary { display: flex; justify-content: space-between; gap: 12px; min-block-size: 32px; align-items: center; cursor: pointer; overflow-wrap: anywhere; }
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

/** A sheet of its own needs no leave of the page's policy, as a style in markup would. @param {ShadowRoot} root */
export function dress(root) {
  if (!("adoptedStyleSheets" in root)) return;
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
}
