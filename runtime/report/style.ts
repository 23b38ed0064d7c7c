/** The report's style sheet: light and dark by the reader's setting, readable at 360 px, printable. */

export const style = `
:root { color-scheme: light dark; --page: #f9f9f7; --card: #fcfcfb; --ink: #0b0b0b; --soft: #52514e; --mute: #75736c; --line: #e1e0d9; --rule: #c3c2b7;
  --good: #006300; --bad: #b3261e; --good-wash: #e6f3e6; --bad-wash: #fbe9e7;
  --c0: #2a78d6; --c1: #1baf7a; --c2: #eda100; --c3: #008300; --c4: #4a3aa7; --c5: #e34948; --c6: #e87ba4; --c7: #eb6834; }
@media (prefers-color-scheme: dark) { :root { --page: #0d0d0d; --card: #1a1a19; --ink: #fff; --soft: #c3c2b7; --mute: #98968e; --line: #2c2c2a; --rule: #4a4945;
  --good: #3fc46b; --bad: #ff8a80; --good-wash: #10301a; --bad-wash: #3a1613;
  --c0: #3987e5; --c1: #199e70; --c2: #c98500; --c3: #30a830; --c4: #9085e9; --c5: #e66767; --c6: #d55181; --c7: #d95926; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 0 0 .75rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .4rem 0; } .lead { color: var(--soft); margin: 0 0 1.25rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem; margin: 0 0 1rem; }
.verdict { display: inline-block; padding: .1rem .55rem; border-radius: 1rem; font-weight: 600; white-space: nowrap; font-size: .92em; }
.met { color: var(--good); background: var(--good-wash); } .missed { color: var(--bad); background: var(--bad-wash); }
.formula { overflow-x: auto; padding: .25rem 0; } .formula math { font-size: 1.12rem; } mtable { text-align: left; }
pre { margin: 0; overflow-x: auto; font: .84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; } code { font: .9em ui-monospace, Menlo, Consolas, monospace; }
.block { position: relative; border: 1px solid var(--line); border-radius: 8px; padding: .6rem .75rem; margin: .5rem 0; background: var(--page); }
.copy { float: right; font: inherit; font-size: .8rem; color: var(--soft); background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: .1rem .6rem; cursor: pointer; margin-left: .5rem; }
.source { counter-reset: line; } .source .l { counter-increment: line; display: block; padding-left: 3rem; position: relative; white-space: pre; min-height: 1.5em; }
.source .l::before { content: counter(line); position: absolute; left: 0; width: 2.2rem; text-align: right; color: var(--mute); user-select: none; } .comment { color: var(--mute); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { text-align: right; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; } th:first-child, td.t, table.facts td { text-align: left; } tbody th { font-weight: 400; } thead th { color: var(--soft); font-weight: 600; }
table.facts { width: 100%; } table.facts td { white-space: normal; overflow-wrap: anywhere; } table.facts th { vertical-align: top; color: var(--soft); padding-right: 1.25rem; }
dl { margin: 0; display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; } .because, .note { color: var(--mute); font-size: .9rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem; } .scroll + .grid, details + .grid { margin-top: 1.25rem; } figure { margin: 0 0 1rem; min-width: 0; } figcaption { font-weight: 600; margin-bottom: .4rem; font-size: .95rem; }
.plot { position: relative; margin: .5rem .5rem 2.4rem 3.6rem; height: 14rem; } .square .plot { height: auto; aspect-ratio: 1; max-width: 24rem; }
.plot svg { display: block; width: 100%; height: 100%; overflow: visible; } .plot path { fill: none; vector-effect: non-scaling-stroke; } path.grid { stroke: var(--line); stroke-width: 1; }
.line { stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; } .noise { stroke-width: 1; stroke-opacity: .35; } .dots { stroke-width: 6; stroke-linecap: round; stroke-opacity: .75; } .dots.small { stroke-width: 4; stroke-opacity: .6; } path.bound { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 5 4; }
.ticks-y span { position: absolute; right: calc(100% + .5rem); transform: translateY(50%); } .ticks-x { position: absolute; left: 0; right: 0; top: 100%; } .ticks-x span { position: absolute; top: .35rem; transform: translateX(-50%); }
.ticks-x, .ticks-y, .x-label { font-size: .78rem; color: var(--mute); font-variant-numeric: tabular-nums; white-space: nowrap; } .x-label { position: absolute; right: 0; bottom: -2.6rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: 0 0 .5rem; padding: 0; font-size: .88rem; color: var(--soft); } .key { display: inline-block; vertical-align: middle; margin-right: .4rem; width: 1.1rem; height: 0; border-top: 3px solid; border-radius: 2px; } .key.dot { width: .6rem; height: .6rem; border: 0; border-radius: 50%; background: currentColor; }
.c0 { stroke: var(--c0); color: var(--c0); } .c1 { stroke: var(--c1); color: var(--c1); } .c2 { stroke: var(--c2); color: var(--c2); } .c3 { stroke: var(--c3); color: var(--c3); } .c4 { stroke: var(--c4); color: var(--c4); } .c5 { stroke: var(--c5); color: var(--c5); } .c6 { stroke: var(--c6); color: var(--c6); } .c7 { stroke: var(--c7); color: var(--c7); }
.images { display: grid; grid-template-columns: repeat(auto-fill, minmax(56px, 1fr)); gap: 4px; } .images img, .heatmap { width: 100%; image-rendering: pixelated; border-radius: 3px; display: block; } .heatmap { max-width: 28rem; min-height: 1.5rem; } .ramp { display: flex; gap: .5rem; align-items: center; max-width: 28rem; margin-top: .4rem; font-size: .78rem; color: var(--mute); } .ramp img { flex: 1; width: 0; min-width: 0; height: .6rem; border-radius: 3px; }
details { margin: .25rem 0; } summary { cursor: pointer; color: var(--soft); font-size: .9rem; } .warning { border-left: 3px solid var(--c2); padding-left: .75rem; }
@media (max-width: 30rem) { main { padding: 1rem .6rem 3rem; } section { padding: .8rem .7rem; } .plot { margin-left: 3rem; height: 11rem; } dl { grid-template-columns: 1fr; gap: .1rem; } dd { margin-bottom: .5rem; } .source .l { padding-left: 2.2rem; } .source .l::before { width: 1.5rem; } }
@media print { body { background: none; } section { break-inside: avoid; } .copy { display: none; } }
`;

/** The only script: a button that copies a block. Everything can be read without it. */
export const script = `
for (const b of document.querySelectorAll('.copy')) { b.hidden = !navigator.clipboard; b.onclick = async () => {
  await navigator.clipboard.writeText(b.parentElement.querySelector('pre').textContent); b.textContent = 'Copied'; setTimeout(() => { b.textContent = 'Copy'; }, 1500); }; }
`;
