"""The style sheet of the HTML report: light and dark, a phone and paper. It loads no external resources."""

STYLE = """\
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--fill:#f6f8fa;
--good:#1a7f37;--bad:#cf222e;--warn:#9a6700;--tint-good:#dafbe1;--tint-bad:#ffebe9;--tint-warn:#fff8c5}
@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;
--fill:#161b22;--good:#3fb950;--bad:#ff7b72;--warn:#d29922;--tint-good:#12261e;--tint-bad:#2d1517;--tint-warn:#2a2111}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .75rem}
h2{font-size:1.2rem;margin:2.25rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.25rem 0 .5rem}
h4{font-size:.9rem;margin:.75rem 0 .25rem;color:var(--soft)}
h2,h3,p,li,dd,pre,figcaption,caption{overflow-wrap:anywhere}
td,th{overflow-wrap:break-word}
.table{overflow-x:auto}
.soft,figcaption,caption{color:var(--soft);font-size:.875rem}
caption{text-align:left;padding:0 0 .4rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0}
dt{color:var(--soft)}
dd{margin:0}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.85em}
pre{background:var(--fill);border:1px solid var(--line);border-radius:6px;padding:.75rem;margin:.5rem 0;
white-space:pre-wrap}
pre.wide{white-space:pre;overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:600;border-bottom-width:2px;white-space:nowrap}
td.mono{font-size:.8rem}
tr.gap td{color:var(--soft);text-align:center;background:var(--fill)}
.tag{display:inline-block;font-weight:600;border-radius:1rem;padding:0 .6rem;border:1px solid}
.good{color:var(--good);background:var(--tint-good)}
.bad{color:var(--bad);background:var(--tint-bad)}
.warn{color:var(--warn);background:var(--tint-warn)}
.verdict{border:1px solid var(--line);border-left:5px solid var(--soft);border-radius:6px;padding:.9rem 1.1rem;
margin:1rem 0;background:var(--fill)}
.verdict h3{margin-top:0}
.verdict ul{margin:.25rem 0;padding-left:1.25rem}
.verdict pre{background:var(--paper)}
figure{margin:0;overflow-x:auto}
figure svg{max-width:100%;height:auto;display:block}
figure.broad svg{max-width:none}
ol.course{list-style:none;margin:0;padding:0}
ol.course>li{display:grid;grid-template-columns:4.75rem 1fr;gap:0 .5rem;padding:.15rem 0}
ol.course time{color:var(--soft);font-variant-numeric:tabular-nums;font-size:.875rem}
ol.course pre{grid-column:2;margin:.1rem 0 .35rem;padding:.35rem .6rem;font-size:.8rem}
ol.course pre.failed{border-left:4px solid var(--bad)}
footer{color:var(--soft);font-size:.875rem;padding-top:2rem;padding-bottom:2rem}
@media (max-width:46rem){
body{font-size:15px}
dl{grid-template-columns:1fr;gap:0}
dt{margin-top:.4rem;font-size:.875rem}
}
@media (max-width:1000px){
table,tbody,tr,td{display:block}
thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
tr{border:1px solid var(--line);border-radius:6px;margin:0 0 .75rem;padding:.3rem .1rem}
td{border:0;display:grid;grid-template-columns:7.5rem 1fr;gap:.5rem;padding:.15rem .6rem;
overflow-wrap:anywhere}
td .tag{justify-self:start}
.table{overflow:visible}
td::before{content:attr(data-label);color:var(--soft);font-weight:400;
font-family:system-ui,sans-serif;font-size:.85rem}
td.empty{display:none}
tr.gap td{display:block}
}
@media print{
:root{--paper:#fff;--ink:#000;--soft:#444;--line:#999;--fill:#fff;
--good:#1a7f37;--bad:#b00020;--warn:#7a5200;--tint-good:#fff;--tint-bad:#fff;--tint-warn:#fff}
body{font-size:10pt}
main,header,footer{max-width:none;padding:0}
h2{break-after:avoid}
tr,.verdict,figure{break-inside:avoid}
pre.wide{white-space:pre-wrap}
}"""
