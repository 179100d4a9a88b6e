// Plotly draws the charts of a page from the moment on at which somebody points at one: it is 4.8 MB, and a slow phone
// stands still for half a second while it starts. Before that, without scripts and on paper the server's drawing stands,
// which looks the same. Figures come as data alone: colors, fonts and margins are those of the style sheets.
(() => {
  // Plotly makes style elements of its own under these ids, which the policy refuses, unless it finds one: the first is
  // our empty sheet, the second is for maps, which are not drawn here (tests/browser/test_charts.py knows both).
  const SHEETS = ["plotly.js-style-global", "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"];
  const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "", doubleClick: false, scrollZoom: false, showTips: false, showAxisDragHandles: false };
  const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  // A page that scrolls below a mouse at rest is none, nor is a finger that scrolls it.
  const SIGNS_OF_INTEREST = ["pointermove", "click"];
  let plotly;

  // Plotly reads tags and “%{…}” in every text; whatever a person wrote is shown as it is written.
  const plain = (text) => String(text).replace(/[&<>]/g, (sign) => SIGNS[sign]).replaceAll("%{", "%&#123;").replaceAll("\n", "<br>");

  const added = (tag, values) => new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), values);
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(`${element.src || element.href} did not load`)));
    document.head.append(element);
  });

  const load = async (box) => {
    document.head.append(Object.assign(document.createElement("meta"), { id: SHEETS[1] }));
    await added("link", { rel: "stylesheet", id: SHEETS[0], href: box.dataset.sheet });
    await added("script", { src: box.dataset.script });
    return globalThis.Plotly;
  };

  // A token may differ by theme, so an element has to wear it to know it.
  const colorsOf = (box) => {
    const probe = box.appendChild(document.createElement("i"));
    const found = {};
    for (const name of ["info", "ink", "ink-2", "line", "line-strong", "attention", "raised"]) {
      probe.style.color = `var(--${name})`;
      found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return found;
  };

  const faint = (color) => color.replace("rgb(", "rgba(").replace(")", ", 0.14)");

  const traceOf = (trace, color) => {
    const dresses = {
      figures: { cliponaxis: false, line: { color: color.info, width: 1.75 }, marker: { color: color.info, size: 6 }, error_y: { ...trace.error_y, color: color.info, thickness: 1.75, width: 0 } },
      band: { line: { width: 0 }, fillcolor: faint(color.info) },
      limit: { line: { ...trace.line, color: color["ink-2"], width: 1.25 } },
      trend: { line: { ...trace.line, color: color["ink-2"], width: 1.5, dash: "7px,5px" } },
    };
    return { ...trace, ...dresses[trace.meta], showlegend: false, name: plain(trace.name ?? ""), hovertext: trace.hovertext?.map(plain) };
  };

  const layoutOf = (layout, box, color) => {
    const style = getComputedStyle(box);
    const font = { family: style.fontFamily, size: parseFloat(style.fontSize), color: color["ink-2"] };
    const axis = { fixedrange: true, zeroline: false, showline: false, ticks: "", tickangle: 0, tickfont: font };
    const texts = (one) => ({ ...one, ticktext: one.ticktext.map(plain) });
    return {
      width: box.clientWidth,
      height: box.clientHeight,
      margin: { l: parseFloat(style.paddingLeft), r: parseFloat(style.paddingRight), t: parseFloat(style.paddingTop), b: parseFloat(style.paddingBottom), pad: 0, autoexpand: false },
      paper_bgcolor: "rgba(0, 0, 0, 0)",
      plot_bgcolor: "rgba(0, 0, 0, 0)",
      font,
      showlegend: false,
      dragmode: false,
      hovermode: "x",
      hoverdistance: -1,
      hoverlabel: { align: "left", bgcolor: color.raised, bordercolor: color["line-strong"], font: { ...font, color: color.ink }, namelength: -1 },
      xaxis: { ...axis, ...texts(layout.xaxis), showgrid: false, showline: true, linecolor: color.line, mirror: true, ticklabelstandoff: 6 }, // lines across at both ends, which a grid leaves out
      yaxis: { ...axis, ...texts(layout.yaxis), gridcolor: color.line, ticklabelstandoff: 6 },
      shapes: layout.shapes?.map((one) => ({ ...one, line: { color: color.attention, width: 1.25, dash: "3px,3px" } })) ?? [],
      annotations: layout.annotations?.map((one) => ({ ...one, text: plain(one.text), font, borderpad: 1 })) ?? [],
    };
  };

  const draw = async (box) => {
    const figure = JSON.parse(box.querySelector('script[type="application/json"]').textContent);
    const drawing = await (plotly ??= load(box));
    if (!box.isConnected) return;
    const color = colorsOf(box);
    const place = box.querySelector(".chart-drawn") || box.appendChild(Object.assign(document.createElement("div"), { className: "chart-drawn" }));
    await drawing.react(place, figure.data.map((trace) => traceOf(trace, color)), layoutOf(figure.layout, box, color), CONFIG);
    box.dataset.drawn = "";
  };

  // Whatever fails, the server's drawing is still there.
  const tryToDraw = (box) => draw(box).catch((error) => console.warn(`A chart is not drawn anew: ${error.message}`));

  // As soon as it is near the window, drawing one takes little time.
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries)
      if (isIntersecting) { near.unobserve(target); tryToDraw(target); sizes.observe(target); }
  }, { rootMargin: "200px" });

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const place = target.querySelector(".chart-drawn");
      if (target.dataset.drawn !== undefined && target.clientWidth && place.layout.width !== target.clientWidth) tryToDraw(target);
    }
  });

  const watch = (part) => { for (const box of part.querySelectorAll("[data-chart]:not([data-watched])")) { box.dataset.watched = ""; near.observe(box); } };
  const again = () => document.querySelectorAll("[data-chart][data-drawn]").forEach(tryToDraw);

  const begin = (event) => {
    if (!event.target.closest?.("[data-chart]") || (event.type === "pointermove" && event.pointerType === "touch")) return;
    for (const one of SIGNS_OF_INTEREST) document.removeEventListener(one, begin);
    watch(document);
    document.addEventListener("htmx:afterSettle", () => watch(document));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  };
  for (const one of SIGNS_OF_INTEREST) document.addEventListener(one, begin, { passive: true });
})();
