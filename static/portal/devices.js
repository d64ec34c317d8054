// Turns messages on this device on and off (templates/notifications/_devices.html). What is shown to whom is decided by
// the portal: this only gives it the address at which the browser can be reached.

const box = document.getElementById("devices");
const { key, add } = box.dataset;
const problem = document.getElementById("devices-problem");
const turnOnButton = box.querySelector("[data-turn-on]");
const token = box.querySelector("[name=csrfmiddlewaretoken]").value;

const isApple =
  /iPhone|iPad/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
const canShow = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function show(state) {
  for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
}

function base64(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function rowOf(subscription) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  const fingerprint = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return box.querySelector(`[data-fingerprint="${fingerprint}"]`);
}

async function registered() {
  await navigator.serviceWorker.register("/service-worker.js");
  return navigator.serviceWorker.ready;
}

const isOurs = (subscription) => base64(subscription.options.applicationServerKey) === key;

async function subscribe() {
  const { pushManager } = await registered();
  let subscription = await pushManager.getSubscription();
  let old = "";
  if (subscription && !isOurs(subscription)) {
    old = subscription.endpoint;
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth, old_endpoint: old });
  const answer = await fetch(add, { method: "POST", headers: { "X-CSRFToken": token }, body });
  if (answer.ok || answer.redirected) {
    sessionStorage.setItem("devices-turned-on", "yes");
    location.reload(); // after a redirect this asks to sign in
    return;
  }
  const told = answer.headers.get("Content-Type")?.includes("json") ? (await answer.json()).problem : "";
  throw new Error(told);
}

async function turnOn() {
  problem.textContent = "";
  turnOnButton.setAttribute("aria-disabled", "true");
  try {
    if ((await Notification.requestPermission()) === "granted") await subscribe();
    else show(Notification.permission === "denied" ? "denied" : "off");
  } catch (error) {
    // A browser's own words are in its own language and for programmers.
    problem.textContent = (error.constructor === Error && error.message) || problem.dataset.failed;
  } finally {
    turnOnButton.removeAttribute("aria-disabled");
  }
}

async function begin() {
  if (!canShow) return show(isApple && !isInstalled ? "install" : "unsupported");
  if (Notification.permission === "denied") return show("denied");
  const { pushManager } = await registered();
  const subscription = await pushManager.getSubscription();
  const row = subscription && (await rowOf(subscription));
  if (!row) return show("off");
  if (!isOurs(subscription)) {
    show("off");
    return turnOn(); // the portal's key was changed; they agreed before
  }
  row.querySelector("[data-this]").hidden = false;
  row.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    await subscription.unsubscribe().catch(() => {});
    form.submit();
  });
  show("on");
  if (!sessionStorage.getItem("devices-turned-on")) return;
  // The button that was pressed is gone: whoever listens is told, and goes on from here.
  sessionStorage.removeItem("devices-turned-on");
  box.querySelector('[data-when="on"]').focus();
}

turnOnButton.addEventListener("click", () => turnOnButton.hasAttribute("aria-disabled") || turnOn());
begin().catch(() => show("unsupported"));

// Where the browser offers to install the portal, so do we.
window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  const part = document.getElementById("install");
  part.hidden = false;
  part.querySelector("button").onclick = async () => {
    part.hidden = true;
    await event.prompt();
  };
});
