// Line numbers beside a story's text; lines that the check found wrong are marked, and its links lead to them.
const box = document.querySelector("[data-editor]");

if (box) {
  const frame = box.closest("[data-editor-frame]");
  const lines = document.createElement("pre");
  lines.className = "editor-lines";
  lines.setAttribute("aria-hidden", "true");
  frame.prepend(lines);

  const wrong = () => new Set([...document.querySelectorAll("#story-check [data-line]")].map((row) => Number(row.dataset.line)));

  const draw = () => {
    const marked = wrong();
    const count = box.value.split("\n").length;
    const rows = document.createDocumentFragment();
    for (let number = 1; number <= count; number++) {
      const row = document.createElement("span");
      row.textContent = `${number}\n`;
      if (marked.has(number)) row.className = "wrong";
      rows.append(row);
    }
    lines.replaceChildren(rows);
    follow();
  };

  const follow = () => { lines.scrollTop = box.scrollTop; };

  const goTo = (number) => {
    const before = box.value.split("\n").slice(0, number - 1);
    const start = before.reduce((sum, line) => sum + line.length + 1, 0);
    const end = box.value.indexOf("\n", start);
    box.focus();
    box.setSelectionRange(start, end < 0 ? box.value.length : end);
    const height = box.scrollHeight / box.value.split("\n").length;
    box.scrollTop = Math.max(0, (number - 4) * height);
    follow();
  };

  let count = 0;
  box.addEventListener("input", () => {
    const now = box.value.split("\n").length;
    if (now !== count) { count = now; draw(); }
  });
  box.addEventListener("scroll", follow);
  new ResizeObserver(follow).observe(box);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "story-check" || event.detail.elt.id === "story-check") draw(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (link) { event.preventDefault(); goTo(Number(link.dataset.goto)); }
  });
  draw();
}
