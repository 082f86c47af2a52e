// The token that proves a request comes from our own page, for htmx and for fetch.
export function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

export function start() {
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
}
