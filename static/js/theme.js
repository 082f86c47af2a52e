// Colours and type size, chosen in the menu and kept in this browser.
function keep(name, value) {
  if (value) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
  try {
    if (value) localStorage.setItem(`citymgmt.${name}`, value);
    else localStorage.removeItem(`citymgmt.${name}`);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  show(name);
}

function show(name) {
  const value = document.documentElement.dataset[name] ?? "";
  for (const button of document.querySelectorAll(`[data-${name}-set]`)) {
    button.setAttribute("aria-pressed", String(button.getAttribute(`data-${name}-set`) === value));
  }
}

export function start() {
  document.addEventListener("click", (event) => {
    for (const name of ["theme", "type"]) {
      const button = event.target.closest(`[data-${name}-set]`);
      if (button) keep(name, button.getAttribute(`data-${name}-set`));
    }
  });
  show("theme");
  show("type");
}
