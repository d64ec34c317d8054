// The page for a barcode reader. Scans are queued and sent one after another, so that none is lost however fast they
// come; each has a token, so that one that is sent again, because its answer was lost, is not done again. Without this
// file the page reloads after each scan. What a reader sends comes from static/admin-scan-reader.js.
"use strict";
(() => {
  const form = document.getElementById("scan-form");
  const field = document.getElementById("id_number");
  const scans = document.getElementById("scans");
  const state = document.getElementById("scan-queue");
  const astray = document.getElementById("scan-astray");
  const RETRY = 2000; // ms
  const LONGEST = 30000; // ms: what has no answer by then is sent again
  const queue = [];
  let working = false;

  const token = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

  function say(text) {
    const numbers = queue.map((scan) => scan.get("number")).join(", ");
    state.textContent = queue.length ? `${text} ${numbers}` : "";
  }

  // The live region stays in the page and gets new content, so that it is read aloud.
  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const answer = document.getElementById("scan-answer");
    answer.replaceChildren(...fresh.getElementById("scan-answer").childNodes);
    fresh.getElementById("scan-answer").remove();
    scans.replaceChildren(answer, ...fresh.body.childNodes);
    sound(answer.querySelector(".scan-answer"));
  }

  function sound(answer) {
    const tone = ["success", "warning"].find((name) => answer?.classList.contains(name)) ?? "error";
    document.dispatchEvent(new CustomEvent("scan-answered", { detail: tone }));
  }

  // Returns whether the scan has been answered; throws where it is to be tried again.
  async function send(scan) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LONGEST);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: scan,
        headers: { "X-Requested-With": "fetch" },
        redirect: "manual",
        signal: patience.signal,
      });
      // An error of the server may be about this scan alone: the others go first.
      if (answer.status === 500) queue.push(queue.shift());
      if (answer.status >= 500 || answer.status === 429) throw new Error("try again");
      if (!answer.ok && answer.status !== 400) return false;
      const html = await answer.text();
      if (!html.includes("scan-answer")) return false;
      show(html);
      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  async function work() {
    if (working) return;
    working = true;
    while (queue.length) {
      try {
        if (!(await send(queue[0]))) {
          say(state.dataset.stopped);
          sound(null);
          break;
        }
        queue.shift();
        say(state.dataset.waiting);
      } catch {
        say(state.dataset.offline);
        await pause(RETRY);
      }
    }
    working = false;
  }

  function take(text) {
    astray.hidden = true;
    field.value = text;
    if (text.trim() && form.reportValidity()) {
      const scan = new FormData(form);
      scan.set("scan", token());
      queue.push(scan);
      field.value = "";
      say(state.dataset.waiting);
      work();
    }
    field.focus({ preventScroll: true });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(field.value);
  });
  document.addEventListener("scan", (event) => take(event.detail));
  document.addEventListener("scan-astray", (event) => {
    astray.querySelector("span").textContent = event.detail;
    astray.hidden = false;
    sound(null);
    field.focus({ preventScroll: true });
  });
  // A list pasted into the field keeps its lines.
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[\r\n\t]/.test(text.trim())) return;
    event.preventDefault();
    take(text.trim());
  });

  addEventListener("beforeunload", (event) => {
    if (!queue.length) return;
    event.preventDefault();
    event.returnValue = true; // Chrome before 119 asks for this only
  });
})();
