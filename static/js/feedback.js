// What the page says back: announcements of swaps, toasts, the clipboard, menus that close.
const announcements = document.getElementById("announcements");
const toasts = document.getElementById("toasts");

const announce = (words) => {
  if (!announcements || !words) return;
  announcements.textContent = "";
  requestAnimationFrame(() => { announcements.textContent = words; });
};

const showToast = (words, tone = "info") => {
  const row = document.createElement("li");
  row.className = `toast ${tone}`;
  row.dataset.toast = "";
  const text = document.createElement("span");
  text.textContent = words;
  row.append(document.createElement("span"), text);
  toasts?.append(row);
  fade(row);
};

const fade = (row) => { if (!row.matches(".error, .bad, .warning")) setTimeout(() => row.remove(), 8000); };

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-toast]").forEach(fade));

document.addEventListener("click", async (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest("[data-toast]").remove();

  const printing = event.target.closest("[data-print]");
  if (printing) { event.preventDefault(); print(); }

  const copy = event.target.closest("[data-copy]");
  if (copy) {
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(copy.dataset.copy);
      copy.dataset.done = "";
      announce("Copied");
      setTimeout(() => delete copy.dataset.done, 1500);
    } catch { showToast("The browser did not allow copying. Select the text instead.", "warning"); }
  }

  for (const menu of document.querySelectorAll("[data-menu][open]"))
    if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});

// A swapped part says its own name: its label or first heading, else those of the section it stands in.
const nameOf = (part) => {
  const section = part.closest("[aria-labelledby]");
  const heading = part.querySelector("h1, h2, h3, caption") || (section && document.getElementById(section.getAttribute("aria-labelledby")));
  return part.getAttribute("aria-label") || heading?.textContent.trim();
};

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  if (!(part instanceof Element) || part.closest(".count, #toasts, [data-quiet]")) return;
  document.querySelectorAll("#toasts [data-toast]:not([data-seen])").forEach((row) => { row.dataset.seen = ""; fade(row); });
  const focus = part.querySelector("[data-focus]");
  if (focus) focus.focus();
  const name = nameOf(part);
  if (part.dataset.announce || name) announce(part.dataset.announce || `${name}: updated`);
});

// A refusal that no form shows itself comes as one marked sentence: said as a toast, nothing is swapped.
document.addEventListener("htmx:beforeSwap", (event) => {
  const text = (event.detail.serverResponse || "").trimStart();
  // A whole page is never put into a part: the session ended and this is the sign-in, so go there.
  if (/^<!doctype/i.test(text) && event.detail.xhr.status < 300 && !event.detail.requestConfig.elt.closest("[hx-select]")) {
    event.detail.shouldSwap = false;
    location.assign(event.detail.xhr.responseURL);
    return;
  }
  if (!text.startsWith('<p role="alert" data-refused')) return;
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  showToast(new DOMParser().parseFromString(text, "text/html").body.textContent.trim(), "attention");
});

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  const words = { 401: "You are signed out. Sign in again; nothing was changed.", 403: "You may not do this. Nothing was changed.", 404: "This is no longer there. Reload the page.", 429: "Too many tries. Wait a minute, then try again." };
  showToast(words[status] || "The server could not answer. Nothing was lost; try again.", "bad");
});
document.addEventListener("htmx:sendError", () => showToast("The server cannot be reached. What you typed is still here.", "bad"));
