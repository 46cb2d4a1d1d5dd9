// Keeps the device's zone and clock in cookies, so that the server writes the times of the first chat page right. The chat does the
// same in browser/locale.rs.
(() => {
  const { language } = navigator;
  const page = document.documentElement.lang;
  const locale = language.split("-")[0] === page ? language : page;
  const format = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const { timeZone, hourCycle } = format.resolvedOptions();
  const isPadded = format.format(new Date(2026, 0, 1, 3, 5)).startsWith("0");
  const clock = /^h1[12]$/.test(hourCycle) ? "12" : isPadded ? "024" : "24";
  for (const [name, value] of [["zone", timeZone], ["clock", clock]]) {
    if (value) document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
  }
})();
