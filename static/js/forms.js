// Nothing typed is lost, nothing is sent twice, an error is where the eye is.
const guarded = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) guarded.add(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  guarded.delete(form);
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent !== undefined) { event.preventDefault(); return; }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back with the browser's back button shows the page as it was: sendable again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

addEventListener("beforeunload", (event) => { if ([...guarded].some((form) => form.isConnected)) event.preventDefault(); });

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-guard]");
  if (form && event.detail.successful) guarded.delete(form);
});

document.addEventListener("click", (event) => { if (event.target.closest('[aria-disabled="true"]')) event.preventDefault(); });

document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
