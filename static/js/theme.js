// Runs in the head, before the first paint, so that a chosen theme does not flash.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  const read = () => { try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; } };
  const apply = (choice) => {
    if (choice === "auto") delete root.dataset.theme; else root.dataset.theme = choice;
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  };
  apply(read());
  document.addEventListener("DOMContentLoaded", () => apply(read()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try { localStorage.setItem("theme", button.dataset.themeChoice); } catch { /* private windows may refuse: the choice then lasts for this page */ }
    apply(button.dataset.themeChoice);
  });
  addEventListener("storage", (event) => { if (event.key === "theme") apply(read()); });
})();
