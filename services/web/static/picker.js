// The place picker's keys and clicks: a combobox with a list box (ARIA practices). The list itself comes from the
// server as somebody types. Without this file the field takes a name, and an unclear one is asked back.
"use strict";

(() => {
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const optionsOf = (input) => [...(listOf(input)?.querySelectorAll("[data-name]") ?? [])];

  function close(input) {
    const list = listOf(input);
    if (list) list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(input, option) {
    for (const one of optionsOf(input)) one.setAttribute("aria-selected", String(one === option));
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function choose(input, option) {
    input.value = option.dataset.name;
    close(input);
    input.focus();
  }

  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !("picker" in input.dataset)) return;
    const options = listOf(input)?.hidden ? [] : optionsOf(input);
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(input, options[(at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length]);
      event.preventDefault();
    } else if (event.key === "Enter" && at >= 0) {
      choose(input, options[at]);
      event.preventDefault();
    } else if (event.key === "Escape" && input.getAttribute("aria-expanded") === "true") {
      close(input);
      event.preventDefault();
    }
  });

  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.(".picker [data-name]");
    if (!option) return;
    event.preventDefault(); // the field keeps the focus
    const input = document.querySelector(`[aria-controls="${option.closest(".picker").id}"]`);
    if (input) choose(input, option);
  });

  document.addEventListener("focusout", (event) => {
    if (event.target instanceof HTMLInputElement && "picker" in event.target.dataset) close(event.target);
  });

  document.addEventListener("htmx:afterSwap", () => {
    for (const input of document.querySelectorAll("[data-picker]")) {
      const open = input === document.activeElement && !listOf(input)?.hidden;
      input.setAttribute("aria-expanded", String(open));
      if (!open && listOf(input)) listOf(input).hidden = true;
    }
  });
})();
