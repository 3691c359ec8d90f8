// SPDX-License-Identifier: MIT
#include "command/validate/validation_page.h"

namespace katago {

const char* const kPageStyle = R"css(
:root { color-scheme: light dark; --page: #f6f6f4; --card: #ffffff; --ink: #1c2024; --soft: #5d6670; --rule: #d9dcdf;
  --bar: #3b76c4; --mark: #c2410c; --good: #187a3c; --bad: #b91c1c; --wood: #e2bd83; --line: #7a5a2b; --heat: #1746a2; }
@media (prefers-color-scheme: dark) { :root { --page: #15181b; --card: #1e2226; --ink: #e6e8ea; --soft: #a0a8b0;
  --rule: #383e44; --bar: #6ea3e8; --mark: #fb923c; --good: #58c684; --bad: #f87171; --wood: #a5834f; --line: #4e3a1b;
  --heat: #123a8c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0 0 .3rem; }
p, dl { margin: .3rem 0; }
.note, dt, figcaption, caption { color: var(--soft); font-size: .875rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 14px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 1rem 0; }
.card, figure { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 12px; margin: 0; }
.tiles b { display: block; font-size: 1.45rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
tr:last-child td { border-bottom: 0; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
td.wrap { white-space: normal; overflow-wrap: anywhere; }
.kept { color: var(--good); } .exceeded { color: var(--bad); font-weight: 600; }
figcaption { min-height: 1.4em; }
svg { display: block; width: 100%; height: auto; }
figure > svg { max-width: 520px; margin: 0 auto; }
svg text { font: 11.5px system-ui, sans-serif; fill: var(--soft); }
svg .label { fill: var(--ink); font-size: 12px; }
.grid { stroke: var(--rule); } .axis { stroke: var(--soft); } .guide { stroke: var(--soft); stroke-dasharray: 4 3; }
.bar { fill: var(--bar); } .bar.marked { fill: var(--mark); } .bar.beyond { fill-opacity: .3; }
.dot { fill: var(--bar); fill-opacity: .5; }
line.mean { stroke: var(--ink); stroke-width: 1.5; } line.p99 { stroke: var(--mark); stroke-width: 1.5; }
svg text.mean { fill: var(--ink); font-weight: 600; } svg text.p99 { fill: var(--mark); font-weight: 600; }
[data-tip]:hover, .picked { stroke: var(--ink); stroke-width: 1.5; }
.board { max-width: 430px; margin: .3rem auto; }
.wood { fill: var(--wood); } .lines { fill: none; stroke: var(--line); } .star { fill: var(--line); }
.black { fill: #16181a; stroke: #000; stroke-width: .6; } .white { fill: #f7f7f4; stroke: #555; stroke-width: .6; }
.last { fill: none; stroke-width: 1.6; } .onblack { stroke: #fff; } .onwhite { stroke: #111; }
.heat { fill: var(--heat); }
svg .coord { font-size: 8.5px; text-anchor: middle; fill: #4a3714; }
svg .share { font-size: 9.5px; font-weight: 700; text-anchor: middle; fill: #fff; stroke: #0a1f4d; stroke-width: 2px;
  paint-order: stroke; pointer-events: none; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 290px), 1fr)); gap: 10px; }
.worst { margin-bottom: 14px; }
@media (max-width: 560px) { main { padding: 10px; } h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
  th, td { padding: .3rem .25rem; font-size: .85rem; } th:first-child, td:first-child { white-space: normal;
  overflow-wrap: anywhere; min-width: 5.5rem; } .card, figure { padding: 8px; } .tiles b { font-size: 1.2rem; } }
details { margin-top: .6rem; } summary { cursor: pointer; }
)css";

// Shows what a bar, point or square stands for in the caption below, for fingers as well as for a mouse.
const char* const kPageScript = R"js(
"use strict";
for (const figure of document.querySelectorAll("figure")) {
  const caption = figure.querySelector("figcaption");
  if (!caption) continue;
  const usual = caption.textContent;
  let picked = null;
  const show = event => {
    const mark = event.target.closest("[data-tip]");
    if (picked) picked.classList.remove("picked");
    picked = mark;
    if (mark) mark.classList.add("picked");
    caption.textContent = mark ? mark.dataset.tip : usual;
  };
  figure.addEventListener("pointerover", show);
  figure.addEventListener("click", show);
  figure.addEventListener("pointerleave", show);
}
document.documentElement.dataset.script = "ready";
)js";

}  // namespace katago
