// Runs before the first paint: a classic script, because modules come too late for that.
(function () {
  try {
    const theme = localStorage.getItem("citymgmt.theme");
    const type = localStorage.getItem("citymgmt.type");
    if (theme) document.documentElement.dataset.theme = theme;
    if (type) document.documentElement.dataset.type = type;
  } catch {
    // A browser that refuses storage follows the system's own setting.
  }
})();
