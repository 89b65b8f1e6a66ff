// Single keys: ? help, / search, j and k next and previous, o open, m mute, then g and a letter for a page. Each does
// what a visible link or button does. Readers can turn them off on their own page: then only Ctrl+Enter is left.
"use strict";

(() => {
  const pages = { a: "/alerts", s: "/subscriptions", o: "/", c: "/channels", w: "/why", d: "/deliveries" };
  const typing = (target) =>
    target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName ?? "");
  let led = 0; // when g was pressed

  const items = () =>
    [...document.querySelectorAll("main .brief h3 a, main .brief h2 a, main tbody th a, main .needs-list a")].filter(
      (one) => one.offsetParent !== null,
    );

  function step(by) {
    const all = items();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next].focus();
  }

  function act(key) {
    const now = Date.now();
    if (now - led < 1500 && key in pages) {
      led = 0;
      location.assign(pages[key]);
      return true;
    }
    led = key === "g" ? now : 0;
    switch (key) {
      case "j":
        step(1);
        return true;
      case "k":
        step(-1);
        return true;
      case "o":
        if (items().includes(document.activeElement)) document.activeElement.click();
        return true;
      case "m":
        document.querySelector("[data-mutes]")?.focus();
        return true;
      case "/": {
        const field = document.querySelector("main [type=search], main #query, main #url");
        field?.closest("details")?.setAttribute("open", "");
        field?.focus();
        return Boolean(field);
      }
      case "?":
        document.getElementById("keys")?.togglePopover();
        return true;
      default:
        return key === "g";
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const save = event.target.closest?.("[data-save]")?.querySelector("[data-saves]");
      if (save) {
        event.preventDefault();
        save.click();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.documentElement.dataset.keys === "off" || typing(event.target)) return;
    if (act(event.key)) event.preventDefault();
  });
})();
