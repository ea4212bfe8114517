/** Colours that text is written in, and those it stands on. A test holds each pair to WCAG's contrast AA. */
export const PALETTES = {
  light: {
    ground: '#ffffff',
    raised: '#f5f6f8',
    line: '#d5d9df',
    text: '#1c2024',
    quiet: '#59616b',
    link: '#0b5cad',
    good: '#176b34',
    bad: '#b3202c',
    care: '#805500',
    'good-ground': '#e9f6ed',
    'bad-ground': '#fdeeee',
    'care-ground': '#fdf4dd',
  },
  dark: {
    ground: '#14171a',
    raised: '#1d2125',
    line: '#3a4149',
    text: '#e4e7ea',
    quiet: '#a0a8b1',
    link: '#7cb4f5',
    good: '#6cc98a',
    bad: '#ff8f8f',
    care: '#e5b454',
    'good-ground': '#16271c',
    'bad-ground': '#301a1c',
    'care-ground': '#2b2413',
  },
} as const;

function variables(palette: Readonly<Record<string, string>>): string {
  return Object.entries(palette)
    .map(([name, color]) => `--${name}:${color};`)
    .join('');
}

/** Nothing but this may style the page. */
export const STYLE = `
:root{${variables(PALETTES.light)}}
@media (prefers-color-scheme:dark){:root{${variables(PALETTES.dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
main{max-width:58rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
p,ul,ol,pre,table{margin:.5rem 0}
ul,ol{padding-left:1.4rem}
li{margin:.25rem 0}
h1{font-size:1.5rem;line-height:1.3;margin:.1rem 0 .4rem}
h2{font-size:1.2rem;margin:2.5rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:0 0 .25rem}
a{color:var(--link);text-underline-offset:.15em}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
code{unicode-bidi:isolate}
pre code{font-size:inherit}
pre{background:var(--raised);padding:.6rem .75rem;border-radius:4px;white-space:pre-wrap;font-size:.8125rem;line-height:1.45}
pre.excerpt{white-space:pre;overflow-x:auto;overflow-wrap:normal}
.caret{color:var(--bad);font-weight:bold}
.unseen{visibility:hidden}
.text{white-space:pre-line}
.small{color:var(--quiet);font-size:.875rem}
.verdict{padding:1rem 1.25rem;border-left:6px solid;border-radius:4px}
.verdict>*{color:var(--text)}
.verdict .result{font-weight:700;margin:0;font-size:1.05rem}
.verdict .title{margin:0 0 .5rem;color:var(--quiet)}
.verdict .subject{margin:0;color:var(--quiet);font-size:.875rem}
.verdict.good{background:var(--good-ground);border-color:var(--good)}
.verdict.bad{background:var(--bad-ground);border-color:var(--bad)}
.verdict.unknown{background:var(--care-ground);border-color:var(--care)}
.verdict.good .result,.good{color:var(--good)}
.verdict.bad .result,.bad{color:var(--bad)}
.verdict.unknown .result,.care{color:var(--care)}
.subject span+span::before,.facts span+span::before{content:"· ";color:var(--quiet)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1rem 0 0;padding:0;font-size:.9375rem}
nav li{margin:0}
.told{list-style:none;padding-left:0}
.told>li{margin:.4rem 0}
.told ul{margin:.15rem 0;font-size:.9375rem}
.care{font-weight:700}
#to-do h2{margin-top:1.5rem}
.places{font-size:.875rem;display:block}
article{margin:1.25rem 0}
.migration,.test,.finding{padding-left:1rem;border-left:3px solid var(--line)}
.finding.block,.stopped{border-color:var(--bad)}
.finding.warn{border-color:var(--care)}
.severity{font-size:.8125rem;font-weight:600;padding:.05rem .45rem;border-radius:4px;background:var(--raised);color:var(--quiet)}
.block .severity{background:var(--bad-ground);color:var(--bad)}
.warn .severity{background:var(--care-ground);color:var(--care)}
.facts,.migration>.small,.finding>.small{margin:.1rem 0}
.facts{font-size:.9375rem}
.facts span{display:inline-block}
.place{margin:.75rem 0}
.place p{margin:.25rem 0}
.where a code,h3 a code{color:inherit}
.labelled,.object{display:grid;grid-template-columns:9.5rem minmax(0,1fr);gap:0 1rem;margin:.4rem 0}
.object{grid-template-columns:minmax(8rem,18rem) minmax(0,1fr);padding:.5rem 0;border-bottom:1px solid var(--line)}
.object:last-child{border-bottom:0}
.labelled>*>:first-child,.object>*>:first-child{margin-top:0}
.label{margin:0;color:var(--quiet);font-size:.9375rem}
.labelled ul,.object ul{padding-left:0;list-style:none;margin:0}
.labelled li,.object li{margin:0 0 .15rem}
.object h3{font-weight:600}
.change{display:block;font-weight:400;font-size:.875rem;color:var(--quiet)}
.diff{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.8125rem}
.diff li{padding-left:1.2em;text-indent:-1.2em;unicode-bidi:isolate}
.diff .added,.change.added{color:var(--good)}
.diff .dropped,.change.dropped{color:var(--bad)}
.diff .changed,.change.changed{color:var(--care)}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;color:var(--quiet)}
th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--quiet)}
.print th{color:var(--quiet);width:9.5rem}
summary{cursor:pointer;color:var(--link);font-size:.9375rem;padding:.25rem 0}
.tail{max-height:28rem;overflow:auto;display:flex;flex-direction:column-reverse}
.place,.migration{content-visibility:auto;contain-intrinsic-size:auto 9rem}
:target{scroll-margin-top:1rem;outline:2px solid var(--link);outline-offset:4px;border-radius:2px}
section:target{outline:0}
@media (max-width:40rem){
main{padding:1rem 1rem 3rem}
h1{font-size:1.25rem}
.labelled,.object{grid-template-columns:minmax(0,1fr)}
.print th{width:7rem}
.migration,.test,.finding{padding-left:.75rem}
}
@media print{
:root{${variables(PALETTES.light)}font-size:9.5pt}
main{max-width:none;padding:0}
pre,.diff{font-size:7.5pt}
pre,.verdict{border:1px solid var(--line)}
.verdict{border-left-width:6px}
nav{display:none}
.place,.migration{content-visibility:visible}
details::details-content{content-visibility:visible;block-size:auto}
.tail{max-height:none}
h2,h3,summary{break-after:avoid}
.place,.object,tr{break-inside:avoid}
}
`;

/** SHA-256 of STYLE for the page's policy; a test says the right one when STYLE has changed. */
export const STYLE_HASH = 'sha256-Yt9Qg4cCX++JMV+ytBPUiv90vzxggN1Z7LywOSfYQJ8=';
