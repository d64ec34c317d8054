// The search on every page of the admin as a combobox (WAI-ARIA Authoring Practices, "Editable Combobox With List
// Autocomplete"). Without this it is a form. What is typed is posted, since it may be a PESEL.
"use strict";
(() => {
  const PAUSE = 200; // ms without a key before the server is asked
  const SHORTEST = 2; // characters, as in students/admin/quick_search.py
  const SETTING = "portal.admin.searchShortcut"; // "off": the key "/" does nothing

  const form = document.getElementById("desk-search");
  if (!form) return; // nobody may be searched for
  const box = document.getElementById("desk-search-box");
  const status = document.createElement("p");
  const list = document.createElement("div");
  let timer = 0;
  let asked = null; // the request that is on its way
  let options = [];
  let active = -1;

  list.id = "desk-search-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.listLabel);
  list.hidden = true;
  status.id = "desk-search-status";
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  form.append(status, list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) box.setAttribute(name, value);

  function activate(index) {
    options[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", option.id);
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function show(answer) {
    activate(-1);
    options = [];
    list.replaceChildren(...answer.groups.map((group, number) => {
      const part = document.createElement("div");
      const label = element("div", "desk-group", group.label);
      part.setAttribute("role", "group");
      part.setAttribute("aria-labelledby", (label.id = `desk-group-${number}`));
      label.setAttribute("role", "presentation");
      part.append(label);
      for (const hit of group.hits) {
        const option = element("div", "desk-option", "");
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.id = `desk-option-${options.length}`;
        option.dataset.url = hit.url;
        option.append(element("strong", "", hit.name), " ", element("span", "", hit.details));
        options.push(option);
        part.append(option);
      }
      if (group.more) {
        const more = element("div", "desk-more", group.more);
        more.setAttribute("role", "presentation");
        part.append(more);
      }
      return part;
    }));
    list.hidden = !options.length;
    box.setAttribute("aria-expanded", String(Boolean(options.length)));
    status.textContent = answer.status;
  }

  async function ask() {
    asked?.abort();
    const own = (asked = new AbortController());
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "error", // signed out meanwhile: Enter leads to the sign-in page
        signal: own.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (asked === own && document.activeElement === box) show(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      close();
      status.textContent = box.dataset.failed;
    }
  }

  box.addEventListener("input", () => {
    close();
    status.textContent = "";
    if (box.value.trim().length >= SHORTEST) timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return void (box.value.trim().length >= SHORTEST && ask());
      const step = event.key === "ArrowDown" ? 1 : -1;
      const places = options.length + 1; // one of them is the box itself
      activate(((active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && open && options[active]) {
      event.preventDefault();
      location.assign(options[active].dataset.url);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (open) close();
      else box.value = "";
    } else if (event.key === "Tab") {
      close();
    }
  });
  box.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });

  // A key that is a letter can be switched off (WCAG 2.1, 2.1.4). Where codes are scanned it is part of them.
  const isOn = () => localStorage.getItem(SETTING) !== "off" && !document.getElementById("scan-form");
  const takesText = (place) => place.isContentEditable || place.matches("input, textarea, select");
  const tell = () => {
    box.toggleAttribute("aria-keyshortcuts", false);
    box.title = isOn() ? box.dataset.shortcut : "";
    if (isOn()) box.setAttribute("aria-keyshortcuts", "/");
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || takesText(event.target) || !isOn()) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  const setting = document.getElementById("desk-shortcut");
  if (setting) {
    setting.closest("[hidden]").hidden = false;
    setting.checked = localStorage.getItem(SETTING) !== "off";
    setting.addEventListener("change", () => {
      localStorage.setItem(SETTING, setting.checked ? "on" : "off");
      tell();
    });
  }
  tell();
})();
