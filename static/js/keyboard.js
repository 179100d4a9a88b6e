// `/` searches, `?` helps, `g` and a letter goes to a page that says so by data-keys.
let waiting = 0;

const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const help = document.getElementById("shortcuts");
  if (event.key === "/") {
    const field = document.querySelector("[data-search]");
    if (field?.checkVisibility()) { event.preventDefault(); field.focus(); field.select(); }
  } else if (event.key === "?") {
    if (help && !help.open) { event.preventDefault(); help.showModal(); }
  } else if (event.key === "g") {
    waiting = Date.now();
  } else if (Date.now() - waiting < 1500) {
    waiting = 0;
    const link = document.querySelector(`[data-keys="g ${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); location.assign(link.href); }
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shortcuts]")) document.getElementById("shortcuts")?.showModal();
});
