// Polls for changes of the status region of the student's page. htmx asks and swaps (templates/mdocs/_region.html);
// this decides when it asks, announces changes to screen readers, and shows when the portal is away. Without this
// script one refreshes by hand.

const SLOWER = 1.25; // factor from one pause to the next: each is a fifth of the time that has gone by
const SLOWER_WHEN_AWAY = 1.6;
const AWAY = { first: 3, longest: 60 }; // seconds
const LONGEST_RETRY_AFTER = 15 * 60; // seconds
const SOMEBODY_LOOKS = 10 * 60 * 1000; // milliseconds after the last touch

const awayNotice = document.getElementById("live-away");
const announcement = document.getElementById("live-said");

let timer;
let pause; // seconds
let awayPause = AWAY.first;
let checkedAt = Date.now();
let touchedAt = Date.now();
let announced = "";
let focusBefore; // the element that had the focus before the swap
let portalAnswered = false; // and not a proxy in its place

const region = () => document.getElementById("status");
const statusText = () => (region().dataset.says || "").trim();
const somebodyLooks = () => Date.now() - touchedAt < SOMEBODY_LOOKS;

function poll() {
  clearTimeout(timer);
  if (!document.hidden && region().hasAttribute("hx-get")) htmx.trigger(region(), "look");
}

// With jitter, so that those who wait for the same thing do not poll in step.
function pollIn(seconds) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, seconds * (0.8 + 0.4 * Math.random()) * 1000);
}

function resetPauses() {
  pause = Number(region().dataset.first);
  awayPause = AWAY.first;
}

function pollAtOnce() {
  touchedAt = Date.now();
  resetPauses();
  poll();
}

// The region is new, at the beginning or after a swap.
function prepareRegion() {
  for (const button of region().querySelectorAll("[data-by-hand]")) button.remove();
  resetPauses();
}

function retryAfter(xhr) {
  const told = xhr.getResponseHeader("Retry-After");
  if (!told) return 0;
  const seconds = /^\d+$/.test(told) ? Number(told) : (Date.parse(told) - Date.now()) / 1000;
  return Math.min(seconds || 0, LONGEST_RETRY_AFTER);
}

function handleFailure(xhr) {
  const moment = new Date(checkedAt);
  const time = awayNotice.querySelector("time");
  time.dateTime = moment.toISOString();
  time.textContent = moment.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  awayNotice.hidden = false;
  pollIn(Math.max(awayPause, retryAfter(xhr)));
  awayPause = Math.min(awayPause * SLOWER_WHEN_AWAY, AWAY.longest);
}

function handleAnswer(xhr) {
  awayNotice.hidden = true;
  awayPause = AWAY.first;
  checkedAt = Date.now();
  if (xhr.status !== 304) return;
  const longest = Math.max(Number(region().dataset.longest), somebodyLooks() ? 0 : 60);
  pause = Math.min(pause * SLOWER, longest);
}

function begin() {
  announced = statusText();
  prepareRegion();

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (somebodyLooks()) detail.headers["X-Somebody-Looks"] = "1";
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    // A proxy or a hotspot may answer in the portal's place; its page is not put into ours.
    portalAnswered = detail.xhr.status === 304 || (detail.shouldSwap && detail.serverResponse.includes('id="status"'));
    if (!portalAnswered) detail.shouldSwap = false;
    focusBefore = region().contains(document.activeElement) ? document.activeElement : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    prepareRegion();
    if (statusText() !== announced) announcement.textContent = announced = statusText();
  });
  document.addEventListener("htmx:afterSettle", () => {
    // The swap moves the element that had the focus, or removes it; either way it loses the focus.
    const lost = focusBefore && document.activeElement === document.body;
    if (lost) (focusBefore.isConnected ? focusBefore : region()).focus({ preventScroll: true });
    focusBefore = null;
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    if (portalAnswered) {
      handleAnswer(xhr);
      pollIn(pause);
    } else if (!xhr.getResponseHeader("HX-Redirect")) {
      handleFailure(xhr);
    }
    portalAnswered = false;
  });

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : pollAtOnce()));
  window.addEventListener("online", poll);
  for (const touch of ["pointerdown", "keydown", "scroll"]) {
    const touched = () => (somebodyLooks() ? (touchedAt = Date.now()) : pollAtOnce());
    document.addEventListener(touch, touched, { passive: true });
  }
  pollIn(pause);
}

if (window.htmx && region()) begin();
