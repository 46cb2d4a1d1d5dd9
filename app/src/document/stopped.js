// Says so when the page's program can't start, or has crashed. Before the program runs, any failure is its own; later ones may be
// those of a browser's extensions.
(() => {
  document.getElementById("scripts-needed").remove();
  const failed = (event) => {
    const runs = document.documentElement.hasAttribute("data-hydrated");
    const error = event.error ?? event.reason;
    const isScript = event.target instanceof HTMLScriptElement;
    if (runs ? !(error instanceof WebAssembly.RuntimeError) : !error && !isScript) return;
    const notice = document.getElementById("stopped");
    notice.hidden = false;
    notice.firstElementChild.textContent = notice.dataset.text;
  };
  addEventListener("error", failed, true);
  addEventListener("unhandledrejection", failed);
})();
