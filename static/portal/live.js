// Keeps the status region of the student's page up to date. htmx asks and swaps (templates/mdocs/_region.html); this
// says when to ask, tells of what has changed, and of the portal being away. Without it one refreshes by hand.

const SLOWER = 1.25; // each pause is longer than the one before: a fifth of the time that has gone by
const SLOWER_WHEN_AWAY = 1.6;
const AWAY = { first: 3, longest: 60 }; // seconds
const LONGEST_RETRY_AFTER = 15 * 60; // seconds
const SOMEBODY_LOOKS = 10 * 60 * 1000; // milliseconds after the last touch

const away = document.getElementById("live-away");
const said = document.getElementById("live-said");

let timer;
let pause; // seconds
let awayPause = AWAY.first;
let checkedAt = Date.now();
let touchedAt = Date.now();
let says = "";
let held; // what had the focus before the swap
let answered = false; // the last answer was one of the portal's own

const region = () => document.getElementById("status");
const words = () => (region().dataset.says || "").trim();
const somebodyLooks = () => Date.now() - touchedAt < SOMEBODY_LOOKS;

function look() {
  clearTimeout(timer);
  if (!document.hidden && region().hasAttribute("hx-get")) htmx.trigger(region(), "look");
}

// Not in step with all others who wait for the same thing.
function lookIn(seconds) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, seconds * (0.8 + 0.4 * Math.random()) * 1000);
}

function fromTheStart() {
  pause = Number(region().dataset.first);
  awayPause = AWAY.first;
}

function somebodyIsHere() {
  touchedAt = Date.now();
  fromTheStart();
  look();
}

// The region is new, at the beginning or after a swap.
function settleIn() {
  for (const button of region().querySelectorAll("[data-by-hand]")) button.remove();
  fromTheStart();
}

function retryAfter(xhr) {
  const told = xhr.getResponseHeader("Retry-After");
  if (!told) return 0;
  const seconds = /^\d+$/.test(told) ? Number(told) : (Date.parse(told) - Date.now()) / 1000;
  return Math.min(seconds || 0, LONGEST_RETRY_AFTER);
}

function sayAway(xhr) {
  const moment = new Date(checkedAt);
  const time = away.querySelector("time");
  time.dateTime = moment.toISOString();
  time.textContent = moment.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  away.hidden = false;
  lookIn(Math.max(awayPause, retryAfter(xhr)));
  awayPause = Math.min(awayPause * SLOWER_WHEN_AWAY, AWAY.longest);
}

function sayBack(xhr) {
  away.hidden = true;
  awayPause = AWAY.first;
  checkedAt = Date.now();
  if (xhr.status !== 304) return;
  const longest = Math.max(Number(region().dataset.longest), somebodyLooks() ? 0 : 60);
  pause = Math.min(pause * SLOWER, longest);
}

function begin() {
  says = words();
  settleIn();

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (somebodyLooks()) detail.headers["X-Somebody-Looks"] = "1";
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    // A proxy or a hotspot may answer in the portal's place; its page is not put into ours.
    answered = detail.xhr.status === 304 || (detail.shouldSwap && detail.serverResponse.includes('id="status"'));
    if (!answered) detail.shouldSwap = false;
    held = region().contains(document.activeElement) ? document.activeElement : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    settleIn();
    if (words() !== says) said.textContent = says = words();
  });
  document.addEventListener("htmx:afterSettle", () => {
    // What had the focus was moved if it is kept, and may else be gone with what it was for.
    const lost = held && document.activeElement === document.body;
    if (lost) (held.isConnected ? held : region()).focus({ preventScroll: true });
    held = null;
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    if (answered) {
      sayBack(xhr);
      lookIn(pause);
    } else if (!xhr.getResponseHeader("HX-Redirect")) {
      sayAway(xhr);
    }
    answered = false;
  });

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : somebodyIsHere()));
  window.addEventListener("online", look);
  for (const touch of ["pointerdown", "keydown", "scroll"]) {
    const touched = () => (somebodyLooks() ? (touchedAt = Date.now()) : somebodyIsHere());
    document.addEventListener(touch, touched, { passive: true });
  }
  lookIn(pause);
}

if (window.htmx && region()) begin();
