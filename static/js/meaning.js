// Shows the one statement that belongs to the meaning chosen; without scripts all of them are shown.
const statements = [...document.querySelectorAll("blockquote[data-meaning]")];
const choices = [...document.querySelectorAll("input[name=meaning]")];
const invitation = document.querySelector("[data-no-meaning]");

function show() {
  const chosen = choices.find((choice) => choice.checked);
  for (const statement of statements) statement.hidden = !chosen || statement.dataset.meaning !== chosen.value;
  if (invitation) invitation.hidden = Boolean(chosen);
}

for (const choice of choices) choice.addEventListener("change", show);
show();
