// Shows a notice if the WebAssembly can't start or crashes. Before it runs, any failure shows it (the frontend hides it again if it
// starts after all); later, only a crash does: other errors may come from a browser's extensions.
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
