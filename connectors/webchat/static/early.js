// Before the first paint: large type for those who chose it, so that nothing jumps.
try {
  if (localStorage.getItem("linsheng.senior") === "on") document.documentElement.dataset.senior = "";
} catch {
  // Storage is switched off: the page works without it.
}
