// Everything on the page works without this file. It saves the reloading: forms answer in place, pictures are read as
// soon as they are chosen or pasted, and the ledger and the document on the phone keep themselves up to date.
"use strict";

const REFRESH_EVERY = 3000; // ms

async function load(url, options) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, ...options });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function say(words) {
  document.getElementById("connection").textContent = words;
}

// Forms answer in place

async function send(form, submitter) {
  const target = form.dataset.replaces;
  const action = submitter?.getAttribute("formaction") || form.action;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await load(action, { method: "POST", body: new FormData(form) });
    const section = document.importNode(answer.getElementById(target), true);
    document.getElementById(target).replaceWith(section);
    section.querySelector("[data-focus]")?.focus();
    section.scrollIntoView({ block: "nearest" });
    patch(answer, document.getElementById("dziennik"));
    say("");
  } catch {
    say("Piaskownica nie odpowiada. Spróbuj ponownie za chwilę.");
  } finally {
    form.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.replaces) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") !== "true") send(form, event.submitter);
});

// Pictures are read at once

async function scan(input) {
  const text = document.getElementById(input.dataset.scansInto);
  const result = document.querySelector(`[data-scan-result="${text.id}"]`);
  if (!input.files.length) return;
  const body = new FormData();
  body.append("picture", input.files[0]);
  result.textContent = "Odczytuję kod…";
  try {
    const answer = await fetch("/sandbox/scan", { method: "POST", body });
    const read = await answer.json();
    text.value = read.qr_token || "";
    result.textContent = answer.ok ? "Odczytano kod z obrazu." : read.error.message;
  } catch {
    result.textContent = "Piaskownica nie odpowiada. Spróbuj ponownie za chwilę.";
  }
}

document.addEventListener("change", (event) => {
  if (event.target.dataset.scansInto) scan(event.target);
});

document.addEventListener("paste", (event) => {
  const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
  const device = document.activeElement.closest(".device") || document.querySelector(".device");
  const input = device.querySelector("[data-scans-into]");
  if (!pictures.length || !input) return;
  event.preventDefault();
  const files = new DataTransfer();
  files.items.add(pictures[0]);
  input.files = files.files;
  scan(input);
});

// What changes by itself

function patch(answer, within) {
  for (const old of within.querySelectorAll("[data-live]")) {
    const fresh = answer.getElementById(old.id);
    if (fresh && fresh.innerHTML !== old.innerHTML) old.innerHTML = fresh.innerHTML;
  }
}

async function refresh() {
  const onThePhone = document.querySelector("form[data-refreshes]");
  const ledgerToo = document.getElementById("na-zywo").checked;
  if (document.hidden || !(onThePhone || ledgerToo)) return;
  try {
    const options = onThePhone ? { method: "POST", body: new FormData(onThePhone) } : {};
    const answer = await load(onThePhone ? onThePhone.action : "/", options);
    if (onThePhone?.isConnected) patch(answer, document.getElementById("telefon"));
    if (ledgerToo) patch(answer, document.getElementById("dziennik"));
    say("");
  } catch {
    say("Piaskownica nie odpowiada.");
  }
}

document.documentElement.classList.add("with-script");
(async () => {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_EVERY));
    await refresh();
  }
})();
