// Everything on the page works without this file. It saves the reloading: forms answer in place, pictures are read as
// soon as they are chosen or pasted, and the ledger and the document on the phone keep themselves up to date.
"use strict";

const REFRESH_EVERY = 3000; // ms

async function load(url, options) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, ...options });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

const connection = document.getElementById("connection");
const words = connection.dataset; // in the language of the page

function say(text) {
  connection.textContent = text;
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
    offerCamera();
    section.querySelector("[data-focus]")?.focus();
    section.scrollIntoView({ block: "nearest" });
    patch(answer, document.getElementById("dziennik"));
    say("");
  } catch {
    say(words.silent);
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
  result.textContent = words.reading;
  try {
    const answer = await fetch("/sandbox/scan", { method: "POST", body });
    const read = await answer.json();
    text.value = read.qr_token || "";
    result.textContent = answer.ok ? words.read : read.error.message;
  } catch {
    result.textContent = words.silent;
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

// The phone's camera: its pictures go to where chosen ones go, until there is a code in one

const LOOK_EVERY = 400; // ms
const WHY_NO_CAMERA = {
  NotAllowedError: words.notAllowed,
  NotFoundError: words.notFound,
};
const canLook = Boolean(navigator.mediaDevices?.getUserMedia);

function offerCamera() {
  for (const box of document.querySelectorAll("[data-camera-into]")) box.hidden = !canLook;
}

function closeCamera(box) {
  const video = box.querySelector("video");
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  video.hidden = true;
  const button = box.querySelector("button");
  button.setAttribute("aria-expanded", "false");
  button.textContent = button.dataset.open;
}

async function codeIn(video) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  if (!canvas.width) return "";
  canvas.getContext("2d").drawImage(video, 0, 0);
  const body = new FormData();
  body.append("picture", await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9)), "camera.jpg");
  const answer = await fetch("/sandbox/scan", { method: "POST", body });
  return answer.ok ? (await answer.json()).qr_token : "";
}

async function openCamera(box) {
  const [video, button] = [box.querySelector("video"), box.querySelector("button")];
  const text = document.getElementById(box.dataset.cameraInto);
  const result = document.querySelector(`[data-scan-result="${text.id}"]`);
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.hidden = false;
    button.setAttribute("aria-expanded", "true");
    button.textContent = button.dataset.close;
    await video.play();
    while (box.isConnected && video.srcObject) {
      const code = await codeIn(video);
      if (code && video.srcObject) {
        text.value = code;
        result.textContent = words.seen;
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  } catch (error) {
    result.textContent = WHY_NO_CAMERA[error.name] ?? words.noCamera;
  }
  closeCamera(box);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-camera-into] button")?.parentElement;
  if (box) box.querySelector("video").srcObject ? closeCamera(box) : openCamera(box);
});

// What changes by itself

function patch(answer, within) {
  for (const old of within.querySelectorAll("[data-live]")) {
    if (old.contains(document.activeElement)) continue; // a link or button in use stays
    const fresh = answer.getElementById(old.id);
    if (fresh && fresh.innerHTML !== old.innerHTML) old.innerHTML = fresh.innerHTML;
  }
}

async function refresh() {
  const onThePhone = document.querySelector("form[data-refreshes]");
  const ledgerToo = document.getElementById("na-zywo")?.checked;
  if (document.hidden || !(onThePhone || ledgerToo)) return;
  try {
    const options = onThePhone ? { method: "POST", body: new FormData(onThePhone) } : {};
    const answer = await load(onThePhone ? onThePhone.action : location.pathname, options);
    if (onThePhone?.isConnected) patch(answer, document.getElementById("telefon"));
    if (ledgerToo) patch(answer, document.getElementById("dziennik"));
    say("");
  } catch {
    say(words.gone);
  }
}

document.documentElement.classList.add("with-script");
offerCamera();
(async () => {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_EVERY));
    await refresh();
  }
})();
